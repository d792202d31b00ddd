#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/run_control.h"
#include "lockstep/types.h"

namespace lockstep {

/// How a store is opened.
enum class StoreMode {
  kRead,   ///< any number of processes, beside a writer; sees the epochs committed so far
  kWrite,  ///< one process at a time; makes the store where the folder is missing or empty
};

struct StoreOptions {
  StoreMode mode = StoreMode::kRead;
  std::string pseudonym_key =
      {};  ///< secret; when set at creation, only keyed hashes of ids are stored
  std::uint64_t reserve_bytes =
      64 << 20;  ///< disk space to leave free; a job that would not, refuses to start
};

/// Which number space an external id belongs to.
enum class IdSpace { kAccount, kObject };

/// External ids of a batch, one a row: text when `text_offsets` is not empty, else numbers.
/// A number and its decimal text are the same id; 007 and 7 are not.
struct IdColumn {
  std::span<const std::int64_t> numbers;
  std::span<const std::int64_t> text_offsets;  ///< rows + 1 positions in `text`
  std::span<const char> text;
};

/// Some rows of an export, as columns of equal length.
struct ActionBatch {
  IdColumn accounts;
  IdColumn objects;
  std::span<const TimeS> times;
  std::span<const std::uint16_t> kinds;      ///< each an index into `kind_names`
  std::span<const std::string> kind_names;   ///< such as retweet, share_url, hashtag, follow
  IdColumn targets;                          ///< account acted upon; may be absent altogether
  std::span<const std::uint8_t> has_target;  ///< one a row where `targets` is there: 0 for none
};

/// A row that the store could not take, by its place in the batch.
struct RejectedRow {
  std::uint64_t row = 0;
  std::string reason;  ///< id (empty), utf8, nul, id_too_long (1,024 bytes) or time_range
};

/// What a job left in the store; also its line in the ledger.
struct JobReceipt {
  std::uint64_t epoch = 0;       ///< of the store once the job was in it
  std::string content_hash;      ///< what makes a job the same job, such as a file's SHA-256
  std::string source;            ///< a name for people
  std::uint64_t accepted = 0;    ///< rows stored
  std::uint64_t duplicates = 0;  ///< rows equal to another of the job, target too; stored once
  std::uint64_t rejected = 0;    ///< rows in quarantine
  std::uint64_t erased = 0;      ///< rows of accounts that were erased before; not stored
  std::uint64_t new_accounts = 0;
  std::uint64_t new_objects = 0;
  TimeS first_s = 0;  ///< earliest and latest action; 0 where nothing was stored
  TimeS last_s = 0;
  TimeS committed_s = 0;       ///< when it was acknowledged
  std::uint64_t checksum = 0;  ///< sum over the rows of a 64-bit hash of each
};

/// What a dropping of old days took out of a store; also its line among `Store::drops`.
struct DropReceipt {
  std::uint64_t number = 0;  ///< from 1, erasures counted; 0 where there was nothing to drop
  std::uint64_t epoch = 0;   ///< of the store as it was; later jobs are not touched by it
  TimeS before_s = 0;        ///< the midnight (UTC) before which all rows went
  TimeS dropped_s = 0;       ///< when
  std::uint64_t rows = 0;    ///< that went, of all kinds
  std::uint64_t jobs = 0;    ///< that lost any
};

/// How many names a store forgot; also its line among `Store::forgettings`.
struct ForgetReceipt {
  std::uint64_t number = 0;    ///< from 1
  std::uint64_t drop = 0;      ///< number of the last dropping before it; 0 where there was none
  std::uint64_t accounts = 0;  ///< whose external ids went
  std::uint64_t objects = 0;
  TimeS forgotten_s = 0;  ///< when
};

/// What an erasure of accounts took out of a store; also its line among `Store::erasures`.
struct EraseReceipt {
  std::uint64_t number = 0;    ///< from 1; 0 where all accounts had been erased before
  std::uint64_t epoch = 0;     ///< of the store as it was
  std::uint64_t accounts = 0;  ///< that went
  std::uint64_t objects = 0;   ///< whose external ids went, for no row has them any more
  std::uint64_t rows = 0;      ///< that went, of all kinds
  std::uint64_t targets = 0;   ///< rows of others that stay without their target
  std::uint64_t jobs = 0;      ///< of which any row went or changed
  TimeS erased_s = 0;          ///< when
};

/// One job under way: rows are staged in memory and sorted files, and none is visible or kept
/// until `commit` returns. Destroyed without commit, it leaves no trace.
class IngestJob {
 public:
  IngestJob(IngestJob&&) noexcept;
  ~IngestJob();

  /// Stages a batch; returns the rows it could not take. Throws InvalidArgument on columns of
  /// different lengths, a kind past `kind_names`, or a kind name that is empty or not a word.
  std::vector<RejectedRow> append(const ActionBatch& batch);

