// SPDX-License-Identifier: MIT
/// @file
/// A training's log, a row a step, as a table that other programs read. Needs the component vpr::io.
#pragma once

#ifndef VPR_WITH_IO
#error \
    "vpr/train/training_log.hpp needs the component io: link the CMake target vpr::io, or, without CMake, compile with -DVPR_WITH_IO and link z (Debian: nlohmann-json3-dev zlib1g-dev)"
#endif

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/io/atomic_file.hpp>
#include <vpr/train/training_row.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace vpr {

/// Appends a row a step to a file: CSV, or a JSON object a line where the name ends in `.jsonl`. Each row is on its way to the disk when `add`
/// returns.
///
/// A row of step 0 holds what was measured before the training. A training that goes on from a checkpoint goes on with its log: rows after the
/// checkpoint's step are dropped, since these steps come again.
class TrainingLog {
 public:
  /// @param measures  names of the columns after the fixed ones, such as `recall@1`
  /// @param done      steps that a resumed training has behind it; 0: the log begins anew
  /// @throws IoError where the file can't be read or written; FormatError where `done` is not 0 and the file is no log with these columns
  TrainingLog(std::string path, const std::vector<std::string>& measures, std::int64_t done = 0)
      : path_(std::move(path)), json_(path_.ends_with(".jsonl")), columns_{"step", "loss", "rate", "seconds", "images_per_second"} {
    columns_.insert(columns_.end(), measures.begin(), measures.end());
    std::error_code ignored;
    if (done > 0 && std::filesystem::exists(path_, ignored)) read(done);
    AtomicFile file(path_);
    if (!json_) file.write(header() + '\n');
    for (const TrainingRow& row : rows_) file.write(text(row));
    file.commit();
    out_.open(path_, std::ios::app | std::ios::binary);
    VPR_REQUIRE(IoError, out_.is_open(), path_, ": cannot be written");
  }

  /// @throws IoError  as on a full disk; ShapeError for another number of measures than the log has
  void add(const TrainingRow& row) {
    VPR_REQUIRE(ShapeError, row.measures.size() + fixed == columns_.size(), path_, ": got ", row.measures.size(), " measures, the log has ",
                columns_.size() - fixed);
    rows_.push_back(row);
    out_ << text(row) << std::flush;
    VPR_REQUIRE(IoError, out_.good(), path_, ": cannot be written; is the disk full?");
  }

  /// All rows, those of earlier sessions included.
  const std::vector<TrainingRow>& rows() const& { return rows_; }
  std::vector<TrainingRow> rows() && { return std::move(rows_); }

 private:
  static constexpr std::size_t fixed = 5;

  std::string header() const {
    std::string line;
    for (const std::string& column : columns_) line += (line.empty() ? "" : ",") + column;
    return line;
  }

  static std::vector<double> numbers(const TrainingRow& row) {
    std::vector<double> all{static_cast<double>(row.step), row.loss, row.rate, row.seconds, row.images_per_second};
    all.insert(all.end(), row.measures.begin(), row.measures.end());
    return all;
  }
  static TrainingRow row_of(const std::vector<double>& all) {
    return {static_cast<std::int64_t>(all[0]), all[1], all[2], all[3], all[4], {all.begin() + fixed, all.end()}};
  }

  std::string text(const TrainingRow& row) const {
    std::ostringstream line;
    line.imbue(std::locale::classic());
    line.precision(9);
    const std::vector<double> all = numbers(row);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool taken = is_finite(all[i]);
      if (json_ && taken) line << (i == 0 ? "{" : ", ") << nlohmann::json(columns_[i]) << ": " << all[i];
      if (!json_ && i > 0) line << ',';
      if (!json_ && taken) line << all[i];
    }
    line << (json_ ? "}\n" : "\n");
    return line.str();
  }

  void read(std::int64_t done) {
    std::ifstream in(path_, std::ios::binary);
    VPR_REQUIRE(IoError, in.is_open(), path_, ": cannot be read");
    std::int64_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (in.eof()) break;  // a line without an end was being written when the training was killed
      if (!json_ && number == 1) {
        VPR_REQUIRE(FormatError, line == header(), path_, ": its first line is '", line.substr(0, 80),
                    "', expected the log of a training, '", header(), "'; give another file, or remove it");
        continue;
      }
      const std::optional<std::vector<double>> all = json_ ? of_json(line) : of_csv(line);
      VPR_REQUIRE(FormatError, all.has_value(), path_, ": line ", number, " is no row of a training with the columns ", header(),
                  "; give another file, or remove it");
      if ((*all)[0] <= static_cast<double>(done)) rows_.push_back(row_of(*all));
    }
  }

  std::optional<std::vector<double>> of_csv(std::string_view line) const {
    std::vector<double> all;
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      double value = std::numeric_limits<double>::quiet_NaN();
      const auto [stop, error] = std::from_chars(line.data() + begin, line.data() + end, value);
      if (begin < end && (error != std::errc() || stop != line.data() + end)) return std::nullopt;
      all.push_back(value);
      begin = end + 1;
    }
    return checked(std::move(all));
  }

  std::optional<std::vector<double>> of_json(const std::string& line) const {
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object()) return std::nullopt;
    std::vector<double> all;
    for (const std::string& column : columns_) {
      const auto found = object.find(column);
      if (found != object.end() && !found->is_number()) return std::nullopt;
      all.push_back(found == object.end() ? std::numeric_limits<double>::quiet_NaN() : found->get<double>());
    }
    return checked(std::move(all));
  }

  std::optional<std::vector<double>> checked(std::vector<double> all) const {
    const bool sound = all.size() == columns_.size() && is_finite(all[0]) && all[0] >= 0 && all[0] < 0x1p53 && all[0] == std::trunc(all[0]);
    return sound ? std::optional(std::move(all)) : std::nullopt;
  }

  std::string path_;
  bool json_;
  std::vector<std::string> columns_;
  std::vector<TrainingRow> rows_;
  std::ofstream out_;
};

}  // namespace vpr
