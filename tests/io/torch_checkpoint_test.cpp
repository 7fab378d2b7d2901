// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/torch_checkpoint.hpp>
#include <vpr/io/zip_writer.hpp>

#include "tests/io/listing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using vpr::read_tensor;
using vpr::read_torch;
using namespace std::string_view_literals;

static const std::string folder = vpr::test::data("/checkpoints/");

/// A checkpoint whose pickle is `pickle` and which has one storage "0" with the floats 0, 1, ..., 5.
static std::string write_checkpoint(const TemporaryFolder& in, std::string_view pickle) {
  vpr::AtomicFile file(in.file("made.pth"));
  vpr::ZipWriter writer(file);
  const std::vector<float> values{0, 1, 2, 3, 4, 5};
  writer.add("made/data.pkl", std::as_bytes(std::span(pickle)), {});
  writer.add("made/data/0", std::as_bytes(std::span(values)), {});
  writer.finish();
  file.commit();
  return in.file("made.pth");
}

/// The opcodes that push a tensor [2] which begins at element `offset` of the storage.
static std::string tensor(char offset) {
  return std::string(
             "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"
             "0X\3\0\0\0cpuK\6tQK"sv) +
         offset + std::string("K\2\x85K\1\x85\x89}tR"sv);
}
static std::string text(const std::string& value) {
  return std::string("X") + static_cast<char>(value.size()) + std::string(3, '\0') + value;
}
static std::string global(const std::string& module, const std::string& name) { return "c" + module + "\n" + name + "\n"; }
static std::string tuple(const std::string& items) { return "(" + items + "t"; }
/// The opcodes that push a storage "0" of that type, which has `elements`.
static std::string storage(const std::string& type, char elements = 6, const std::string& module = "torch") {
  return tuple(text("storage") + global(module, type) + text("0") + text("cpu") + "K" + elements) + "Q";
}
/// The opcodes that push a tensor [2] of the first elements; `more` are arguments behind the hooks.
static std::string tensor_of(const std::string& storage, const std::string& more = "", const std::string& function = "_rebuild_tensor_v2") {
  return global("torch._utils", function) + tuple(storage + std::string("K\0", 2) + "K\2\x85K\1\x85\x89}" + more) + "R";
}
/// The opcodes that push a dictionary of `items`, keys and values one after the other.
static std::string dictionary(const std::string& items) { return "}(" + items + "u"; }
static std::string pickled(const std::string& value) { return std::string("\x80\2") + value + "."; }

TEST_CASE("PyTorch: ZIP and legacy files, protocols, half types and parameters give the listed values") {
  for (const std::string name : {"dinov2_plain.pth", "dinov2_protocol4.pth", "dinov2_f16.pth", "dinov2_bf16.pth", "dinov2_legacy.pth",
                                 "dinov2_teacher_mixed.pth", "salad_lightning.ckpt", "salad_state_dict.ckpt", "selavpr_best_model.pth"}) {
    vpr::test::require_listed(read_torch(folder + name), vpr::test::read_json(folder + name + ".json"));
  }
}

TEST_CASE("PyTorch: every kind of view comes in row-major order") {
  for (const std::string name : {"views_zip.pth", "views_legacy.pth"}) {
    const auto source = read_torch(folder + name);
    const auto all = read_tensor(source, "contiguous");  // 6 x 10, from -3 by steps of 0.25
    CHECK(all[59] == 11.75F);
    CHECK(read_tensor(source, "transposed") == vpr::test::transpose(all, 6));
    const auto slice = read_tensor(source, "column_slice");
    for (std::size_t i = 0; i < 24; ++i) CHECK(slice[i] == all[i / 4 * 10 + 3 + i % 4]);
    CHECK(read_tensor(source, "expanded") == std::vector<float>(20, -3));
    const auto permuted = read_tensor(source, "permuted3d");  // of 0, 1, ... 23 in [2, 3, 4]
    for (std::size_t i = 0; i < 24; ++i) CHECK(permuted[i] == static_cast<float>(i / 6 + 12 * (i / 3 % 2) + 4 * (i % 3)));
    CHECK(read_tensor<std::int64_t>(source, "num_batches_tracked") == std::vector<std::int64_t>{123456789012});
    CHECK(read_tensor<double>(source, "f64")[1] == 1.0 / 3);
  }
}

