// SPDX-License-Identifier: MIT
#include "training_lock.hpp"

#include <vpr/core/error.hpp>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cli {

TrainingLock::TrainingLock(const vpr::TrainingFiles& files) : path_(files.lock()) {
  while (!lock(files.weights)) ::close(file_);
}

TrainingLock::~TrainingLock() {
  ::unlink(path_.c_str());
  ::close(file_);
}

/// Whether the file that was locked still has its name: another training may have ended, and removed it, since it was opened.
bool TrainingLock::lock(const std::string& weights) {
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  VPR_REQUIRE(vpr::IoError, file_ >= 0, weights, ": cannot be written: ", std::strerror(errno));
  const bool is_held = ::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;  // a file system without locks keeps nobody out
  if (is_held) ::close(file_);
  VPR_REQUIRE(vpr::ConfigError, !is_held, "train: another training writes ", weights,
              " now: give --out another name, or wait until it ends");
  struct stat locked {};
  struct stat named {};
  if (::fstat(file_, &locked) == 0 && locked.st_size != 0) {
    ::close(file_);
    vpr::fail<vpr::ConfigError>(path_,
                                ": is in the way: a training of that --out makes an empty file of this name and removes it; move yours");
  }
  return ::stat(path_.c_str(), &named) == 0 && locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

}  // namespace cli
