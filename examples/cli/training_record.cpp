// SPDX-License-Identifier: MIT
#include "training_record.hpp"

#include <filesystem>
#include <limits>
#include <system_error>

namespace cli {

TrainingRecord::TrainingRecord(const TrainOptions& options, const vpr::Recipe& recipe, const std::string& data, std::int64_t done)
    : path_(options.report), log_path_(options.log) {
  report_.title = "Training of " + recipe.system;
  report_.facts = {
      {"Recipe", recipe.name}, {"Trained on", data}, {"Weights at first", std::filesystem::path(options.weights).filename().string()}};
  report_.measures = {"recall@1", "recall@5"};
  if (options.log.empty()) return;
  log_.emplace(options.log, report_.measures, done);
  report_.rows = log_->rows();
  if (!report_.rows.empty() && report_.rows.front().step == 0) {
    report_.before = report_.rows.front().measures;
    report_.rows.erase(report_.rows.begin());
  }
}

void TrainingRecord::add(vpr::TrainingRow row) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  row.measures.resize(report_.measures.size(), none);
  if (row.step == 0) {
    report_.before = row.measures;
    row.loss = row.rate = row.images_per_second = none;
  } else {
    report_.rows.push_back(row);
  }
  if (log_) log_->add(row);
}

void TrainingRecord::write_report() const {
  if (!path_.empty()) vpr::write_training_report(path_, report_);
}

void TrainingRecord::remove_log() {
  if (!log_ || !report_.rows.empty()) return;
  log_.reset();
  std::error_code ignored;
  std::filesystem::remove(log_path_, ignored);
}

}  // namespace cli
