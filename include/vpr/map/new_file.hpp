// SPDX-License-Identifier: MIT
/// @file
/// Map files that nobody sees before they are whole.
#pragma once

#include <vpr/core/random.hpp>
#include <vpr/map/editor.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <unistd.h>

namespace vpr::detail {

/// A map under a name of its own, which vanishes unless it gets another one.
class NewMapFile {
 public:
  explicit NewMapFile(const std::string& beside) : path_(beside + '.' + unique()) {
    try {
      database_ = Database::create(path_);
    } catch (...) {
      remove();
      throw;
    }
  }
  NewMapFile(const NewMapFile&) = delete;
  NewMapFile& operator=(const NewMapFile&) = delete;
  ~NewMapFile() {
    blocks_.reset();
    database_.reset();
    remove();
  }

  /// @param header  of a map that is new
  template <class Change>
  void change(std::optional<MapHeader> header, const Change& change) {
    WriteTransaction transaction(database_);
    if (!header) blocks_ = std::make_shared<const MapBlocks>(transaction.before(), blocks_.get());
    MapEditor editor(transaction, blocks_.get(), header ? *header : blocks_->header());
    change(editor);
    editor.finish();
    transaction.commit();
  }

  /// Waits until it is on the disk. Nothing is changed afterwards.
  void finish() {
    database_->sync();
    blocks_.reset();
    database_.reset();
  }

  /// Gives it a name that no file has yet.
  void name(const std::string& path) const {
    VPR_REQUIRE(IoError, ::link(path_.c_str(), path.c_str()) == 0, path, ": cannot be written: ", std::strerror(errno));
    sync_folder(path);
  }

  /// Puts it in the place of `old`. Who opens the map meanwhile waits; who has it open finds it gone, see `Database::current`. The old lock file
  /// goes after the old file: whoever opens the new one with the old lock file, because this process was killed in between, gets an error.
  void replace(const Database& old) const {
    const std::string& path = old.path();
    const OpenFile fresh(path_, O_RDONLY);
    fresh.lock(LOCK_EX);
    old.file().lock(LOCK_EX);
    const bool renamed = ::rename(path_.c_str(), path.c_str()) == 0;
    const int error = errno;
    if (renamed) ::unlink((path + "-lock").c_str());
    old.file().lock(LOCK_UN);
    VPR_REQUIRE(IoError, renamed, path, ": cannot be replaced: ", std::strerror(error));
    sync_folder(path);
  }

 private:
  void remove() const {
    ::unlink(path_.c_str());
    ::unlink((path_ + "-lock").c_str());
  }

  static void sync_folder(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const OpenFile folder(slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash), O_RDONLY);
    ::fsync(folder.get());
  }

  static std::string unique() {
    Random random = Random::of({::getpid(), std::chrono::steady_clock::now().time_since_epoch().count()});
    std::string letters;
    for (int i = 0; i < 10; ++i) letters += static_cast<char>('a' + random.below(26));
    return letters;
  }

  std::string path_;
  std::shared_ptr<Database> database_;
  std::shared_ptr<const MapBlocks> blocks_;  // as the last commit but one left them
};

}  // namespace vpr::detail
