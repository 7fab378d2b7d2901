// SPDX-License-Identifier: MIT
/// @file
/// The tensors that a PyTorch pickle speaks of: which dictionary is the state dict, and where in which storage each tensor lies.
#pragma once

#include <vpr/io/dtype.hpp>
#include <vpr/io/pickle.hpp>
#include <vpr/io/weight_source.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// A run of elements, by a key that names it in the file.
struct TorchStorage {
  std::string key;
  DType dtype = DType::float32;
  std::int64_t elements = 0;
};

/// A tensor as PyTorch rebuilds it: a view of a storage. Offset and strides count elements.
struct TorchTensor {
  TensorInfo info;
  TorchStorage storage;
  std::int64_t offset = 0;
  std::vector<std::int64_t> strides;
};

enum class TorchGlobal : std::int64_t { inert, tensor, parameter, storage_first };

/// The globals that real checkpoints mention. Those that are no tensors are inert: their calls are noted and never looked at.
inline std::int64_t torch_global(std::string_view module, std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, DType>, 10> storages{{{"HalfStorage", DType::float16},
                                                                                {"BFloat16Storage", DType::bfloat16},
                                                                                {"FloatStorage", DType::float32},
                                                                                {"DoubleStorage", DType::float64},
                                                                                {"CharStorage", DType::int8},
                                                                                {"ShortStorage", DType::int16},
                                                                                {"IntStorage", DType::int32},
                                                                                {"LongStorage", DType::int64},
                                                                                {"ByteStorage", DType::uint8},
                                                                                {"BoolStorage", DType::boolean}}};
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 30> inert{
      {{"torch", "Size"},
       {"torch", "device"},
       {"torch", "float16"},
       {"torch", "bfloat16"},
       {"torch", "float32"},
       {"torch", "float64"},
       {"torch", "int64"},
       {"numpy", "dtype"},
       {"numpy", "ndarray"},
       {"numpy.core.multiarray", "_reconstruct"},
       {"numpy.core.multiarray", "scalar"},
       {"numpy._core.multiarray", "_reconstruct"},
       {"numpy._core.multiarray", "scalar"},
       {"_codecs", "encode"},
       {"collections", "defaultdict"},
       {"collections", "Counter"},
       {"argparse", "Namespace"},
       {"pathlib", "PosixPath"},
       {"pathlib", "PurePosixPath"},
       {"pathlib", "WindowsPath"},
       {"datetime", "timedelta"},
       {"builtins", "set"},
       {"builtins", "list"},
       {"builtins", "dict"},
       {"builtins", "int"},
       {"__builtin__", "set"},
       {"__builtin__", "list"},
       {"__builtin__", "dict"},
       {"pytorch_lightning.utilities.parsing", "AttributeDict"},
       {"lightning.fabric.utilities.data", "AttributeDict"}}};
  const auto id = [](auto value) { return static_cast<std::int64_t>(value); };
  if (module == "torch._utils") {
    if (name == "_rebuild_tensor_v2" || name == "_rebuild_tensor") return id(TorchGlobal::tensor);
    if (name == "_rebuild_parameter" || name == "_rebuild_parameter_with_state") return id(TorchGlobal::parameter);
  }
  if (module == "torch") {
    for (const auto& [storage, dtype] : storages) {
      if (name == storage) return id(TorchGlobal::storage_first) + id(dtype);
    }
  }
  return std::find(inert.begin(), inert.end(), std::pair(module, name)) == inert.end() ? -1 : id(TorchGlobal::inert);
}

inline bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    if (lead < 0x80) continue;
    const int more = lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
    if (more == 0 || text.size() - i < static_cast<std::size_t>(more)) return false;
    const auto second = static_cast<unsigned char>(text[i]);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second >= 0xa0) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second >= 0x90))
      return false;
    for (int k = 0; k < more; ++k) {
      if ((static_cast<unsigned char>(text[i++]) & 0xc0) != 0x80) return false;
    }
  }
  return true;
}

inline std::int64_t torch_whole(const PickleValue& value, const char* what) {
  VPR_REQUIRE(FormatError, value.kind == PickleValue::Kind::integer && value.integer >= 0, what, " is no whole number from 0 to 2^63 - 1");
  return value.integer;
}