/// The tensors of a checkpoint of that value, as `name=first element`, each with a blank behind it.
static std::string names_in(const TemporaryFolder& temporary, const std::string& value, std::string_view root) {
  const auto source = read_torch(write_checkpoint(temporary, pickled(value)), root);
  std::string all;
  for (const auto& info : source.tensors())
    all += info.name + '=' + std::to_string(static_cast<int>(read_tensor(source, info.name)[0])) + ' ';
  return all;
}

TEST_CASE("PyTorch: the state dict is found, asked for by name, or gathered from dictionaries side by side") {
  const TemporaryFolder temporary;
  const auto names = [&](const std::string& value, std::string_view root = {}) { return names_in(temporary, value, root); };
  const std::string two = dictionary(text("teacher") + dictionary(text("w") + tensor(1)) + text("student") +
                                     dictionary(text("w") + tensor(2)) + text("epoch") + "K\7");
  CHECK(names(two) == "teacher.w=1 student.w=2 ");  // two sets of weights: none is preferred
  CHECK(names(two, "student") == "w=2 ");
  CHECK(names(dictionary(text("model") + dictionary(text("w") + tensor(1)) + text("w") + tensor(2))) == "model.w=1 w=2 ");
  CHECK(names(dictionary(text("callbacks") + dictionary(text("score") + tensor(0)) + text("model") +
                         dictionary(text("w") + tensor(2) + text("b") + tensor(1)))) == "w=2 b=1 ");
  CHECK(names(dictionary(text("a") + dictionary(text("w") + tensor(3)) + text("b") + dictionary(text("w") + tensor(4)))) == "a.w=3 b.w=4 ");
  CHECK(names(dictionary(text("checkpoint") + dictionary(text("model") + dictionary(text("w") + tensor(0))))) == "w=0 ");
  CHECK(names(dictionary(text("weights") + dictionary(text("decay") + "K\1") + text("w") + tensor(2))) == "w=2 ");
  CHECK_THROWS_WITH(names(two, "ema"), ContainsSubstring("has no dictionary 'ema'"));
  CHECK_THROWS_WITH(names(dictionary(text("epoch") + "K\7")), ContainsSubstring("holds no tensors"));
  CHECK_THROWS_WITH(names("K\7"), ContainsSubstring("holds one plain value, want a dictionary of tensors"));
  CHECK(names(tensor(2)) == "=2 ");  // by itself: without a name
  CHECK_THROWS_WITH(names(tensor(0), "ema"), ContainsSubstring("holds a single tensor, want a dictionary of tensors"));
  CHECK_THROWS_WITH(names(dictionary(text("w") + tensor(5))), ContainsSubstring("tensor 'w': reaches element 6 of a storage of 6"));
  CHECK_THROWS_WITH(names(dictionary(text("w") + tensor(0) + text("w") + tensor(0))), ContainsSubstring("two tensors 'w'"));
  CHECK(names(dictionary(text("a") + dictionary("K\1" + tensor(0)) + text("w") + tensor(3))) == "w=3 ");
  CHECK_THROWS_WITH(names(dictionary(text("w\xff") + tensor(0))), ContainsSubstring("not UTF-8"));
}

