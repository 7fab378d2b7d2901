// SPDX-License-Identifier: MIT
/// @file
/// The loop that trains a recorded model, and its state on disk. Needs the component vpr::io.
#pragma once

#include <vpr/autograd/undo.hpp>
#include <vpr/core/execution.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/io/file_kind.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>
#include <vpr/train/clip.hpp>
#include <vpr/train/optimizer.hpp>
#include <vpr/train/state.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

struct TrainerSettings {
  std::int64_t steps = 1000;          ///< in all, those of an earlier session included
  std::int64_t accumulate = 1;        ///< batches whose gradients make one step
  double longest_gradient = 0;        ///< gradients are clipped to this length; 0: they are not
  std::int64_t checkpoint_every = 0;  ///< steps between checkpoints; 0: one after the last step alone
  std::string checkpoint = {};        ///< the file that they are written to, each in place of the last one; empty: none are written
  std::map<std::string, std::string> notes = {};  ///< kept in the checkpoints as text, such as the options of the training
  std::function<void()> before_step = {};  ///< called when a step's gradients are there, before they are clipped and the parameters moved
  std::function<void()> after_checkpoint = {};  ///< called when one is written, such as to put weights in place that belong to it
};

/// What a step did.
struct TrainingStep {
  std::int64_t step = 0;       ///< counted from 1
  double loss = 0;             ///< the mean over the step's batches
  double rate_factor = 1;      ///< the schedule's rate over the parameters' own
  double gradient_length = 0;  ///< before clipping; 0 where gradients are not clipped
};

namespace detail {

inline constexpr FileKind training_state{"training state"};

}  // namespace detail

/// Trains a model: each step asks for the loss of one or more batches, goes back through it, and lets the optimiser move the
/// parameters that need a gradient.
///
/// A batch is known by its number, counted from 0 through the whole training. A training that is resumed from its checkpoint goes on with the same
/// bits as one that was never interrupted, as long as the loss of a batch depends on its number and the model alone.
///
/// @tparam Model  a component over `Recorded<B>`
/// @tparam O      an `Optimizer` of its parameters
/// @tparam S      a `Schedule`, whose time is counted in steps
template <class Model, Optimizer O, Schedule S = ConstantRate>
class Trainer {
 public:
  /// The model must outlive the trainer.
  /// @param execution  where it trains
  /// @throws ConfigError  for settings out of range.
  Trainer(Model& model, O optimizer, S schedule = S(), TrainerSettings settings = {}, Execution execution = {})
      : model_(&model),
        optimizer_(std::move(optimizer)),
        schedule_(std::move(schedule)),
        settings_(std::move(settings)),
        execution_(std::move(execution)) {
    VPR_REQUIRE(ConfigError,
                settings_.steps >= 0 && settings_.accumulate >= 1 && settings_.longest_gradient >= 0 &&
                    !is_nan(settings_.longest_gradient) && settings_.checkpoint_every >= 0,
                "trainer: got ", settings_.steps, " steps of ", settings_.accumulate, " batches, a longest gradient of ",
                settings_.longest_gradient, " and a checkpoint every ", settings_.checkpoint_every,
                " steps, want none below 0, and a batch at least");
    VPR_REQUIRE(ConfigError, settings_.checkpoint_every == 0 || !settings_.checkpoint.empty(), "trainer: checkpoints every ",
                settings_.checkpoint_every, " steps need a file");
    require_rate(schedule_(1.0, 0));
  }

  /// Steps done so far, those of earlier sessions included.
  std::int64_t done() const { return done_.value(); }
  /// Steps in the checkpoint that was written or resumed last; -1 where there is none.
  std::int64_t done_in_checkpoint() const { return in_checkpoint_; }
  const O& optimizer() const& { return optimizer_; }
  void optimizer() const&& = delete;

