// SPDX-License-Identifier: MIT
#include "training_record.hpp"

#include <filesystem>
#include <limits>
#include <utility>

namespace cli {

TrainingRecord::TrainingRecord(const TrainOptions& options, const vpr::Recipe& recipe, const std::string& data, std::int64_t done)
    : path_(options.report), log_path_(options.log) {
  report_.title = "Training of " + recipe.system;
  report_.facts = {
      {"Recipe", recipe.name}, {"Trained on", data}, {"Weights at first", std::filesystem::path(options.weights).filename().string()}};
  report_.measures = {"recall@1", "recall@5"};
  if (options.log.empty() || done == 0) return;
  log_.emplace(options.log, report_.measures, done);
  report_.rows = log_->rows();
  if (!report_.rows.empty() && report_.rows.front().step == 0) {
    report_.before = report_.rows.front().measures;
    report_.rows.erase(report_.rows.begin());
  }
}

void TrainingRecord::begin() {
  if (!log_path_.empty()) log_.emplace(log_path_, report_.measures);
  write_report();
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

}  // namespace cli