TEST_CASE("PyTorch: numbers are names of dictionaries, and of tensors where no weights have names") {
  const TemporaryFolder temporary;
  const auto names = [&](const std::string& value, std::string_view root = {}) { return names_in(temporary, value, root); };
  const std::string one = dictionary(text("w") + tensor(1)), two = dictionary(text("w") + tensor(2));
  const std::string scalar =
      global("torch._utils", "_rebuild_tensor_v2") + tuple(storage("FloatStorage") + std::string("K\0", 2) + "))\x89}") + "R";
  const std::string list = "](" + one + two + "e";
  CHECK(names(list) == "0.w=1 1.w=2 ");
  CHECK(names(list, "1") == "w=2 ");
  CHECK(names(tuple(one + two + "K\7")) == "0.w=1 1.w=2 ");
  CHECK(names(dictionary("K\3" + one + "J" + std::string("\xff\xff\xff\xff") + two)) == "3.w=1 -1.w=2 ");
  CHECK(names(dictionary(text("models") + list + text("epoch") + "K\7")) == "models.0.w=1 models.1.w=2 ");
  CHECK(names(dictionary(text("steps") + scalar + text("nets") + list)) == "steps=0 nets.0.w=1 nets.1.w=2 ");
  CHECK(names(dictionary(std::string("C\1") + "a" + one)) == "a.w=1 ");
  CHECK(names(dictionary("K\1" + tensor(0))) == "1=0 ");
  CHECK(names(dictionary(text("model") + one + "K\1" + two)) == "model.w=1 1.w=2 ");
  CHECK(names(dictionary(text("mean") + tensor(3) + "K\1" + two)) == "mean=3 1.w=2 ");
  CHECK(names(dictionary(text("mean") + tensor(3) + text("models") + list)) == "mean=3 models.0.w=1 models.1.w=2 ");
  CHECK(names(dictionary(text("model") + one + text("before") + list)) == "model.w=1 before.0.w=1 before.1.w=2 ");
  CHECK(names(dictionary(text("w") + tensor(3) + text("shadow") + "](" + tensor(1) + tensor(2) + "e")) == "w=3 shadow.0=1 shadow.1=2 ");
  CHECK(names(dictionary(text("w") + tensor(3) + text("others") + "](" + tensor(1) + "K\2e")) == "w=3 ");
  CHECK_THROWS_WITH(names("](K\1K\2e"), ContainsSubstring("holds no tensors: save"));
  CHECK_THROWS_WITH(names(dictionary("N" + one)),
                    ContainsSubstring("holds tensors, but none under a name or a number: save `model.state_dict()`"));
}

TEST_CASE("PyTorch: weights beside the state dict are listed, and what is beside it in training is not") {
  const TemporaryFolder temporary;
  const auto names = [&](const std::string& beside) {
    std::string whole;
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) whole += text(name) + tensor(0);
    const std::string value = dictionary(text("model") + dictionary(whole) + beside);
    std::string all;
    const auto source = read_torch(write_checkpoint(temporary, pickled(value)));
    for (const auto& info : source.tensors()) all += info.name + ' ';
    return all;
  };
  const std::string part = dictionary(text("a") + tensor(1) + text("b") + tensor(2));
  const std::string prefixed = "model.a model.b model.c model.d model.e model.f ";
  CHECK(names(text("backbone") + part) == prefixed + "backbone.a backbone.b ");
  CHECK(names(text("ema") + dictionary(text("backbone") + part)) == prefixed + "ema.backbone.a ema.backbone.b ");
  CHECK(names(text("head.weight") + tensor(1) + text("head.bias") + tensor(2)) == prefixed + "head.weight head.bias ");

  const std::string bare = "a b c d e f ";
  const std::string scalar =
      global("torch._utils", "_rebuild_tensor_v2") + tuple(storage("FloatStorage") + std::string("K\0", 2) + "))\x89}") + "R";
  const std::string whole_number = tensor_of(storage("LongStorage", 3));
  CHECK(names("") == bare);
  CHECK(names(text("optimizer") + dictionary(text("state") + part)) == bare);
  CHECK(names(text("adam") + dictionary(text("a.exp_avg") + tensor(0) + text("a.exp_avg_sq") + tensor(1))) == bare);
  CHECK(names(text("rmsprop") + dictionary(text("a") + dictionary(text("square_avg") + tensor(0) + text("grad_avg") + tensor(1)))) == bare);
  CHECK(names(text("loss") + dictionary(text("center") + tensor(0))) == bare);
  const std::string moments = dictionary(text("exp_avg") + tensor(0) + text("exp_avg_sq") + tensor(1));
  CHECK(names(text("opt") + "](" + dictionary(text("state") + dictionary("K\1" + moments + "K\2" + moments)) + "e") == bare);
  CHECK(names(text("queue") + tensor(0)) == bare);
  CHECK(names(text("callbacks") + dictionary(text("best") + scalar + text("last") + scalar)) == bare);
  CHECK(names(text("rng") + dictionary(text("cpu") + whole_number + text("cuda") + whole_number)) == bare);
}

