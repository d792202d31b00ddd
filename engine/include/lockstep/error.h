#pragma once

#include <stdexcept>
#include <string>

namespace lockstep {

/// Base of everything that Lockstep throws on purpose: what, where, remedy, in one line.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An argument out of its documented range. ValueError in Python.
class InvalidArgument : public Error {
 public:
  using Error::Error;
};

/// The environment failed: a path, a permission, a full disk. OSError in Python.
class StorageError : public Error {
 public:
  using Error::Error;
};

/// Another process holds the writer's lock.
class StoreLocked : public StorageError {
 public:
  using StorageError::StorageError;
};

/// There is no store at a path that should hold one, or something else is there.
class NotAStore : public StorageError {
 public:
  using StorageError::StorageError;
};

/// The store was written by a version that this program does not know.
class StoreVersionError : public StorageError {
 public:
  using StorageError::StorageError;
};

/// Stored bytes are not what was written, or acknowledged data is missing.
class CorruptData : public Error {
 public:
  using Error::Error;
};

/// The caller asked for the running work to stop. KeyboardInterrupt in Python.
class Interrupted : public Error {
 public:
  Interrupted() : Error("interrupted") {}
};

}  // namespace lockstep