/// The storage that a persistent id means: ("storage", type, key, device, elements[, view]).
inline TorchStorage torch_storage(const Pickle& pickle, const PickleValue& value) {
  using Kind = PickleValue::Kind;
  VPR_REQUIRE(FormatError, value.kind == Kind::persistent_id, "is not rebuilt from a storage");
  const PickleValue& id = pickle[value.items[0]];
  VPR_REQUIRE(FormatError, id.kind == Kind::tuple && id.items.size() >= 5 && pickle[id.items[0]].text == "storage",
              "has a storage whose id is not PyTorch's");
  const PickleValue& type = pickle[id.items[1]];
  const PickleValue& key = pickle[id.items[2]];
  const std::int64_t dtype = type.integer - static_cast<std::int64_t>(TorchGlobal::storage_first);
  VPR_REQUIRE(FormatError, type.kind == Kind::global && dtype >= 0, "has a storage of no known type");
  VPR_REQUIRE(FormatError, key.kind == Kind::text, "has a storage without a key");
  VPR_REQUIRE(FormatError, id.items.size() == 5 || pickle[id.items[5]].kind == Kind::none,
              "has a storage that is a view of another, which is not supported");
  return {std::string(key.text), static_cast<DType>(dtype), torch_whole(pickle[id.items[4]], "its storage's size")};
}

/// Collects the tensors of a state dict out of a pickle.
class TorchTensors {
 public:
  using Kind = PickleValue::Kind;
  explicit TorchTensors(const Pickle& pickle) : pickle_(pickle) {}

  /// The tensors of the dictionary at `root` (names with dots between); none means: find it. That is the outermost dictionary with
  /// tensors, sought first under the names that training programs use; of dictionaries side by side all are taken, each name
  /// with its dictionary's in front.
  std::vector<TorchTensor> collect(std::string_view root) {
    const PickleValue* dictionary = &pickle_.root();
    VPR_REQUIRE(FormatError, dictionary->kind == Kind::dictionary, "holds no dictionary of tensors: save `model.state_dict()`");
    while (!root.empty()) {
      const std::string_view name = root.substr(0, root.find('.'));
      root.remove_prefix(std::min(root.size(), name.size() + 1));
      dictionary = entry(*dictionary, name);
      VPR_REQUIRE(FormatError, dictionary != nullptr && dictionary->kind == Kind::dictionary, "has no dictionary '", name, "'");
    }
    for (int depth = 0; depth < deepest; ++depth) {
      const PickleValue* inner = preferred(*dictionary);
      if (inner == nullptr) break;
      dictionary = inner;
    }
    add_all(*dictionary, "", 0);
    VPR_REQUIRE(FormatError, !tensors_.empty(), "holds no tensors");
    return std::move(tensors_);
  }

 private:
  static constexpr int deepest = 8;
  static constexpr std::int64_t most_bytes_from_repeats = 64 << 20;

  const PickleValue& argument(const PickleValue& call, std::size_t index) const {
    const auto& arguments = pickle_[call.items[1]].items;
    VPR_REQUIRE(FormatError, index < arguments.size(), "is rebuilt from ", arguments.size(), " arguments");
    return pickle_[arguments[index]];
  }
  /// The call that rebuilds a tensor, parameters unwrapped, or null.
  const PickleValue* tensor_call(const PickleValue& value) const {
    const PickleValue* call = &value;
    for (int depth = 0; depth < 2 && call->kind == Kind::call; ++depth) {
      const std::int64_t callee = pickle_[call->items[0]].integer;
      if (callee == static_cast<std::int64_t>(TorchGlobal::tensor)) return call;
      if (callee != static_cast<std::int64_t>(TorchGlobal::parameter)) return nullptr;
      call = &argument(*call, 0);
    }
    return nullptr;
  }
  bool has_tensors(const PickleValue& dictionary, int depth = 0) const {
    for (std::size_t i = 1; i < dictionary.items.size(); i += 2) {
      const PickleValue& value = pickle_[dictionary.items[i]];
      if (tensor_call(value) != nullptr || (depth < 2 && value.kind == Kind::dictionary && has_tensors(value, depth + 1))) return true;
    }
    return false;
  }
  const PickleValue* entry(const PickleValue& dictionary, std::string_view name) const {
    for (std::size_t i = 0; i < dictionary.items.size(); i += 2) {
      const PickleValue& key = pickle_[dictionary.items[i]];
      if (key.kind == Kind::text && key.text == name) return &pickle_[dictionary.items[i + 1]];
    }
    return nullptr;
  }
  const PickleValue* preferred(const PickleValue& dictionary) const {
    for (const char* name : {"state_dict", "model_state_dict", "teacher", "model", "net", "module", "student", "weights", "checkpoint"}) {
      const PickleValue* found = entry(dictionary, name);
      if (found != nullptr && found->kind == Kind::dictionary && has_tensors(*found)) return found;
    }
    return nullptr;
  }

