// SPDX-License-Identifier: MIT
/// @file
/// The calls by which a PyTorch pickle rebuilds its tensors, understood without being made: type, shape, and where in which storage the
/// elements lie. The calls are those of `torch/_utils.py` and `torch/_tensor.py`.
#pragma once

#include <vpr/io/dtype.hpp>
#include <vpr/io/pickle.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// A run of elements, by a key that names it in the file.
struct TorchStorage {
  std::string_view key;  // lies in the pickle's own bytes
  DType dtype;
  std::size_t element = 1;  // bytes of one; of storages without a type too
  std::int64_t elements = 0;
  bool view = false;  // a part of another storage, as PyTorch before 0.4 wrote it
};

/// A tensor as PyTorch rebuilds it: a view of a storage. Offset, strides and reach count elements. One whose type cannot be read has
/// name, type and shape only.
struct TorchTensor {
  TensorInfo info;
  TorchStorage storage;
  std::int64_t offset = 0;
  std::int64_t reach = 0;  // behind the last element of the storage that belongs to the tensor
  std::vector<std::int64_t> strides;
  bool negated = false;
};

inline std::int64_t torch_whole(const PickleValue& value, const char* what) {
  VPR_REQUIRE(FormatError, value.kind == PickleValue::Kind::integer && value.integer >= 0, what, " is no whole number from 0 to 2^63 - 1");
  return value.integer;
}

/// The storage that a persistent id means: ("storage", type, key, device, elements[, view]).
inline TorchStorage torch_storage(const Pickle& pickle, const PickleValue& value) {
  using Kind = PickleValue::Kind;
  struct Type {
    std::string_view name;
    std::string_view dtype;
    std::size_t element;
  };
  static constexpr std::array<Type, 19> types{{{"HalfStorage", "float16", 2},
                                               {"BFloat16Storage", "bfloat16", 2},
                                               {"FloatStorage", "float32", 4},
                                               {"DoubleStorage", "float64", 8},
                                               {"CharStorage", "int8", 1},
                                               {"ShortStorage", "int16", 2},
                                               {"IntStorage", "int32", 4},
                                               {"LongStorage", "int64", 8},
                                               {"ByteStorage", "uint8", 1},
                                               {"BoolStorage", "bool", 1},
                                               {"ComplexFloatStorage", "complex64", 8},
                                               {"ComplexDoubleStorage", "complex128", 16},
                                               {"QInt8Storage", "qint8", 1},
                                               {"QUInt8Storage", "quint8", 1},
                                               {"QInt32Storage", "qint32", 4},
                                               {"QUInt4x2Storage", "quint4x2", 1},
                                               {"QUInt2x4Storage", "quint2x4", 1},
                                               {"UntypedStorage", "bytes", 1},
                                               {"_UntypedStorage", "bytes", 1}}};
  VPR_REQUIRE(FormatError, value.kind == Kind::persistent_id, "is not rebuilt from a storage");
  const PickleValue& id = pickle[value.items[0]];
  VPR_REQUIRE(FormatError, id.kind == Kind::tuple && id.items.size() >= 5 && pickle[id.items[0]].text == "storage",
              "has a storage whose id is not PyTorch's");
  const PickleValue& type = pickle[id.items[1]];
  const PickleValue& key = pickle[id.items[2]];
  VPR_REQUIRE(FormatError, type.kind == Kind::global, "has a storage without a type");
  constexpr std::size_t longest = 256;
  VPR_REQUIRE(FormatError, key.kind == Kind::text && key.text.size() <= longest, "has a storage whose key is no text of at most ", longest,
              " letters");
  TorchStorage storage{key.text, {}, 0, torch_whole(pickle[id.items[4]], "its storage's size"), false};
  storage.view = id.items.size() > 5 && pickle[id.items[5]].kind != Kind::none;
  const auto known = std::find_if(types.begin(), types.end(), [&](const Type& one) {
    return pickle.is_global(type, one.dtype == "bytes" ? "torch.storage" : "torch", one.name);
  });
  storage.dtype = DType::named(known == types.end() ? pickle.maker(type) : known->dtype);
  storage.element = known == types.end() ? 0 : known->element;
  return storage;
}

/// Rebuilds the tensors of a pickle.
class TorchRebuild {
 public:
  using Kind = PickleValue::Kind;
  explicit TorchRebuild(const Pickle& pickle) : pickle_(pickle) {}

  /// Whether the value is a tensor, of whichever type.
  bool is_tensor(const PickleValue& value) const { return find_call(value).has_value(); }

  /// Whether a tensor may be a parameter: of floating-point numbers, in at least one dimension. False for one that cannot be rebuilt.
  bool may_be_parameter(const PickleValue& value) const {
    try {
      const TensorInfo info = (*this)("", value).info;
      return is_floating(info.dtype) && info.shape.rank() > 0;
    } catch (const Error&) {
      return false;
    }
  }

