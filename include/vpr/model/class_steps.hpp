// SPDX-License-Identifier: MIT
/// @file
/// The losses of a training by classification. Needs the component vpr::io.
#pragma once

#include <vpr/loss/large_margin_cosine.hpp>
#include <vpr/model/training_steps.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// Batches of places of one group, whose photos a classifier of the group classifies: CosPlace's training (Berton et al., CVPR 2022), and
/// EigenPlaces'. A place is a class. The classifiers are trained with the system, at a rate of their own, and are not written with it.
class ClassSteps final : public PlaceSteps {
 public:
  /// The system must outlive this.
  /// @throws ConfigError  where no place has enough photos, and as `PlaceSteps` does, where too few places do
  ClassSteps(TrainedSystem& system, const Recipe& recipe, TrainingPlaces places, Load load, TrainingStepsSettings settings = {})
      : PlaceSteps(system, recipe, large_places(std::move(places), recipe.classes.value()), std::move(load), settings) {
    std::map<std::int64_t, std::int64_t> classes;
    for (const TrainingPlace& place : this->places().places) class_of_.push_back(classes[place.group]++);
    for (const auto& [group, count] : classes) {
      Classifier& classifier = classifiers_.try_emplace(group, system.dimensions(), count, recipe.classes->loss).first->second;
      initialise(classifier, Random::of({static_cast<std::int64_t>(settings.seed), group}));
    }
  }

  std::string description() const override {
    return text_of(PlaceSteps::description(), ", classified in ", classifiers_.size(), " groups");
  }
  void visit(const AnyVisitor<TrainedSystem::backend>& visitor, const std::string& prefix) override {
    for (auto& [group, classifier] : classifiers_) classifier.visit(visitor, prefix + std::to_string(group) + '.');
  }

 protected:
  X loss_of(const TrainedFeatures& features, std::span<const std::int64_t> labels) override {
    std::vector<std::int64_t> classes;
    for (const std::int64_t label : labels) classes.push_back(class_of_[static_cast<std::size_t>(label)]);
    const std::int64_t group = places().places[static_cast<std::size_t>(labels.front())].group;
    return classifiers_.at(group)(features.descriptors, classes);
  }

 private:
  using Classifier = LargeMarginCosineLoss<TrainedSystem::backend>;

  static TrainingPlaces large_places(TrainingPlaces places, const ClassificationSettings& settings) {
    std::ptrdiff_t most = 0;
    for (const TrainingPlace& place : places.places) most = std::max(most, std::ssize(place.photos));
    VPR_REQUIRE(ConfigError, most >= settings.least, "classification takes places of at least ", settings.least,
                " photos, and the largest of ", places.places.size(), " places has ", most, ": give more photos of each");
    std::erase_if(places.places, [&](const TrainingPlace& place) { return std::ssize(place.photos) < settings.least; });
    return places;
  }

  /// Uniform in ±√(6 / (classes + channels)) (Glorot and Bengio 2010).
  static void initialise(Classifier& classifier, Random random) {
    classifier.visit(
        [&](const std::string&, X& weight) {
          const Shape shape = weight.shape();
          const double bound = std::sqrt(6 / static_cast<double>(shape[0] + shape[1]));
          std::vector<float> values(static_cast<std::size_t>(shape.elements()));
          for (float& value : values) value = static_cast<float>(bound * (2 * random.uniform() - 1));
          weight.assign(std::span<const float>(values));
        },
        std::string());
  }

  std::vector<std::int64_t> class_of_;              // of each place, in its group
  std::map<std::int64_t, Classifier> classifiers_;  // by group
};

}  // namespace vpr