TEST_CASE("PyTorch: dictionaries within each other in a circle or without end are refused") {
  const TemporaryFolder temporary;
  const std::string circle = std::string("}q\0", 3) + "(" + text("a") + std::string("h\0", 2) + text("w") + tensor(0) + "u";
  CHECK_THROWS_WITH(read_torch(write_checkpoint(temporary, pickled(circle))), ContainsSubstring("nests dictionaries too deeply"));
  const std::string list_in_itself = std::string("]q\0", 3) + "(" + std::string("h\0", 2) + dictionary(text("w") + tensor(0)) + "e";
  CHECK_THROWS_WITH(read_torch(write_checkpoint(temporary, pickled(list_in_itself))), ContainsSubstring("too deeply"));
  std::string wide = std::string("]q\0", 3) + "(" + dictionary(text("w") + tensor(0));  // a list that holds itself a thousand times
  for (int i = 0; i < 1000; ++i) wide += std::string("h\0", 2);
  CHECK_THROWS_AS(read_torch(write_checkpoint(temporary, pickled(wide + "e"))), vpr::FormatError);
  std::string doubled = dictionary(text("w") + tensor(0));  // each dictionary holds the one before twice
  for (char level = 0; level < 30; ++level) {
    const std::string recall = std::string("h") + level;
    doubled += std::string("q") + level + "0" + dictionary(text("a") + recall + text("b") + recall);
  }
  CHECK_THROWS_WITH(read_torch(write_checkpoint(temporary, pickled(doubled))),
                    ContainsSubstring("holds no tensors") || ContainsSubstring("too deeply"));
}

