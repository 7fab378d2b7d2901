// SPDX-License-Identifier: MIT
/// @file
/// The photos that a command went on without, and the exit code that says so.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cli {

/// The exit code of a command that is done, but left photos out.
inline constexpr int exit_photos_left_out = 3;

class LeftOut {
 public:
  /// Adds a photo, once.
  /// @param of      what the photo is one of, such as "database"
  /// @param name    what its list calls it
  /// @param reason  one sentence, which names the file
  void add(const std::string& of, const std::string& name, const std::string& path, const std::string& reason);

  /// Adds those of another.
  void merge(const LeftOut& other);

  std::size_t count() const { return entries_.size(); }
  /// Why the first of those was left out.
  std::string first_reason(const std::string& of) const;
  /// Every one, names escaped: [{"of": "database", "photo": "a.jpg", "reason": "…"}].
  nlohmann::ordered_json json() const;
  /// Names them on standard error and ends the command with `code`, or, where that is 0 and there are any, with `exit_photos_left_out`.
  void finish(int code = 0) const;

 private:
  struct Entry {
    std::string of, name, path, reason;
  };
  std::vector<Entry> entries_;
  std::set<std::pair<std::string, std::string>> known_;  // the files that are among them
};

}  // namespace cli
