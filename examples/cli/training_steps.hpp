// SPDX-License-Identifier: MIT
/// @file
/// The losses of a training's steps: of batches of places, or of mined triplets.
#pragma once

#include "train_options.hpp"

#include <vpr/autograd/var.hpp>
#include <vpr/dataset/bad_photo.hpp>
#include <vpr/model/any_system.hpp>
#include <vpr/model/recipe.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/trainer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cli {

using B = vpr::Cpu<vpr::f32>;
using System = vpr::AnySystem<vpr::Recorded<B>>;
using Trainer = vpr::Trainer<System, vpr::AdamW<B>, decltype(vpr::Recipe::schedule)>;

/// Gives the loss of each step of a training.
class TrainingSteps {
 public:
  virtual ~TrainingSteps() = default;

  /// What is trained on, in words.
  virtual std::string told() const = 0;
  /// Lets the trainer keep what a resumed training goes on with.
  virtual void keep_in(Trainer&) {}
  /// The recorded loss of the step of that number, counted from 0. Steps are asked for in order.
  virtual vpr::Var<B> loss(std::int64_t step) = 0;
  virtual std::vector<vpr::BadPhoto> bad_photos() const = 0;

  /// Photos that losses were computed of, so far.
  std::int64_t photos() const { return photos_; }

 protected:
  /// Images of a batch to compute a loss of.
  vpr::Var<B> images(const vpr::Shape& shape, const std::vector<float>& values) {
    photos_ += shape[0];
    return vpr::Var<B>(vpr::Tensor<B>::from(shape, std::span<const float>(values)));
  }

 private:
  std::int64_t photos_ = 0;
};

/// The steps that a recipe asks for. The system must outlive them.
std::unique_ptr<TrainingSteps> training_steps(System& system, const TrainOptions& options, const vpr::Recipe& recipe);

}  // namespace cli
