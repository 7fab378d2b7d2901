// SPDX-License-Identifier: MIT
/// @file
/// The weights (initializers) of an ONNX model. See https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
#pragma once

#include <vpr/io/beside.hpp>
#include <vpr/io/onnx_graph.hpp>
#include <vpr/io/weight_file.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// The files beside an ONNX model that its tensors lie in, each mapped once.
class OnnxFiles {
 public:
  explicit OnnxFiles(WeightFile& source) : source_(source) {}

  /// The bytes at `location`, a path relative to the model's folder that does not leave it.
  /// @throws IoError that names the file where it cannot be opened.
  std::span<const std::byte> operator()(std::string_view location) {
    const auto found = files_.find(location);
    if (found != files_.end()) return found->second;
    VPR_REQUIRE(FormatError, is_within_folder(location), "lies in the file '", location,
                "', which is not opened: expected a path below the model's folder");
    const MappedFile& file = source_.attach(MappedFile(beside(source_.path(), location)));
    return files_.emplace(location, file.bytes()).first->second;
  }

 private:
  WeightFile& source_;
  std::map<std::string_view, std::span<const std::byte>> files_;
};

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
        case 13: read_external(reader.bytes()); break;
        case 14: external_ = reader.number() == 1; break;
        default: break;
      }
    }
  }

  std::string_view name() const { return name_; }

  /// Adds the tensor to `source`, turned round where the graph says that it is transposed.
  void add_to(WeightFile& source, OnnxFiles& files, const OnnxNames::Official& official) const {
    try {
      TensorInfo info{official.name, dtype(), Shape(dims_)};
      StoredTensor stored;
      if (info.dtype.readable()) stored.bytes = values(source, files, info);
      if (official.transposed && info.shape.rank() == 2) {
        stored.strides = {1, info.shape[1]};
        info.shape = Shape{info.shape[1], info.shape[0]};
      }
      source.add(std::move(info), std::move(stored));
    } catch (const IoError& error) {
      fail<IoError>("tensor '", name_, "': ", error.what());
    } catch (const Error& error) {
      fail<FormatError>("tensor '", name_, "': ", error.what());
    }
  }
  /// Lists the tensor as the values of a sparse one of that shape.
  void list_sparse(WeightFile& source, const std::vector<std::int64_t>& dims) const {
    source.add({std::string(name_), DType::named("sparse " + dtype().name()), Shape(dims)}, {});
  }

  /// Adds what a field holds, one number or a packed list, to `dims`.
  static void read_numbers(ProtobufReader& reader, std::vector<std::int64_t>& dims) {
    const auto add = [&dims](std::uint64_t number) {
      VPR_REQUIRE(FormatError, dims.size() < Shape::max_rank, "a tensor has more than ", Shape::max_rank, " dimensions");
      dims.push_back(static_cast<std::int64_t>(number));
    };
    if (reader.is_number()) return add(reader.number());
    for (ProtobufReader packed(reader.bytes()); !packed.done();) add(packed.varint());
  }

 private:
  enum Field : std::uint64_t { float_data = 4, int32_data = 5, int64_data = 7, raw_data = 9, double_data = 10, uint64_data = 11 };

  void read_dims(ProtobufReader& reader) { read_numbers(reader, dims_); }
  /// Reads one entry of what says where in which other file the values are: a key and a text.
  void read_external(std::span<const std::byte> message) {
    std::string_view key;
    std::string_view value;
    for (ProtobufReader reader(message); reader.next();) {
      if (reader.field() == 1) key = reader.text();
      if (reader.field() == 2) value = reader.text();
    }
    if (key == "location") location_ = value;
    if (key == "offset") offset_ = whole(value);
    if (key == "length") length_ = whole(value);
  }
  std::uint64_t whole(std::string_view text) const {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    VPR_REQUIRE(FormatError, error == std::errc{} && end == text.data() + text.size(), "tensor '", name_, "' lies at '", text.substr(0, 40),
                "' of another file, which is no whole number");
    return number;
  }
  DType dtype() const {
    static constexpr std::array<std::string_view, 27> names{
        "undefined", "float32",    "uint8",         "int8",           "uint16",          "int16",       "int32",
        "int64",     "string",     "bool",          "float16",        "float64",         "uint32",      "uint64",
        "complex64", "complex128", "bfloat16",      "float8_e4m3fn",  "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz",
        "uint4",     "int4",       "float4_e2m1fn", "float8_e8m0fnu", "uint2",           "int2"};
    return type_ < names.size() ? DType::named(names[type_]) : DType::named("ONNX type " + std::to_string(type_));
  }

  /// The bytes of the values: raw, here or in another file, a list of floats or doubles as it lies in the file, or numbers made from a
  /// list of whole ones.
  std::span<const std::byte> values(WeightFile& source, OnnxFiles& files, const TensorInfo& info) const {
    const std::size_t size = byte_size(info.dtype);
    const auto elements = static_cast<std::uint64_t>(info.shape.elements());
    std::span<const std::byte> bytes = data_;
    if (external_) {
      VPR_REQUIRE(FormatError, kind_ == 0, "has values here and in another file");
      bytes = files(location_);
      VPR_REQUIRE(FormatError, offset_ <= bytes.size() && length_.value_or(0) <= bytes.size() - offset_, "lies at bytes ", offset_, " + ",
                  length_.value_or(0), " of the ", bytes.size(), " in '", location_, "'");
      bytes = bytes.subspan(static_cast<std::size_t>(offset_));
      if (length_) bytes = bytes.first(static_cast<std::size_t>(*length_));
    } else if (kind_ == int32_data || kind_ == int64_data || kind_ == uint64_data) {
      VPR_REQUIRE(FormatError, !is_floating(info.dtype) || size == 2, "has whole numbers for values of ", info.dtype);
      VPR_REQUIRE(FormatError, elements <= data_.size(), "has ", data_.size(), " bytes of values, ", info.shape, " needs more");
      std::vector<std::byte> made;
      for (ProtobufReader packed(data_); !packed.done();) {
        const std::uint64_t number = packed.varint();
        made.resize(made.size() + size);
        std::memcpy(made.data() + made.size() - size, &number, size);  // little-endian: the low bytes
        VPR_REQUIRE(FormatError, made.size() <= elements * size, "has more values than ", info.shape);
        VPR_REQUIRE(FormatError, made.size() <= WeightFile::most_kept, "has a list of whole numbers that is too long");
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
  bool external_ = false;  // the values lie in another file
  std::string_view location_;
  std::uint64_t offset_ = 0;
  std::optional<std::uint64_t> length_;  // empty: to the end of the file
};

/// Lists a sparse tensor (SparseTensorProto): its values, which have its name, and its shape.
inline void list_sparse_onnx(WeightFile& source, std::span<const std::byte> message) {
  std::span<const std::byte> values;
  std::vector<std::int64_t> dims;
  for (ProtobufReader reader(message); reader.next();) {
    if (reader.field() == 1) values = reader.bytes();
    if (reader.field() == 3) OnnxTensor::read_numbers(reader, dims);
  }
  OnnxTensor(values).list_sparse(source, dims);
}

}  // namespace detail

/// Opens an ONNX model and lists its initializers, which are its weights. Those of linear layers, stored transposed as `onnx::MatMul_123`,
/// come in PyTorch's shape and under the name that the graph gives: `X.weight` beside the `X.bias` that is added, or by the path of the node.
/// Values in other files are read from the model's folder and those below it, and nowhere else. Sparse tensors and types that are not read,
/// such as texts, are listed.
/// @throws IoError, also for a file of values that is missing; FormatError naming the tensor or node.
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
    constexpr std::size_t most_links = 1'000'000;
    std::size_t links = 0;  // inputs and outputs of all nodes
    for (ProtobufReader reader(graph); reader.next();) {
      if (reader.field() == 1) {
        nodes.emplace_back(reader.bytes());
        links += nodes.back().inputs.size() + nodes.back().outputs.size();
      }
      if (reader.field() == 5) {
        tensors.emplace_back(reader.bytes());
        VPR_REQUIRE(FormatError, names.insert(tensors.back().name()).second, "two tensors are named '", tensors.back().name(), "'");
      }
      if (reader.field() == 11) {
        for (ProtobufReader input(reader.bytes()); input.next();) {
          if (input.field() == 1) known.insert(input.text());
        }
      }
      if (reader.field() == 15) detail::list_sparse_onnx(source, reader.bytes());
      VPR_REQUIRE(FormatError, nodes.size() <= most && tensors.size() + source.tensors().size() <= most, "the graph has more than ", most,
                  " nodes or tensors");
      VPR_REQUIRE(FormatError, links + known.size() <= most_links, "the graph has more than ", most_links, " inputs and outputs");
    }
    known.insert(names.begin(), names.end());
    detail::check_onnx_graph(graph, nodes, std::move(known), opset);
    const detail::OnnxNames official(nodes, names);
    detail::OnnxFiles files(source);
    for (const detail::OnnxTensor& tensor : tensors) tensor.add_to(source, files, official.of(tensor.name()));
    return source;
  });
}

inline WeightFile read_onnx(const std::string& path) { return read_onnx(MappedFile(path)); }

}  // namespace vpr