  /// @throws FormatError for arguments that no tensor has, and for elements outside the storage.
  TorchTensor operator()(const std::string& name, const PickleValue& value) const {
    const Call call = *find_call(value);
    TorchTensor tensor;
    tensor.info.name = name;
    std::string kind;  // what keeps the tensor from being read
    switch (call.function) {
      case Function::tensor: read_view(tensor, call, 4, DType()); break;
      case Function::tensor_v2: kind = read_view(tensor, call, 6, DType()); break;
      case Function::tensor_v3: kind = read_view(tensor, call, 7, dtype(argument(call, 6))); break;
      case Function::quantised:
        tensor.info.dtype = torch_storage(pickle_, argument(call, 0)).dtype;
        tensor.info.shape = shape(argument(call, 2));
        kind = "quantised";
        break;
      case Function::meta:
        tensor.info.dtype = dtype(argument(call, 0));
        tensor.info.shape = shape(argument(call, 1));
        kind = "meta";
        break;
      case Function::subclass:
        tensor.info.dtype = dtype(argument(call, 1));
        tensor.info.shape = shape(argument(call, 2));
        kind = pickle_.maker(argument(call, 0));
        break;
      case Function::sparse:
        read_sparse(tensor, argument(call, 1));
        kind = "sparse";
        break;
      case Function::nested:
        read_type(tensor, argument(call, 0));
        kind = "nested";
        break;
      default: break;
    }
    if (kind.empty()) kind = call.subclass;
    const bool says_itself = kind == "quantised" && !tensor.info.dtype.readable();
    if (!kind.empty() && !says_itself) tensor.info.dtype = DType::named(kind + ' ' + tensor.info.dtype.name());
    if (tensor.info.dtype.readable()) check_reach(tensor);
    return tensor;
  }

 private:
  enum class Function { unknown, tensor, tensor_v2, tensor_v3, quantised, sparse, meta, nested, subclass, parameter, from_type };
  struct Call {
    Function function = Function::unknown;
    const std::vector<std::uint32_t>* arguments = nullptr;
    std::string subclass;  // what the tensor is beyond a plain one
  };

  Function function_of(const PickleValue& global) const {
    static constexpr std::array<std::pair<std::string_view, Function>, 11> functions{
        {{"_rebuild_tensor_v2", Function::tensor_v2},
         {"_rebuild_parameter", Function::parameter},
         {"_rebuild_parameter_with_state", Function::parameter},
         {"_rebuild_tensor_v3", Function::tensor_v3},
         {"_rebuild_tensor", Function::tensor},
         {"_rebuild_qtensor", Function::quantised},
         {"_rebuild_sparse_tensor", Function::sparse},
         {"_rebuild_sparse_csr_tensor", Function::sparse},
         {"_rebuild_meta_tensor_no_storage", Function::meta},
         {"_rebuild_nested_tensor", Function::nested},
         {"_rebuild_wrapper_subclass", Function::subclass}}};
    if (global.kind != Kind::global) return Function::unknown;
    if (pickle_.is_global(global, "torch._tensor", "_rebuild_from_type_v2")) return Function::from_type;
    for (const auto& [name, function] : functions) {
      if (pickle_.is_global(global, "torch._utils", name)) return function;
    }
    return Function::unknown;
  }

  /// The innermost call that rebuilds a tensor: `value` itself, or what a parameter or a tensor with attributes is made of.
  std::optional<Call> find_call(const PickleValue& value) const {
    constexpr int deepest = 4;
    Call call;
    const auto unwrap = [&](const PickleValue& from) {
      if (from.kind != Kind::call) return false;
      call.function = function_of(pickle_[from.items[0]]);
      call.arguments = &pickle_[from.items[1]].items;
      if (from.integer != 0) call.subclass = "altered";  // by a state that is set afterwards
      return true;
    };
    if (!unwrap(value)) return std::nullopt;
    for (int depth = 0; depth < deepest; ++depth) {
      if (call.function == Function::parameter) {
        if (call.arguments->empty() || !unwrap(argument(call, 0))) return std::nullopt;
      } else if (call.function == Function::from_type) {  // (function, type, its arguments, state)
        if (call.arguments->size() < 3 || argument(call, 2).kind != Kind::tuple) return std::nullopt;
        const PickleValue& type = argument(call, 1);
        const bool plain = pickle_.is_global(type, "torch", "Tensor") || pickle_.is_global(type, "torch.nn.parameter", "Parameter") ||
                           pickle_.is_global(type, "torch.nn.parameter", "Buffer");
        if (!plain) call.subclass = pickle_.maker(type);
        call.function = function_of(argument(call, 0));
        call.arguments = &argument(call, 2).items;
      } else {
        break;
      }
    }
    if (call.function == Function::unknown || call.function >= Function::parameter) return std::nullopt;
    return call;
  }