  void add_all(const PickleValue& dictionary, const std::string& prefix, int depth) {
    VPR_REQUIRE(FormatError, depth <= deepest && ++visited_ <= 100'000, "nests dictionaries too deeply");
    for (std::size_t i = 0; i < dictionary.items.size(); i += 2) {
      const PickleValue& key = pickle_[dictionary.items[i]];
      const PickleValue& value = pickle_[dictionary.items[i + 1]];
      const PickleValue* call = tensor_call(value);
      if (call == nullptr && value.kind != Kind::dictionary) continue;
      if (call == nullptr && key.kind != Kind::text) continue;  // an optimiser's numbered state
      VPR_REQUIRE(FormatError, key.kind == Kind::text, "has a tensor whose name is no text");
      VPR_REQUIRE(FormatError, is_utf8(key.text), "has a tensor whose name is not UTF-8");
      const std::string name = prefix + std::string(key.text);
      if (call == nullptr) {
        add_all(value, name + '.', depth + 1);
        continue;
      }
      VPR_REQUIRE(FormatError, names_.insert(name).second, "has two tensors '", name, "'");
      try {
        add(name, *call);
      } catch (const Error& error) {
        fail<FormatError>("tensor '", name, "': ", error.what());
      }
    }
  }

  std::vector<std::int64_t> wholes(const PickleValue& value, const char* what) const {
    VPR_REQUIRE(FormatError, value.kind == Kind::tuple && value.items.size() <= Shape::max_rank, what, " is no tuple of at most ",
                Shape::max_rank, " numbers");
    std::vector<std::int64_t> numbers;
    for (const std::uint32_t item : value.items) numbers.push_back(torch_whole(pickle_[item], what));
    return numbers;
  }

  void add(const std::string& name, const PickleValue& call) {
    TorchTensor tensor;
    tensor.info.name = name;
    tensor.storage = torch_storage(pickle_, argument(call, 0));
    tensor.info.dtype = tensor.storage.dtype;
    tensor.offset = torch_whole(argument(call, 1), "its storage offset");
    tensor.info.shape = Shape(wholes(argument(call, 2), "its shape"));
    tensor.strides = wholes(argument(call, 3), "its strides");
    VPR_REQUIRE(FormatError, tensor.strides.size() == tensor.info.shape.rank(), "has ", tensor.info.shape.rank(), " dimensions and ",
                tensor.strides.size(), " strides");
    check_reach(tensor);
    tensors_.push_back(std::move(tensor));
  }

  /// Refuses what lies outside its storage, and repeats of an element that would take far more memory than the file.
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
    VPR_REQUIRE(FormatError, last < tensor.storage.elements, "reaches element ", last, " of a storage of ", tensor.storage.elements);
    const auto size = static_cast<std::int64_t>(byte_size(tensor.info.dtype));
    VPR_REQUIRE(FormatError, shape.elements() <= tensor.storage.elements || shape.elements() <= most_bytes_from_repeats / size, "repeats ",
                tensor.storage.elements, " stored values to ", shape.elements());
    if (contiguous) tensor.strides.clear();
  }

  const Pickle& pickle_;
  std::vector<TorchTensor> tensors_;
  std::set<std::string> names_;
  int visited_ = 0;
};

}  // namespace vpr::detail
