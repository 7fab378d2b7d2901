// SPDX-License-Identifier: MIT
#include "training_loop.hpp"

#include "interruption.hpp"
#include "left_out.hpp"
#include "options.hpp"
#include "progress_bar.hpp"
#include "training_record.hpp"
#include "training_start.hpp"
#include "training_steps.hpp"
#include "validation.hpp"

#include <vpr/core/printable.hpp>
#include <vpr/model/precision.hpp>
#include <vpr/model/record.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/model/training.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {
namespace {

/// How the weights are used, for the record inside them.
vpr::ModelRecord record_of(const TrainOptions& options, const vpr::Recipe& recipe) {
  vpr::ModelRecord record = vpr::record_of(vpr::canonical_name(recipe.system), parse_size(options.size), training_preprocess(recipe),
                                           vpr::published_position_rule(recipe.system));
  record.tokens = recipe.tokens;
  record.upright = options.photo.upright ? "yes" : "no";
  record.accept_damaged = options.photo.accept_damaged ? "yes" : "no";
  return record;
}

vpr::TrainingSettings settings_of(const TrainOptions& options, const vpr::Recipe& recipe,
                                  const std::map<std::string, std::string>& deciding) {
  vpr::TrainingSettings settings{.files = options.files(),
                                 .steps = options.steps,
                                 .every = options.every,
                                 .patience = options.patience,
                                 .resume = options.resume,
                                 .notes = deciding,
                                 .metadata = vpr::metadata_of(record_of(options, recipe))};
  settings.metadata["trained_from"] = deciding.at("weights");
  settings.metadata["licence"] = "that of the weights it was trained from";
  return settings;
}

/// Prints steps and validations, and draws a bar between them.
class StepPrinter {
 public:
  /// @param done            steps of earlier sessions
  /// @param seconds_before  that those took
  StepPrinter(const TrainOptions& options, std::int64_t done, double seconds_before)
      : options_(options), first_(done), seconds_before_(seconds_before) {}

  void operator()(const vpr::TrainingRow& row) const {
    const double left =
        (row.seconds - seconds_before_) / static_cast<double>(row.step - first_) * static_cast<double>(options_.steps - row.step);
    char text[128];
    std::snprintf(text, sizeof text, "loss %.4f  %.1f images/s  %.0f s left", row.loss, row.images_per_second, left);
    if (options_.is_due(row.step)) {
      wipe();
      std::printf("step %lld/%lld  %s\n", static_cast<long long>(row.step), static_cast<long long>(options_.steps), text);
    }
    if (!row.measures.empty())
      std::printf("%s: recall@1 %.3f, recall@5 %.3f\n", row.step == 0 ? "before" : "validation", row.measures[0], row.measures[1]);
    std::fflush(stdout);
    if (bar_ && row.step > 0 && row.step < options_.steps) bar_(text, row.step, options_.steps);
  }
  void wipe() const {
    if (bar_) bar_("", 1, 1);
  }

 private:
  const TrainOptions& options_;
  std::int64_t first_;
  double seconds_before_;
  vpr::Progress bar_ = progress_bar();
};

}  // namespace

void train(const TrainOptions& options, const vpr::Recipe& recipe, const std::map<std::string, std::string>& deciding) {
  vpr::TrainedSystem system = vpr::make_system<vpr::TrainedSystem::backend>(recipe.system, recipe.tokens);
  VPR_REQUIRE(vpr::ConfigError, options.tuned_blocks <= system.pipeline.backbone.depth(), "train: --tuned-blocks: got ",
              options.tuned_blocks, ", the network has ", system.pipeline.backbone.depth());
  require_size(system, recipe);
  const bool is_new = give_weights(system, options, recipe);
  vpr::freeze_backbone(system, recipe);
  vpr::train_blocks_in(system, vpr::find_precision(options.precision));
  system.pipeline.backbone.set_checkpointing(options.checkpointing);

  const std::unique_ptr<vpr::TrainingSteps> steps = training_steps(system, options, recipe);
  if (is_new && !options.resume) find_clusters(system, *steps, options, recipe);
  Validation validation(options, recipe);
  std::optional<TrainingRecord> record;
  std::optional<StepPrinter> print;
  vpr::TrainingCallbacks callbacks{.begin = [&] { record->begin(); },
                                   .after_step =
                                       [&](const vpr::TrainingRow& row) {
                                         (*print)(row);
                                         record->add(row);
                                         if (options.is_due(row.step)) record->write_report();
                                       },
                                   .stop = [] { return Interruption::asked(); },
                                   .on_message = [](const std::string& sentence) { std::printf("%s\n", sentence.c_str()); }};
  if (validation.wanted()) callbacks.validate = [&](const std::string& weights) { return validation(weights).of_all; };
  vpr::Training training(system, recipe, *steps, settings_of(options, recipe, deciding), std::move(callbacks));
  std::printf("%s%s on %s: %lld trainable parameters\n", recipe.system.c_str(), options.model.empty() ? ", the recipe's model," : "",
              steps->description().c_str(), static_cast<long long>(training.trainable()));
  record.emplace(options, recipe, steps->description(), training.done());
  print.emplace(options, training.done(), record->seconds());
  training.validate_before();

  const Interruption interruption;
  try {
    training.run(record->seconds());
  } catch (...) {
    print->wipe();
    if (const std::int64_t done = training.done_in_state(); done > 0) {
      std::cerr << "the state after " << done << " steps is kept in " << vpr::escaped(options.files().state())
                << ": --resume goes on from it\n";
      try {
        record->write_report();
      } catch (const vpr::Error&) {  // the training's own error is the one to report
      }
    }
    throw;
  }
  print->wipe();
  record->write_report();
  const std::int64_t done = training.done();
  const bool interrupted = done < options.steps && !training.stopping().should_stop();
  if (interrupted) {
    std::printf("stopped by a signal after %lld of %lld steps: state and weights are written, --resume goes on from there\n",
                static_cast<long long>(done), static_cast<long long>(options.steps));
  } else if (done < options.steps) {
    std::printf("stopped after %lld steps: recall@1 rose no more\n", static_cast<long long>(done));
  }
  if (validation.wanted())
    std::printf("%s: the weights with the best recall@1, %.3f\n", options.files().best().c_str(), training.stopping().best());
  std::printf("%s: evaluate it with %s\n", vpr::escaped(options.out).c_str(), evaluation_command(options, recipe).c_str());
  LeftOut left_out;
  for (const vpr::BadPhoto& photo : steps->bad_photos()) left_out.add("data", photo.path, photo.path, photo.reason);
  for (const vpr::BadPhoto& photo : validation.bad_photos()) left_out.add("validation", photo.path, photo.path, photo.reason);
  std::fflush(stdout);
  left_out.finish(interrupted ? exit_interrupted : 0);
}

}  // namespace cli
