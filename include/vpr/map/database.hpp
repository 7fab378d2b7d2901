// SPDX-License-Identifier: MIT
/// @file
/// An LMDB file that processes share. Needs the component vpr::map.
#pragma once

#ifndef VPR_WITH_MAP
#error \
    "vpr/map/database.hpp needs the component map: link the CMake target vpr::map, or, without CMake, compile with -DVPR_WITH_MAP -DVPR_WITH_HASH and link lmdb (Debian: liblmdb-dev libxxhash-dev)"
#endif

#include <vpr/core/error.hpp>
#include <vpr/map/lmdb_pages.hpp>
#include <vpr/map/open_file.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vpr {

/// Whether a map is opened to be read only, or to be changed too.
enum class MapAccess { read, write };

namespace detail {

/// An LMDB environment. One process has one of a file, which its maps share: LMDB's locks are the process's.
class Database {
 public:
  /// Opens what is there.
  /// @throws IoError, FormatError
  static std::shared_ptr<Database> open(const std::string& path, MapAccess access) {
    static auto& mutex = *new std::recursive_mutex;  // never destroyed: maps may outlive it
    static auto& opened = *new std::map<FileIdentity, std::weak_ptr<Database>>;
    // One that is being closed would take away the locks of one that is being opened.
    const auto close = [](Database* database) {
      const std::lock_guard lock(mutex);
      delete database;
    };
    const std::lock_guard lock(mutex);
    std::erase_if(opened, [](const auto& one) { return one.second.expired(); });
    for (int attempt = 0;; ++attempt) {
      OpenFile file(path, access == MapAccess::write ? O_RDWR : O_RDONLY);
      file.lock(LOCK_SH);  // no other process puts a compacted file in its place meanwhile
      const struct stat status = file.status();
      const FileIdentity identity{status.st_dev, status.st_ino};
      if (identity_of(path) != identity && attempt < 100) continue;
      VPR_REQUIRE(IoError, S_ISREG(status.st_mode), path, ": is no regular file, expected a map");
      if (const auto found = opened.find(identity); found != opened.end()) {
        if (auto shared = found->second.lock()) {
          VPR_REQUIRE(ConfigError, access == MapAccess::read || shared->access_ == MapAccess::write, path,
                      ": is open to be read in this process; open it to be written first, or close it");
          return shared;
        }
      }
      const std::optional<FileIdentity> lock_file = identity_of(path + "-lock");
      for (const auto& [other, database] : opened) {
        const std::shared_ptr<Database> shared = database.lock();
        VPR_REQUIRE(IoError, !shared || !lock_file || shared->lock_file_ != lock_file, path,
                    ": was replaced while this process had it open, and its lock file was not: close the map, delete ", path,
                    "-lock and open it again");
      }
      const std::shared_ptr<Database> made(new Database(path, access, std::move(file), MDB_NOTLS), close);
      opened[identity] = made;
      return made;
    }
  }

  /// A new file under a name that nobody knows yet, written without waiting for the disk; see `sync`.
  static std::shared_ptr<Database> create(const std::string& path) {
    OpenFile file(path, O_RDWR | O_CREAT | O_EXCL);
    return std::make_shared<Database>(path, MapAccess::write, std::move(file), MDB_NOTLS | MDB_NOSYNC);
  }

  Database(std::string path, MapAccess access, OpenFile file, unsigned flags)
      : path_(std::move(path)), access_(access), file_(std::move(file)) {
    const struct stat status = file_.status();
    identity_ = {status.st_dev, status.st_ino};
    const bool fresh = (flags & MDB_NOSYNC) != 0;
    if (!fresh) check_metas();
    if (access == MapAccess::read) flags |= MDB_RDONLY;
    reserve_lock_file();
    // Other maps, or a sanitizer, may have taken much of the address space.
    const auto least = 2 * static_cast<std::size_t>(status.st_size) + (std::size_t{1} << 26);
    std::size_t reserved = address_space();
    int error = open_within(reserved, flags);
    while (error == ENOMEM && reserved / 2 >= least) error = open_within(reserved /= 2, flags);
    VPR_REQUIRE(IoError, error != ENOMEM, path_, ": cannot be opened: ", reserved,
                " bytes of address space cannot be had twice; raise the limit of the process (ulimit -v)");
    VPR_REQUIRE(IoError, error != EACCES && error != EROFS, path_, ": its lock file ", path_,
                "-lock cannot be written: readers of a map need it");
    require(error, "cannot be opened");
    lock_file_ = identity_of(path_ + "-lock");
    file_.lock(LOCK_UN);
    int cleared = 0;
    ::mdb_reader_check(environment_, &cleared);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    if (environment_ != nullptr) ::mdb_env_close(environment_);
  }

