// SPDX-License-Identifier: MIT
/// @file
/// Commits of an LMDB file: many readers beside one writer, each commit whole or not at all.
#pragma once

#include <vpr/map/database.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace vpr::detail {

/// Holds the last commit as it was when this was made: its pages stay as they are, whatever is written meanwhile.
class ReadTransaction {
 public:
  /// @throws IoError, FormatError
  explicit ReadTransaction(std::shared_ptr<const Database> database) : database_(std::move(database)) {
    for (int attempt = 0;; ++attempt) {
      begin();
      try {
        const std::span<const std::byte> file = database_->view_->first(database_->bytes(), database_->path_);
        const std::uint64_t number = ::mdb_txn_id(transaction_);
        const lmdb::Meta meta = LmdbPages::read_meta(file, static_cast<int>(number & 1U), database_->path_);
        // Where two commits came in between, its page states another one by now.
        VPR_REQUIRE(FormatError, meta.transaction == number, database_->path_, ": commit ", number, " is not stated in the file, but ",
                    meta.transaction, ": a process has it open since before it was compacted, or it was damaged");
        pages_.emplace(file, meta, database_->path_);
        return;
      } catch (const FormatError&) {
        ::mdb_txn_abort(std::exchange(transaction_, nullptr));
        if (attempt == 20) throw;
      } catch (...) {
        ::mdb_txn_abort(transaction_);
        throw;
      }
    }
  }
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  ~ReadTransaction() {
    if (transaction_ != nullptr) ::mdb_txn_abort(transaction_);
  }

  const LmdbPages& pages() const { return *pages_; }
  std::uint64_t commit() const { return pages_->meta().transaction; }
  const std::shared_ptr<const Database>& database() const { return database_; }

 private:
  void begin() {
    int error = ::mdb_txn_begin(database_->environment_, nullptr, MDB_RDONLY, &transaction_);
    if (error == MDB_READERS_FULL) {
      int cleared = 0;  // of processes that were killed
      ::mdb_reader_check(database_->environment_, &cleared);
      error = ::mdb_txn_begin(database_->environment_, nullptr, MDB_RDONLY, &transaction_);
    }
    database_->require(error, "cannot be read");
  }

  std::shared_ptr<const Database> database_;
  MDB_txn* transaction_ = nullptr;
  std::optional<LmdbPages> pages_;
};

/// Changes that are committed together, or not at all. Waits for another one of any process.
class WriteTransaction {
 public:
  /// @throws IoError; FormatError for a file that was damaged where it would be written
  explicit WriteTransaction(std::shared_ptr<Database> database) : database_(std::move(database)) {
    database_->require(::mdb_txn_begin(database_->environment_, nullptr, 0, &transaction_), "cannot be changed");
    try {
      before_.emplace(database_);
      const std::uint64_t number = ::mdb_txn_id(transaction_);
      VPR_REQUIRE(FormatError, before_->commit() + 1 == number, database_->path_, ": commit ", number, " does not follow ",
                  before_->commit(), ": a process has it open since before it was compacted, or it was damaged");
      if (database_->checked_ != before_->commit()) before_->pages().check();
      database_->require(::mdb_dbi_open(transaction_, nullptr, 0, &tree_), "cannot be changed");
    } catch (...) {
      ::mdb_txn_abort(transaction_);
      throw;
    }
  }
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  ~WriteTransaction() {
    if (transaction_ != nullptr) ::mdb_txn_abort(transaction_);
  }

  /// What was there before. It is let go by `commit`.
  const ReadTransaction& before() const { return *before_; }
  std::uint64_t number() const { return ::mdb_txn_id(transaction_); }

  /// Puts a value in place of `old`, the one that was there before, if any.
  void put(std::string_view key, std::span<const std::byte> value, std::span<const std::byte> old = {}) {
    if (!old.empty()) before_->pages().check_overflow(old);
    MDB_val to = of(key), data{value.size(), const_cast<std::byte*>(value.data())};
    database_->require(::mdb_put(transaction_, tree_, &to, &data, 0), "cannot be written");
  }
  void remove(std::string_view key, std::span<const std::byte> old) {
    before_->pages().check_overflow(old);
    MDB_val at = of(key);
    database_->require(::mdb_del(transaction_, tree_, &at, nullptr), "cannot be written");
  }

  /// @throws IoError, the file being as before
  void commit() {
    const std::uint64_t number = this->number();
    before_.reset();
    database_->require(::mdb_txn_commit(std::exchange(transaction_, nullptr)), "cannot be written");
    database_->checked_ = number;
  }

 private:
  static MDB_val of(std::string_view key) { return {key.size(), const_cast<char*>(key.data())}; }

  std::shared_ptr<Database> database_;
  std::optional<ReadTransaction> before_;
  MDB_txn* transaction_ = nullptr;
  MDB_dbi tree_ = 0;
};

}  // namespace vpr::detail
