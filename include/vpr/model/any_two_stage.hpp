// SPDX-License-Identifier: MIT
/// @file
/// A two-stage system chosen at run time.
#pragma once

#include <vpr/matcher/any.hpp>
#include <vpr/model/two_stage.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// Any two-stage system behind one pointer, as a command line or a service needs it. One call a batch goes through it; nothing
/// inside does.
class AnyTwoStage {
 public:
  /// @param record  how it was made, as far as that is known
  /// @param local   what its local features are, such as `head` or `patches of block 7 key`
  template <class FirstStage, class Head, class M>
  AnyTwoStage(TwoStage<FirstStage, Head, M> system, ModelRecord record = {}, std::string local = {})
      : matcher_(system.matcher), record_(std::move(record)), local_(std::move(local)) {
    record_.batch_context = system.pipeline.batch_context();
    self_ = std::make_shared<Model<TwoStage<FirstStage, Head, M>>>(std::move(system));
  }

  std::int64_t dimensions() const { return self_->dimensions(); }
  /// See `TwoStage::describe_both`.
  TwoStageDescription describe_both(std::span<const ImageView> photos) const { return self_->describe_both(photos); }
  /// See `Pipeline::describe`.
  std::vector<float> describe(std::span<const ImageView> photos) const { return self_->describe(photos); }
  std::vector<float> describe(const RgbPhoto& photo) const {
    const ImageView& view = photo;
    return describe(std::span(&view, 1));
  }
  /// What its descriptors are made by, its batch context included. Who knows more, such as the weights' hash or how photos are read, adds it.
  const ModelRecord& record() const& { return record_; }
  ModelRecord& record() & { return record_; }
  void record() const&& = delete;
  const std::string& local() const& { return local_; }
  void local() const&& = delete;
  /// See `Pipeline::input_size` and `Pipeline::block`.
  ImageSize input_size(ImageSize photo) const { return self_->input_size(photo); }
  std::int64_t block() const { return self_->block(); }
  const AnyMatcher& matcher() const& { return matcher_; }
  void matcher() const&& = delete;

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual std::int64_t dimensions() const = 0;
    virtual ImageSize input_size(ImageSize photo) const = 0;
    virtual std::int64_t block() const = 0;
    virtual TwoStageDescription describe_both(std::span<const ImageView> photos) const = 0;
    virtual std::vector<float> describe(std::span<const ImageView> photos) const = 0;
  };
  template <class S>
  struct Model final : Interface {
    explicit Model(S system_) : system(std::move(system_)) {}
    std::int64_t dimensions() const override { return system.dimensions(); }
    ImageSize input_size(ImageSize photo) const override { return system.pipeline.input_size(photo); }
    std::int64_t block() const override { return system.pipeline.block(); }
    TwoStageDescription describe_both(std::span<const ImageView> photos) const override { return system.describe_both(photos); }
    std::vector<float> describe(std::span<const ImageView> photos) const override { return system.describe(photos); }
    S system;
  };

  AnyMatcher matcher_;
  ModelRecord record_;
  std::string local_;
  std::shared_ptr<const Interface> self_;
};

}  // namespace vpr