  const std::string& path() const { return path_; }
  MapAccess access() const { return access_; }
  /// Whether the file still bears its name, and not one that was put in its place.
  bool current() const { return identity_of(path_) == identity_; }
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(file_.status().st_size); }
  void sync() const { require(::mdb_env_sync(environment_, 1), "cannot be written"); }
  const OpenFile& file() const { return file_; }

  /// @throws an Error that says what LMDB's code means, unless it is 0
  void require(int error, std::string_view what) const {
    if (error == 0) return;
    const char* advice = "";
    switch (error) {
      case ENOSPC:
      case EDQUOT:
      case EIO:  // LMDB's word for a write that was cut short
      case EFBIG:
        advice = ": no room on the disk, or within the limit on a file's size (ulimit -f); the map is as the last commit left it";
        break;
      case MDB_MAP_RESIZED:
      case MDB_MAP_FULL: advice = ": its address space is used up: raise the limit of the process (ulimit -v)"; break;
      case MDB_READERS_FULL: advice = ": 1024 readers are open"; break;
      case MDB_PANIC: advice = ": an error before this one left it so: close the map and open it again"; break;
      default: break;
    }
    if (error == MDB_CORRUPTED || error == MDB_PAGE_NOTFOUND || error == MDB_INVALID || error == MDB_VERSION_MISMATCH)
      fail<FormatError>(path_, ": was damaged: ", ::mdb_strerror(error));
    fail<IoError>(path_, ": ", what, ": ", ::mdb_strerror(error), advice);
  }

 private:
  friend class ReadTransaction;
  friend class WriteTransaction;

  /// LMDB's error, or 0.
  int open_within(std::size_t reserved, unsigned flags) {
    view_ = std::make_unique<GrowingView>(file_, reserved);
    if (!*view_) return ENOMEM;
    if (const int error = ::mdb_env_create(&environment_); error != 0) return error;
    ::mdb_env_set_maxreaders(environment_, 1024);
    ::mdb_env_set_mapsize(environment_, reserved);
    const int error = ::mdb_env_open(environment_, path_.c_str(), flags | MDB_NOSUBDIR, 0666);
    if (error != 0) ::mdb_env_close(std::exchange(environment_, nullptr));
    return error;
  }

  /// LMDB maps its lock file and writes to it; on a full disk that would kill the process.
  void reserve_lock_file() const {
    const std::string path = path_ + "-lock";
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return;  // LMDB says so
    constexpr off_t size = 72 << 10;
    const int error = ::fallocate(file, 0, 0, size) == 0 ? 0 : errno;
    ::close(file);
    VPR_REQUIRE(IoError, error == 0 || error == EOPNOTSUPP || error == ENOSYS, path, ": cannot be written: ", std::strerror(error));
  }

  /// LMDB computes with what these pages say before it checks it.
  void check_metas() const {
    std::byte pages[2 * 65536];
    for (int attempt = 0;; ++attempt) {
      const ssize_t size = ::pread(file_.get(), pages, sizeof pages, 0);
      VPR_REQUIRE(IoError, size >= 0, path_, ": cannot be read: ", std::strerror(errno));
      const std::span<const std::byte> read(pages, static_cast<std::size_t>(size));
      try {
        const lmdb::Meta last = LmdbPages::last_of(LmdbPages::read_meta(read, 0, path_), LmdbPages::read_meta(read, 1, path_), path_);
        VPR_REQUIRE(FormatError, last.last_page < bytes() / last.free.page_size, path_, ": has ", bytes(),
                    " bytes, its last commit claims ", (last.last_page + 1) * last.free.page_size, ": it was cut off");
        return;
      } catch (const FormatError&) {
        if (attempt == 10) throw;  // until then another process may be writing one of them
      }
    }
  }

  std::string path_;
  MapAccess access_;
  OpenFile file_;
  FileIdentity identity_;
  std::optional<FileIdentity> lock_file_;
  MDB_env* environment_ = nullptr;
  std::unique_ptr<const GrowingView> view_;
  std::atomic<std::uint64_t> checked_ = 0;  // the last commit that LMDB may trust
};

}  // namespace detail
}  // namespace vpr
