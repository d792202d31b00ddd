#pragma once

#include "id_assignment.h"
#include "lockstep/run_control.h"
#include "sort_rows.h"
#include "sorted_files.h"

namespace lockstep {

/// Writes everything that a job adds to the database, several families side by side: its rows in
/// both orders, the edges of rows with a target, new ids and names, and its manifest row. Sums
/// the rows up on the way: checksum, counts and times go into `entry`.
void write_job(SortedFiles& files, const SortedRows& by_object, const SortedRows& by_account,
               ManifestEntry& entry, const IdAssignment& accounts, const IdAssignment& objects,
               RunControl* control);

}  // namespace lockstep
