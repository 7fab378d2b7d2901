// SPDX-License-Identifier: MIT
/// @file
/// The weights (initializers) of an ONNX model. See https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
#pragma once

#include <vpr/io/onnx_graph.hpp>
#include <vpr/io/weight_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// A stored tensor (TensorProto).
class OnnxTensor {
 public:
  explicit OnnxTensor(std::span<const std::byte> message) {
    for (ProtobufReader reader(message); reader.next();) {
      switch (reader.field()) {
        case 1: read_dims(reader); break;
        case 2: type_ = reader.number(); break;
        case 8: name_ = reader.text(); break;
        case float_data:
        case int32_data:
        case int64_data:
        case raw_data:
        case double_data:
        case uint64_data:
          VPR_REQUIRE(FormatError, kind_ == 0, "tensor '", name_, "' has its values in several pieces, which is not supported");
          kind_ = reader.field();
          data_ = reader.bytes();
          break;
        case 6: fail<FormatError>("tensor '", name_, "' holds texts, which are no weights");
        case 13: fail<FormatError>("tensor '", name_, "' lies in another file, which is not opened: save the model as one file");
        default: break;
      }
    }
  }

  std::string_view name() const { return name_; }

  /// Adds the tensor to `source`, turned round where the graph says that it is transposed.
  void add_to(WeightFile& source, const OnnxNames::Official& official) const {
    try {
      TensorInfo info{official.name, dtype(), Shape(dims_)};
      StoredTensor stored{values(source, info), {}, {}};
      if (official.transposed && info.shape.rank() == 2) {
        stored.strides = {1, info.shape[1]};
        info.shape = Shape{info.shape[1], info.shape[0]};
      }
      source.add(std::move(info), std::move(stored));
    } catch (const Error& error) {
      fail<FormatError>("tensor '", name_, "': ", error.what());
    }
  }

 private:
  enum Field : std::uint64_t { float_data = 4, int32_data = 5, int64_data = 7, raw_data = 9, double_data = 10, uint64_data = 11 };

  void read_dims(ProtobufReader& reader) {
    if (reader.is_number()) {
      dims_.push_back(static_cast<std::int64_t>(reader.number()));
    } else {
      for (ProtobufReader packed(reader.bytes()); !packed.done();) dims_.push_back(static_cast<std::int64_t>(packed.varint()));
    }
    VPR_REQUIRE(FormatError, dims_.size() <= Shape::max_rank, "tensor '", name_, "' has more than ", Shape::max_rank, " dimensions");
  }
  DType dtype() const {
    static const std::map<std::uint64_t, DType> types{{1, DType::float32},  {2, DType::uint8},    {3, DType::int8},    {4, DType::uint16},
                                                      {5, DType::int16},    {6, DType::int32},    {7, DType::int64},   {9, DType::boolean},
                                                      {10, DType::float16}, {11, DType::float64}, {12, DType::uint32}, {13, DType::uint64},
                                                      {16, DType::bfloat16}};
    const auto found = types.find(type_);
    VPR_REQUIRE(FormatError, found != types.end(), "has the data type ", type_, ", which is not supported");
    return found->second;
  }

  /// The bytes of the values: raw, a list of floats or doubles as it lies in the file, or numbers made from a list of whole ones.
  std::span<const std::byte> values(WeightFile& source, const TensorInfo& info) const {
    const std::size_t size = byte_size(info.dtype);
    const auto elements = static_cast<std::uint64_t>(info.shape.elements());
    std::span<const std::byte> bytes = data_;
    if (kind_ == int32_data || kind_ == int64_data || kind_ == uint64_data) {
      VPR_REQUIRE(FormatError, info.dtype != DType::float32 && info.dtype != DType::float64, "has whole numbers for values of ",
                  info.dtype);
      VPR_REQUIRE(FormatError, elements <= data_.size(), "has ", data_.size(), " bytes of values, ", info.shape, " needs more");
      std::vector<std::byte> made;
      for (ProtobufReader packed(data_); !packed.done();) {
        const std::uint64_t number = packed.varint();
        made.resize(made.size() + size);
        std::memcpy(made.data() + made.size() - size, &number, size);  // little-endian: the low bytes
        VPR_REQUIRE(FormatError, made.size() <= elements * size, "has more values than ", info.shape);
      }
      bytes = source.keep(std::move(made));
    } else if (kind_ != 0 && kind_ != raw_data) {
      VPR_REQUIRE(FormatError, info.dtype == (kind_ == float_data ? DType::float32 : DType::float64), "has values of another type than ",
                  info.dtype);
    }
    VPR_REQUIRE(FormatError, bytes.size() % size == 0 && bytes.size() / size == elements, "has ", bytes.size(), " bytes of values, ",
                info.dtype, ' ', info.shape, " needs ", elements, " x ", size);
    return bytes;
  }

  std::vector<std::int64_t> dims_;
  std::uint64_t type_ = 0;
  std::string_view name_;
  std::uint64_t kind_ = 0;  // the field that holds the values
  std::span<const std::byte> data_;
};

}  // namespace detail

/// Opens an ONNX model and lists its initializers, which are its weights. Those of linear layers, stored transposed as `onnx::MatMul_123`,
/// come in PyTorch's shape and under the name that the graph tells: `X.weight` beside the `X.bias` that is added, or by the path of the node.
/// @throws IoError; FormatError naming the tensor or node; for values outside the file too.
inline WeightFile read_onnx(MappedFile file) {
  const std::string path = file.path();
  return detail::naming_file(path, "ONNX", [&] {
    WeightFile source(std::move(file), "ONNX");
    std::span<const std::byte> graph;
    std::uint64_t opset = 0;
    for (ProtobufReader model(source.file().bytes()); model.next();) {
      if (model.field() == 7) graph = model.bytes();
      if (model.field() != 8) continue;
      std::string_view domain;
      std::uint64_t version = 0;
      for (ProtobufReader import(model.bytes()); import.next();) {
        if (import.field() == 1) domain = import.text();
        if (import.field() == 2) version = import.number();
      }
      if (domain.empty() || domain == "ai.onnx") opset = version;
    }
    VPR_REQUIRE(FormatError, !graph.empty(), "the file holds no graph");

    std::vector<detail::OnnxNode> nodes;
    std::vector<detail::OnnxTensor> tensors;
    std::set<std::string_view> names;
    std::set<std::string_view> known;
    constexpr std::size_t most = 100'000;
    for (ProtobufReader reader(graph); reader.next();) {
      if (reader.field() == 1) nodes.emplace_back(reader.bytes());
      if (reader.field() == 5) {
        tensors.emplace_back(reader.bytes());
        VPR_REQUIRE(FormatError, names.insert(tensors.back().name()).second, "two tensors are named '", tensors.back().name(), "'");
      }
      if (reader.field() == 11) {
        for (ProtobufReader input(reader.bytes()); input.next();) {
          if (input.field() == 1) known.insert(input.text());
        }
      }
      VPR_REQUIRE(FormatError, reader.field() != 15, "the graph has sparse weights, which are not supported");
      VPR_REQUIRE(FormatError, nodes.size() <= most && tensors.size() <= most, "the graph has more than ", most, " nodes or tensors");
    }
    known.insert(names.begin(), names.end());
    detail::check_onnx_graph(graph, nodes, std::move(known), opset);
    const detail::OnnxNames official(nodes, names);
    for (const detail::OnnxTensor& tensor : tensors) tensor.add_to(source, official.of(tensor.name()));
    return source;
  });
}

inline WeightFile read_onnx(const std::string& path) { return read_onnx(MappedFile(path)); }

}  // namespace vpr
