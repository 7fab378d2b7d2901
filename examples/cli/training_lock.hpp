// SPDX-License-Identifier: MIT
/// @file
/// Keeps two trainings from writing the same files.
#pragma once

#include <vpr/model/training_files.hpp>

#include <string>

namespace cli {

/// Held by the one training that may write these files: an advisory lock on `TrainingFiles::lock`, which is removed at the end. The file that a kill
/// leaves is locked by nobody, and the next training takes it over.
class TrainingLock {
 public:
  /// @throws vpr::ConfigError  where another training holds it
  /// @throws vpr::IoError      where its file cannot be made
  explicit TrainingLock(const vpr::TrainingFiles& files);
  TrainingLock(const TrainingLock&) = delete;
  TrainingLock& operator=(const TrainingLock&) = delete;
  ~TrainingLock();

 private:
  bool lock(const std::string& weights);

  std::string path_;
  int file_ = -1;
};

}  // namespace cli