  /// Keeps further state in the checkpoint under its name, such as what a miner remembers: all that `state.visit` shows, as a component shows its
  /// parameters, in shapes that are the same when it is resumed. The state must outlive the trainer, and be kept before `resume`.
  /// @throws ConfigError  for a name that is empty, or of a state that is kept already.
  template <class State>
  void keep(const std::string& name, State& state) {
    const bool taken = std::any_of(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.name == name; });
    VPR_REQUIRE(ConfigError, !name.empty() && !taken, "trainer: state to keep needs a name of its own, got \"", name, "\"");
    kept_.push_back({name, [&state](const ShowParameter& show, const std::string& prefix) {
                       const auto show_one = [&show](const std::string& parameter_name, Parameter auto& parameter) {
                         auto any = detail::AnyParameter::of(parameter);
                         show(parameter_name, any);
                       };
                       state.visit(show_one, prefix);
                     }});
  }

  /// Trains until `settings.steps` are done or `after_step` says false; then, too, a checkpoint is written where there is a file for it.
  ///
  /// A step that throws leaves the model with its gradients and running statistics, the optimiser and kept state as they were, so that `run` may be
  /// called again: it goes on as if nothing had happened. The steps that were done are in a checkpoint before the error leaves, where there is a file
  /// for it.
  ///
  /// @param loss_of     `loss_of(batch)` gives the recorded loss of the batch of that number, a tensor of one element
  /// @param after_step  `after_step(TrainingStep)`: whether to go on. A checkpoint that is due is written afterwards, with what this changed of kept
  ///   state
  /// @throws ShapeError  for a loss of more or less than one element; Error for one that is not finite; what these functions throw.
  template <class LossOf, class AfterStep>
  void run(LossOf&& loss_of, AfterStep&& after_step) {
    const ExecutionScope scope(execution_);
    bool go_on = true;
    try {
      while (go_on && done() < settings_.steps) {
        const TrainingStep step = whole_step(loss_of);
        go_on = after_step(step);
        if (settings_.checkpoint_every > 0 && done() % settings_.checkpoint_every == 0) checkpoint();
      }
    } catch (...) {
      keep_done_steps();
      throw;
    }
    if (!settings_.checkpoint.empty() && done() != in_checkpoint_) checkpoint();
  }

  /// Writes the state: the model, the optimiser, the number of steps, and what else is kept. What was in the file before stays until all is written.
  /// @throws IoError
  void save(const std::string& path) {
    std::map<std::string, std::string> notes = settings_.notes;
    detail::training_state.mark(notes);
    save_safetensors(path, *this, notes);
  }

  /// Goes on from a state that `save` wrote, of a trainer of the same model, optimiser, frozen parameters and kept state.
  /// @throws IoError, FormatError, WeightError  for a file that cannot be read, is no state, or one of a newer version or of another training; all is
  ///   then as it was.
  void resume(const std::string& path) {
    const WeightFile file = read_safetensors(path);
    detail::training_state.is_kind_of(file.metadata(), path);
    const detail::StateCopy before(*this);
    try {
      load(*this, file, PrefixedNames{}, {.optional = {}, .ignored = {}});
    } catch (...) {
      before.restore(*this);
      throw;
    }
    in_checkpoint_ = done();
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "trainer.steps", done_);
    model_->visit(visitor, prefix + "model.");
    optimizer_.visit(visitor, prefix + "optimizer.");
    AllKept{kept_}.visit(visitor, prefix + "kept.");
  }

 private:
  using ShowParameter = std::function<void(const std::string&, detail::AnyParameter&)>;
  struct Kept {
    std::string name;
    std::function<void(const ShowParameter&, const std::string& prefix)> visit;
  };

  static double require_rate(double factor) {
    VPR_REQUIRE(ConfigError, factor >= 0 && is_finite(factor), "trainer: the schedule gives ", factor,
                " times the rate, want a finite number from 0");
    return factor;
  }

  void checkpoint() {
    save(settings_.checkpoint);
    in_checkpoint_ = done();
    if (settings_.after_checkpoint) settings_.after_checkpoint();
  }

  /// Writes a checkpoint of steps that are in none while an error is under way, which is the one to be reported if this fails, too.
  void keep_done_steps() noexcept {
    try {
      if (!settings_.checkpoint.empty() && done() > std::max<std::int64_t>(in_checkpoint_, 0)) checkpoint();
    } catch (...) {
    }
  }

  /// All that is kept beside the model and the optimiser, as one component.
  struct AllKept {
    std::vector<Kept>& all;
    template <class Visitor>
    void visit(Visitor&& visitor, const std::string& prefix) {
      for (const Kept& kept : all) {
        kept.visit([&visitor](const std::string& name, detail::AnyParameter& parameter) { visitor(name, parameter); },
                   prefix + kept.name + ".");
      }
    }
  };

  /// A step, or nothing.
  template <class LossOf>
  TrainingStep whole_step(LossOf& loss_of) {
    AllKept kept{kept_};
    const detail::StateCopy before(kept);
    Undo undo;
    try {
      return step(loss_of);
    } catch (...) {
      undo.restore();
      before.restore(kept);
      throw;
    }
  }

  /// Notes what an optimiser that may throw in the middle of its step could change.
  void note_optimizer() {
    if constexpr (!requires { requires O::all_or_nothing; }) {
      Undo::note(this, [this] {
        std::vector<std::vector<float>> values;
        for (const auto& named : optimizer_.parameters()) values.push_back(named.parameter.to_vector());
        return [this, values = std::move(values), state = detail::StateCopy(optimizer_)] {
          state.restore(optimizer_);
          for (std::size_t i = 0; i < values.size(); ++i) {
            auto parameter = optimizer_.parameters()[i].parameter;
            parameter.assign(std::span<const float>(values[i]));
          }
        };
      });
    }
  }

  template <class LossOf>
  TrainingStep step(LossOf& loss_of) {
    TrainingStep result{done() + 1, 0, require_rate(schedule_(1.0, done())), 0};
    for (std::int64_t i = 0; i < settings_.accumulate; ++i) {
      const auto loss = loss_of(done() * settings_.accumulate + i);
      VPR_REQUIRE(ShapeError, loss.shape().elements() == 1, "training: the loss of step ", result.step, " is a tensor ", loss.shape(),
                  ", want one element; take the sum or the mean");
      const double value = static_cast<double>(loss.to_vector()[0]);
      VPR_REQUIRE(Error, is_finite(value), "training: the loss of step ", result.step, " is ", value,
                  "; lower the rate, or look at its photos");
      result.loss += value / static_cast<double>(settings_.accumulate);
      if (!loss.needs_gradient()) continue;
      using T = typename std::decay_t<decltype(loss)>::value_type;
      loss.backward(std::decay_t<decltype(loss.value())>::full(loss.shape(), T(1) / static_cast<T>(settings_.accumulate)));
    }
    if (settings_.before_step) settings_.before_step();
    if (settings_.longest_gradient > 0) result.gradient_length = clip_gradients(optimizer_.parameters(), settings_.longest_gradient);
    note_optimizer();
    optimizer_.step(schedule_, done());
    ++done_;
    return result;
  }

  Model* model_;
  O optimizer_;
  S schedule_;
  TrainerSettings settings_;
  Execution execution_;
  StepCount done_;
  std::vector<Kept> kept_;
  std::int64_t in_checkpoint_ = -1;  // steps of the state that was written last
};

}  // namespace vpr
