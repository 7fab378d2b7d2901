// SPDX-License-Identifier: MIT
#include "left_out.hpp"

#include <vpr/core/printable.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace cli {

void LeftOut::add(const std::string& of, const std::string& name, const std::string& path, const std::string& reason) {
  if (known_.emplace(of, path).second) entries_.push_back({of, name, path, reason});
}

void LeftOut::merge(const LeftOut& other) {
  for (const Entry& entry : other.entries_) add(entry.of, entry.name, entry.path, entry.reason);
}

std::string LeftOut::first_reason(const std::string& of) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.of == of; });
  return found == entries_.end() ? "" : found->reason;
}

nlohmann::ordered_json LeftOut::json() const {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Entry& entry : entries_)
    all.push_back({{"of", entry.of}, {"photo", vpr::escaped(entry.name)}, {"reason", vpr::printable(entry.reason)}});
  return all;
}

void LeftOut::finish(int code) const {
  std::cout.flush();
  if (!entries_.empty()) std::cerr << "left out: " << entries_.size() << (entries_.size() == 1 ? " photo\n" : " photos\n");
  for (const Entry& entry : entries_) {
    std::string line = vpr::printable(entry.reason);
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::cerr << "  " << entry.of << ": " << line << '\n';
  }
  if (code == 0 && !entries_.empty()) code = exit_photos_left_out;
  if (code != 0) throw CLI::RuntimeError(code);
}

}  // namespace cli
