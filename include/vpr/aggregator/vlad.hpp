// SPDX-License-Identifier: MIT
/// @file
/// Vectors of locally aggregated descriptors, over a vocabulary that is not learned with the network.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/core/setting.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/residuals.hpp>

#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// How a token finds its word.
enum class VladAssignment {
  nearest_by_cosine,     ///< all of it to the word of the largest cosine; equal ones: the first
  nearest_by_euclidean,  ///< all of it to the nearest word; equal ones: the first
  soft,                  ///< shares by a softmax of temperature × cosine
  soft_as_anyloc,        ///< as soft, but each share is of the residuals to all words, as AnyLoc's code sums them
};

struct VladSettings {
  VladAssignment assignment = VladAssignment::nearest_by_cosine;
  float temperature = 1;         ///< of the soft assignment: larger is harder
  bool normalize_tokens = true;  ///< bring each token to unit length first
  bool intra_normalize = true;   ///< bring each word's sum to unit length (Arandjelović and Zisserman 2013)
};

/// VLAD (Jégou et al. 2010) over words given as a matrix K×C, as AnyLoc computes it (Keetha et al. 2024): the residuals of
/// the patches to their words, summed a word, then unit length. D = K · C, word-major; the sum of a word that no patch
/// chose is zero. `aggregator/vocabulary.hpp` finds the words. Its parameter is `centres`, K×C. Goldens anyloc_vlad_*.
template <class B = Cpu<f32>>
class Vlad {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ShapeError  if the words are not a matrix of one row at least; ConfigError unless the temperature is above 0.
  explicit Vlad(X centres, VladSettings settings = {}) : centres_(std::move(centres)), settings_(settings) {
    VPR_REQUIRE(ShapeError, centres_.shape().rank() == 2 && !centres_.empty(), "Vlad: got words ", centres_.shape(),
                ", want [words, channels]");
    detail::require_positive_setting("Vlad", "temperature", static_cast<double>(settings.temperature));
  }

  std::int64_t words() const { return centres_.shape()[0]; }
  std::int64_t dimensions(std::int64_t channels) const { return Shape{words(), channels}.elements(); }

  /// @throws ShapeError  if the words have not the features' channels.
  X operator()(const Features<X>& features) const {
    const X tokens = settings_.normalize_tokens ? l2_normalize(features.patches) : features.patches;
    const bool to_all = settings_.assignment == VladAssignment::soft_as_anyloc;
    X sums = residual_sums(tokens, assignment(features.patches), to_all ? mean_word() : centres_);
    if (settings_.intra_normalize) sums = l2_normalize(std::move(sums));
    const Shape shape = sums.shape();
    return l2_normalize(reshape(std::move(sums), Shape{shape[0], shape[1] * shape[2]}));
  }

  /// How much of each token `B×N×C`, as the backbone gave it, goes to each word: `B×N×K`, rows summing to 1.
  X assignment(const X& tokens) const {
    if (settings_.assignment == VladAssignment::nearest_by_euclidean) {
      // |x - c|² is least where x · c - |c|² / 2 is largest.
      return one_hot(linear(tokens, centres_, half_squares()));
    }
    X cosines = linear(l2_normalize(tokens), l2_normalize(centres_), X());
    if (settings_.assignment == VladAssignment::nearest_by_cosine) return one_hot(std::move(cosines));
    return softmax(add_scaled(cosines, cosines, settings_.temperature - 1));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "centres", centres_);
  }

 private:
  X half_squares() const {
    const std::vector<float> values = centres_.to_vector();
    std::vector<float> offsets(static_cast<std::size_t>(words()));
    for (std::size_t i = 0; i < values.size(); ++i) offsets[i / channels()] -= values[i] * values[i] / 2;
    return X::from(Shape{words()}, std::span<const float>(offsets));
  }
  /// The mean of the words in place of each: the sum of the residuals to all of them is K times the residual to their mean.
  X mean_word() const {
    const std::vector<float> values = centres_.to_vector();
    std::vector<float> means(values.size());
    for (std::size_t c = 0; c < channels(); ++c) {
      float sum = 0;
      for (std::size_t i = c; i < values.size(); i += channels()) sum += values[i];
      for (std::size_t i = c; i < values.size(); i += channels()) means[i] = sum / static_cast<float>(words());
    }
    return X::from(centres_.shape(), std::span<const float>(means));
  }
  std::size_t channels() const { return static_cast<std::size_t>(centres_.shape()[1]); }

  X centres_;
  VladSettings settings_;
};

}  // namespace vpr