TEST_CASE("PyTorch: UTF-8 is checked as RFC 3629 has it") {
  using vpr::detail::is_utf8;
  CHECK(is_utf8("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"));
  CHECK(!is_utf8("\xc3"));
  CHECK(!is_utf8("\xc0\xaf"));  // overlong
  CHECK(!is_utf8("\xe0\x80\xaf"));
  CHECK(!is_utf8("\xed\xa0\x80"));      // surrogate
  CHECK(!is_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  CHECK(!is_utf8("\x80"));
}

TEST_CASE("PyTorch: a negated view has its sign, whatever its type, strides and wrapping") {
  const TemporaryFolder temporary;
  const std::string negative = dictionary(text("neg") + "\x88");
  const std::string view = global("torch._utils", "_rebuild_tensor_v2") +
                           tuple(storage("FloatStorage") + "K\1" + tuple("K\2K\2") + tuple("K\1K\2") + "\x89}" + negative) + "R";
  const std::string bytes = global("torch.storage", "UntypedStorage");
  const std::string untyped = tuple(text("storage") + bytes + text("0") + text("cpu") + "K\x18") + "Q";
  const auto source = read_torch(write_checkpoint(
      temporary, pickled(dictionary(text("flat") + tensor_of(storage("FloatStorage"), negative) + text("strided") + view +
                                    text("parameter") + global("torch._utils", "_rebuild_parameter") +
                                    tuple(tensor_of(storage("FloatStorage"), negative) + "\x88}") + "R" + text("plain") +
                                    tensor_of(storage("FloatStorage"), "}") + text("none") + tensor_of(storage("FloatStorage"), "N") +
                                    text("v3") + tensor_of(untyped, global("torch", "uint16") + negative, "_rebuild_tensor_v3")))));
  CHECK(read_tensor(source, "flat") == std::vector<float>{-0.0F, -1});
  CHECK(read_tensor(source, "strided") == std::vector<float>{-1, -3, -2, -4});
  CHECK(read_tensor<double>(source, "strided") == std::vector<double>{-1, -3, -2, -4});
  CHECK(read_tensor(source, "parameter") == std::vector<float>{-0.0F, -1});
  CHECK(read_tensor(source, "plain") == std::vector<float>{0, 1});
  CHECK(read_tensor(source, "none") == std::vector<float>{0, 1});
  CHECK(read_tensor(source, "v3") == std::vector<float>{0, 0});  // the low and the high half of 0.0F
}

TEST_CASE("PyTorch: what metadata says beyond the sign is not read as if it said nothing") {
  const TemporaryFolder temporary;
  const auto type = [&](const std::string& tensor) {
    const auto source = read_torch(write_checkpoint(temporary, pickled(dictionary(text("w") + tensor))));
    CHECK_THROWS_AS(read_tensor(source, "w"), vpr::WeightError);
    CHECK_THROWS_WITH(read_tensor(source, "w"), ContainsSubstring("'w' is " + source.tensors()[0].dtype.name() + ", which is not read"));
    return source.tensors()[0].dtype.name();
  };
  const auto with = [](const std::string& metadata) { return tensor_of(storage("FloatStorage"), metadata); };
  CHECK(type(with(dictionary(text("conj") + "\x88"))) == "conjugated float32");
  CHECK(type(with(dictionary(text("neg") + "\x89"))) == "metadata 'neg' on float32");
  CHECK(type(with(dictionary(text("neg") + "\x88" + text("layout") + "K\1"))) == "metadata 'layout' on float32");
  CHECK(type(with("K\7")) == "metadata on float32");
  CHECK(type(tensor_of(storage("FloatStorage")) + "}b") == "altered float32");
}

TEST_CASE("PyTorch: tensors that no model needs are listed with type and shape, and refused only when asked for") {
  const TemporaryFolder temporary;
  const std::string untyped = tuple(text("storage") + global("torch.storage", "UntypedStorage") + text("9") + text("cpu") + "K\2") + "Q";
  const std::string two = std::string("K\2\x85");
  const std::string size = global("torch", "Size") + tuple(tuple("K\4K\5")) + "R";
  const std::string weight = tensor_of(storage("FloatStorage"));
  const std::map<std::string, std::string> others{
      {"float8_e4m3fn", tensor_of(untyped, global("torch", "float8_e4m3fn"), "_rebuild_tensor_v3")},
      {"complex64", tensor_of(storage("ComplexFloatStorage"))},
      {"qint8", global("torch._utils", "_rebuild_qtensor") +
                    tuple(storage("QInt8Storage") + std::string("K\0", 2) + two + "K\1\x85" + tuple(global("torch", "per_tensor_affine")) +
                          "\x89}") +
                    "R"},
      {"meta float32",
       global("torch._utils", "_rebuild_meta_tensor_no_storage") + tuple(global("torch", "float32") + two + "K\1\x85\x89") + "R"},
      {"nested float32", global("torch._utils", "_rebuild_nested_tensor") + tuple(weight + "NNN") + "R"},
      {"sparse float32", global("torch._utils", "_rebuild_sparse_tensor") +
                             tuple("N" + tuple(tensor_of(storage("LongStorage")) + weight + size + "\x88")) + "R"},
      {"my.module.Quantised float32", global("torch._tensor", "_rebuild_from_type_v2") +
                                          tuple(global("torch._utils", "_rebuild_tensor_v2") + global("my.module", "Quantised") +
                                                tuple(storage("FloatStorage") + std::string("K\0", 2) + two + "K\1\x85\x89}") + "}") +
                                          "R"},
      {"my.Wrapper bfloat16",
       global("torch._utils", "_rebuild_wrapper_subclass") +
           tuple(global("my", "Wrapper") + global("torch", "bfloat16") + two + "K\1\x85" + std::string("K\0", 2) + "NN\x89") + "R"},
      {"torch.QuantumStorage", tensor_of(storage("QuantumStorage"))},
  };
  for (const auto& [type, opcodes] : others) {
    CAPTURE(type);
    const auto source = read_torch(write_checkpoint(temporary, pickled(dictionary(text("extra") + opcodes + text("w") + weight))));
    REQUIRE(source.tensors().size() == 2);
    CHECK(source.tensors()[0].dtype == vpr::DType::named(type));
    CHECK(source.tensors()[0].shape == (type.starts_with("sparse")   ? vpr::Shape{4, 5}
                                        : type.starts_with("nested") ? vpr::Shape{}
                                                                     : vpr::Shape{2}));
    CHECK(read_tensor(source, "w") == std::vector<float>{0, 1});
    CHECK_THROWS_AS(read_tensor(source, "extra"), vpr::WeightError);
    CHECK_THROWS_WITH(read_tensor(source, "extra"), ContainsSubstring("made.pth: 'extra' is " + type + ", which is not read"));
  }
}

TEST_CASE("PyTorch: entries that are no tensors are passed over, and told of where tensors stand") {
  const TemporaryFolder temporary;
  const std::string attributes = dictionary(text("no_decay") + "\x88");
  const std::string with_attribute = global("torch._tensor", "_rebuild_from_type_v2") +
                                     tuple(global("torch._utils", "_rebuild_tensor_v2") + global("torch", "Tensor") +
                                           tuple(storage("FloatStorage") + "K\1K\2\x85K\1\x85\x89}") + attributes) +
                                     "R";
  const std::string config = global("omegaconf.dictconfig", "DictConfig") + ")\x81" + dictionary(text("a") + global("typing", "Any")) + "b";
  const std::string partial = global("functools", "partial") + global("torch.optim.adamw", "AdamW") + "\x85R" + tuple("N)}N") + "b";
  const auto source = read_torch(write_checkpoint(
      temporary, pickled(dictionary(text("cfg") + config + text("act") + global("torch.nn", "GELU") + text("optimizer") + partial +
                                    text("w") + with_attribute + text("scheme") + global("my", "tensor") + ")R"))));
  REQUIRE(source.tensors().size() == 1);
  CHECK(read_tensor(source, "w") == std::vector<float>{1, 2});
  CHECK(source.placeholders().at("scheme") == "my.tensor");
  CHECK(source.placeholders().at("cfg") == "omegaconf.dictconfig.DictConfig");
  CHECK_THROWS_WITH(read_torch(write_checkpoint(temporary, pickled(dictionary(text("model") + global("my.net", "Net") + ")\x81")))),
                    ContainsSubstring("holds no tensors: 'model' is made by 'my.net.Net', and nothing is run"));
  CHECK_THROWS_WITH(read_torch(write_checkpoint(temporary, pickled(global("my.net", "Net") + ")\x81"))),
                    ContainsSubstring("holds what 'my.net.Net' would make, which is not run, want a dictionary of tensors"));
}

TEST_CASE("PyTorch: a few stored bytes are not repeated, named or nested without end") {
  const TemporaryFolder temporary;
  const auto refused = [&](const std::string& value, const std::string& words) {
    CHECK_THROWS_WITH(read_torch(write_checkpoint(temporary, pickled(value))), ContainsSubstring("made.pth") && ContainsSubstring(words));
  };
  const std::string expanded = global("torch._utils", "_rebuild_tensor_v2") +
                               tuple(storage("FloatStorage") + std::string("K\0", 2) + std::string("J\0\0\0\1\x85K\0\x85\x89}", 11)) +
                               "R";  // [2^24]
  CHECK_NOTHROW(read_torch(write_checkpoint(temporary, pickled(dictionary(text("w") + expanded)))));
  std::string many;
  for (char i = 0; i < 30; ++i) many += text(std::string("w") + static_cast<char>('a' + i)) + expanded;
  refused(dictionary(many), "the tensors repeat what is stored");
  std::string level = dictionary(text("w") + tensor(0));  // a hundred times the same dictionary in a dictionary, six times over
  for (char depth = 10; depth < 16; ++depth) {
    level += std::string("q") + depth + "0}(";
    for (char i = 0; i < 100; ++i) level += text(std::string(1, static_cast<char>(i + 20)) + std::string(100, 'x')) + "h" + depth;
    level += "u";
  }
  refused(level, "has more than 100000 tensors");
}
