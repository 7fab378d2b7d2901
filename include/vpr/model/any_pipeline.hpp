// SPDX-License-Identifier: MIT
/// @file
/// A pipeline chosen at run time.
#pragma once

#include <vpr/image/image.hpp>
#include <vpr/model/pipeline.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// Any pipeline behind one pointer, as a command line or a service needs it. One call a batch goes through it; nothing inside does.
class AnyPipeline {
 public:
  /// @param record  how it was made, as far as that is known
  template <class Network, class Aggregate>
  AnyPipeline(Pipeline<Network, Aggregate> pipeline, ModelRecord record = {}) : record_(std::move(record)) {
    record_.batch_context = pipeline.batch_context();
    self_ = std::make_shared<Model<Pipeline<Network, Aggregate>>>(std::move(pipeline));
  }

  std::int64_t dimensions() const { return self_->dimensions(); }
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
  /// See `Pipeline::input_size` and `Pipeline::block`.
  ImageSize input_size(ImageSize photo) const { return self_->input_size(photo); }
  std::int64_t block() const { return self_->block(); }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual std::int64_t dimensions() const = 0;
    virtual ImageSize input_size(ImageSize photo) const = 0;
    virtual std::int64_t block() const = 0;
    virtual std::vector<float> describe(std::span<const ImageView> photos) const = 0;
  };
  template <class P>
  struct Model final : Interface {
    explicit Model(P pipeline_) : pipeline(std::move(pipeline_)) {}
    std::int64_t dimensions() const override { return pipeline.dimensions(); }
    ImageSize input_size(ImageSize photo) const override { return pipeline.input_size(photo); }
    std::int64_t block() const override { return pipeline.block(); }
    std::vector<float> describe(std::span<const ImageView> photos) const override { return pipeline.describe(photos); }
    P pipeline;
  };

  ModelRecord record_;
  std::shared_ptr<const Interface> self_;
};

}  // namespace vpr