  const PickleValue& argument(const Call& call, std::size_t index) const {
    VPR_REQUIRE(FormatError, index < call.arguments->size(), "is rebuilt from ", call.arguments->size(), " arguments");
    return pickle_[(*call.arguments)[index]];
  }
  DType dtype(const PickleValue& value) const {
    VPR_REQUIRE(FormatError, value.kind == Kind::global, "is of a type that is none");
    const std::string name = pickle_.maker(value);
    return DType::named(std::string_view(name).substr(name.starts_with("torch.") ? 6 : 0));
  }
  std::vector<std::int64_t> wholes(const PickleValue& value, const char* what) const {
    VPR_REQUIRE(FormatError, value.kind == Kind::tuple && value.items.size() <= Shape::max_rank, what, " is no tuple of at most ",
                Shape::max_rank, " numbers");
    std::vector<std::int64_t> numbers;
    for (const std::uint32_t item : value.items) numbers.push_back(torch_whole(pickle_[item], what));
    return numbers;
  }
  bool is_size(const PickleValue& value) const {
    return value.kind == Kind::call && pickle_.is_global(pickle_[value.items[0]], "torch", "Size") &&
           !pickle_[value.items[1]].items.empty();
  }
  /// A tuple, or the torch.Size of one.
  Shape shape(const PickleValue& value) const {
    return Shape(wholes(is_size(value) ? pickle_[pickle_[value.items[1]].items[0]] : value, "its shape"));
  }

  /// Reads (storage, offset, shape, strides, ...). An untyped storage has elements of `untyped`. Returns what the metadata, the argument of
  /// that index, says beyond what is understood.
  std::string read_view(TorchTensor& tensor, const Call& call, std::size_t metadata, const DType& untyped) const {
    tensor.storage = torch_storage(pickle_, argument(call, 0));
    const bool typed = tensor.storage.dtype.name() != "bytes";
    tensor.info.dtype = typed || call.function != Function::tensor_v3 ? tensor.storage.dtype : untyped;
    tensor.offset = torch_whole(argument(call, 1), "its storage offset");
    tensor.info.shape = shape(argument(call, 2));
    tensor.strides = wholes(argument(call, 3), "its strides");
    VPR_REQUIRE(FormatError, tensor.strides.size() == tensor.info.shape.rank(), "has ", tensor.info.shape.rank(), " dimensions and ",
                tensor.strides.size(), " strides");
    if (tensor.storage.view) return "storage view of";
    if (metadata >= call.arguments->size()) return {};
    const PickleValue& entries = argument(call, metadata);
    if (entries.kind == Kind::none) return {};
    if (entries.kind != Kind::dictionary) return "metadata on";
    for (std::size_t i = 0; i < entries.items.size(); i += 2) {
      const std::string_view key = pickle_[entries.items[i]].text;
      const PickleValue& set = pickle_[entries.items[i + 1]];
      const bool negates = key == "neg" && set.kind == Kind::boolean && set.integer == 1 && tensor.info.dtype.kind() != DType::boolean;
      if (!negates) return key == "conj" ? "conjugated" : std::string("metadata '").append(key.substr(0, 32)).append("' on");
      tensor.negated = true;
    }
    return {};
  }

  /// Of the tensors and the size that a sparse tensor is made of, the type of the last tensor, its values, and the size.
  void read_sparse(TorchTensor& tensor, const PickleValue& parts) const {
    VPR_REQUIRE(FormatError, parts.kind == Kind::tuple, "is made of no tuple of parts");
    for (const std::uint32_t item : parts.items) {
      const PickleValue& part = pickle_[item];
      if (is_size(part) || part.kind == Kind::tuple) tensor.info.shape = shape(part);
      read_type(tensor, part);
    }
  }
  /// Gives the tensor the type of a plain one that it is made of.
  void read_type(TorchTensor& tensor, const PickleValue& part) const {
    const std::optional<Call> call = find_call(part);
    if (call && call->function <= Function::tensor_v3) tensor.info.dtype = (*this)("", part).info.dtype;
  }

  /// Refuses what lies outside its storage.
  static void check_reach(TorchTensor& tensor) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const Shape& shape = tensor.info.shape;
    if (shape.elements() == 0) {
      tensor.offset = 0;
      tensor.strides.clear();
      return;
    }
    std::int64_t last = tensor.offset;
    std::int64_t row_major = 1;
    bool contiguous = true;
    for (std::size_t axis = shape.rank(); axis-- > 0;) {
      const std::int64_t steps = shape[axis] - 1;
      const std::int64_t stride = tensor.strides[axis];
      VPR_REQUIRE(FormatError, steps == 0 || stride <= (most - last) / steps, "its strides overflow");
      last += steps * stride;
      contiguous = contiguous && (steps == 0 || stride == row_major);
      row_major *= shape[axis];
    }
    const auto times = static_cast<std::int64_t>(byte_size(tensor.info.dtype) / tensor.storage.element);  // above 1 where untyped
    const std::int64_t held = tensor.storage.elements / times;
    VPR_REQUIRE(FormatError, last < held, "reaches element ", last, " of a storage of ", held);
    tensor.reach = last + 1;
    if (contiguous) tensor.strides.clear();
  }

  const Pickle& pickle_;
};

}  // namespace vpr::detail