  /// Sorts, writes and atomically adds everything staged, then notes it in the ledger (fsync).
  /// `rejected` counts all rows put aside, also those that `append` returned. All or nothing: on
  /// an error the store is as it was. Only where the disk fails between the two last steps is the
  /// job stored in spite of the error: ask `find_job`; the ledger gets its line with the next
  /// job or opening. Throws StorageError, Interrupted.
  JobReceipt commit(std::uint64_t rejected, TimeS now_s, RunControl* control = nullptr);

  struct Impl;

 private:
  friend class Store;
  explicit IngestJob(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One stored action of a known account.
struct StoredAction {
  std::uint16_t kind = 0;
  ObjectId object = 0;
  TimeS time = 0;
};

/// One end of the follow / retweet graph as seen from the other.
struct StoredNeighbour {
  AccountId account = 0;
  std::uint64_t actions = 0;  ///< rows stored; equal rows of different jobs count in each
  TimeS first_s = 0;
  TimeS last_s = 0;
};

enum class Direction { kOut, kIn };

/// All edges of a kind as columns: who acted upon whom, each pair at most once an epoch, by
/// source and then epoch.
struct StoredEdges {
  std::uint64_t epoch = 0;     ///< of the store as it was read
  VertexId account_count = 0;  ///< all accounts of the store, also those without an edge
  std::vector<AccountId> source;
  std::vector<AccountId> target;
  std::vector<double> actions;  ///< rows stored
  std::vector<TimeS> first_s;
};

struct ScanResult {
  ActionLog log;
  std::uint64_t duplicates = 0;  ///< rows left out: equal to one given but for job or target
};

struct KindInfo {
  std::string name;
  std::uint64_t actions = 0;  ///< rows stored, cross-job duplicates included
  TimeS first_s = 0;
  TimeS last_s = 0;
};

/// Bytes of a column family's sorted files; engine/store/FORMAT.md says what each holds.
struct FamilyBytes {
  std::string family;
  std::uint64_t bytes = 0;
};

struct StoreInfo {
  std::string path;
  std::string uuid;
  int schema_major = 0;
  int schema_minor = 0;
  bool pseudonymous = false;
  std::uint64_t epoch = 0;
  std::uint64_t actions = 0;
  std::uint64_t accounts = 0;
  std::uint64_t objects = 0;
  std::uint64_t erased = 0;  ///< accounts; their numbers count among `accounts`
  std::uint64_t disk_bytes = 0;
  std::vector<KindInfo> kinds;
  std::vector<FamilyBytes> families;
};

struct VerifyReport {
  std::vector<std::string> problems;  ///< empty when all is well; each says what and where
  std::uint64_t jobs = 0;             ///< jobs whose rows were counted and summed again
  std::uint64_t rows = 0;
};

/// The durable record of actions: RocksDB under `events/`, a fsynced ledger beside it.
///
/// A store folder holds FORMAT, LEDGER, LOCK.ingest, events/ and cases/. Actions lie in sorted,
/// delta-coded, checksummed blocks (see engine/store/FORMAT.md). A batch is one atomic
/// ingestion of sorted files, over all families at once; each advances the epoch.
/// Thread safe for reading; one job at a time. A forked child's calls throw StorageError.
class Store {
 public:
  /// Throws StorageError (path, permission, space), NotAStore (none to read, or something else is
  /// in the way of a new one), StoreLocked (another writer), StoreVersionError (newer schema),
  /// CorruptData (damage, or rows the ledger knows are missing), InvalidArgument (wrong or missing
  /// pseudonym key).
  static Store open(const std::filesystem::path& path, const StoreOptions& options = {});
  Store(Store&&) noexcept;
  ~Store();

  /// The job that stored this content, if any did.
  [[nodiscard]] std::optional<JobReceipt> find_job(const std::string& content_hash) const;
  /// All jobs, in epoch order.
  [[nodiscard]] std::vector<JobReceipt> jobs() const;

  /// Starts a job. Throws InvalidArgument where the content is stored already or another job is
  /// under way, StorageError in a reader or where `expected_bytes` would not fit on the disk.
  [[nodiscard]] IngestJob begin_job(const std::string& content_hash, const std::string& source,
                                    std::uint64_t expected_bytes = 0);

  /// Throws StorageError unless the store's disk has room for `bytes` more beside it.
  void require_space(std::uint64_t bytes) const;

  /// Lets a reader see what was committed since it opened; a writer sees its own at once.
  void refresh();

  [[nodiscard]] std::uint64_t epoch() const;
  [[nodiscard]] std::vector<std::string> kinds() const;  ///< by kind number
  /// All actions of a kind in [from_s, to_s), ready for projection. An unknown kind is empty.
  [[nodiscard]] ScanResult scan(const std::string& kind, TimeS from_s, TimeS to_s,
                                RunControl* control = nullptr) const;
  /// All actions of an account in [from_s, to_s), in (kind, time, object) order.
  [[nodiscard]] std::vector<StoredAction> account_actions(AccountId account, TimeS from_s,
                                                          TimeS to_s) const;
  /// Accounts that `account` acted upon (kOut), or that acted upon it (kIn), by id.
  [[nodiscard]] std::vector<StoredNeighbour> neighbours(const std::string& kind, AccountId account,
                                                        Direction direction) const;

  /// The follow / retweet graph of a kind: one pass over its outgoing edges, decoded in parallel;
  /// 24 bytes an edge. Throws InvalidArgument on an unknown kind, CorruptData, Interrupted.
  [[nodiscard]] StoredEdges edges(const std::string& kind, RunControl* control = nullptr) const;

  /// The dense id of an external id, if the store has seen it. Applies the pseudonym key.
  [[nodiscard]] std::optional<std::uint32_t> find_id(IdSpace space,
                                                     std::string_view external) const;
  /// The dense id of what `names` gives: of a pseudonym where a key is set.
  [[nodiscard]] std::optional<std::uint32_t> find_stored(IdSpace space,
                                                         std::string_view name) const;
  /// External ids (pseudonyms where a key is set) of dense ids; empty where one was forgotten.
  /// InvalidArgument past the end.
  [[nodiscard]] std::vector<std::string> names(IdSpace space,
                                               std::span<const std::uint32_t> ids) const;
  /// What is stored in place of an external id: itself, or its keyed pseudonym.
  [[nodiscard]] std::string stored_name(IdSpace space, std::string_view external) const;

  /// Rows of all UTC days before the day of `before_s`, of every kind: what `drop_before` would
  /// drop. Reads their blocks, and decodes none.
  [[nodiscard]] std::uint64_t rows_before(TimeS before_s) const;
  /// Drops them, and what they gave to the follow / retweet graph, for ever: in one atomic step,
  /// so that a killed call dropped all or nothing. A reader beside it sees the rows until it
  /// refreshes. Ids, names (see `forget_names`), and the jobs' receipts stay: a file is still
  /// known. Rows so old that come later are stored, until the next call. Reads the blocks that go,
  /// all lists of neighbours, and the rest of jobs that lose a part of their rows, of whose rows
  /// with a target it holds 32 bytes each. Not beside a read of the same object. Throws
  /// StorageError in a reader, InvalidArgument while a job is under way, CorruptData, Interrupted.
  DropReceipt drop_before(TimeS before_s, TimeS now_s, RunControl* control = nullptr);
  /// All droppings, by number.
  [[nodiscard]] std::vector<DropReceipt> drops() const;
  /// Forgets the external ids of accounts and objects that no row has any more, but those accounts
  /// in `kept` (as `names` gives them), of which decisions tell: in one atomic step. Their dense
  /// ids have an empty name from then on, and are never given again: an id that comes back gets
  /// the next one. Decodes all rows once; a byte an id, and the names that go. Not beside a read of
  /// the same object. Throws as `drop_before`.
  ForgetReceipt forget_names(std::span<const std::string> kept, TimeS now_s,
                             RunControl* control = nullptr);
  /// All forgettings, by number; also those that found nothing to forget.
  [[nodiscard]] std::vector<ForgetReceipt> forgettings() const;
  /// Erases accounts, given by external id or, where a key is set, by pseudonym: for ever, and in
  /// one atomic step. Their rows and lists of neighbours go. A row of another account of which one
  /// is the target stays without it, for what the other did is its own; but it goes where its
  /// object is the account itself, by its external id (a mention, a follow). Their names are
  /// forgotten, and those of objects that no row has any more; numbers are never given again. A
  /// salted mark stays of each, so that later jobs leave its rows out (`JobReceipt::erased`) and
  /// targets that are it; it cannot be lifted. Accounts that were erased before are passed over.
  /// Decodes all rows twice and all lists of neighbours; a byte an id. The bytes go with a whole
  /// `compact` and the opening for writing that comes next. Labels and cases are not looked at. Not
  /// beside a read of the same object. Throws InvalidArgument on an account that the store does not
  /// have, before anything is done, and as `drop_before`.
  EraseReceipt erase_accounts(std::span<const std::string> accounts, TimeS now_s,
                              RunControl* control = nullptr);
  /// Whether an account, given as to `erase_accounts`, was erased.
  [[nodiscard]] bool is_erased(std::string_view account) const;
  /// All erasures, by number.
  [[nodiscard]] std::vector<EraseReceipt> erasures() const;
  /// Gives back the disk space of what was dropped, and joins the files of many small jobs; what
  /// the store holds stays. Needs about its size of free space meanwhile. A kill, or Interrupted,
  /// leaves it as it was, but for some garbage that the next opening removes. Throws as
  /// `drop_before`. Where `whole`, files from which nothing went are rewritten too: then no byte is
  /// left of what was erased.
  void compact(bool whole = false, RunControl* control = nullptr);

  [[nodiscard]] StoreInfo info() const;
  /// Reads every byte back: RocksDB's checksums, each block's, the ledger's sums, the mirrors.
  [[nodiscard]] VerifyReport verify(RunControl* control = nullptr) const;

  struct Impl;

 private:
  explicit Store(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  ///< shared with a job under way
};

}  // namespace lockstep
