// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/torch_checkpoint.hpp>
#include <vpr/io/zip_writer.hpp>

#include "tests/io/listing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cstdint>
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

TEST_CASE("PyTorch: the state dict is found, asked for by name, or gathered from dictionaries side by side") {
  const TemporaryFolder temporary;
  const auto names = [&](const std::string& value, std::string_view root = {}) {
    const auto source = read_torch(write_checkpoint(temporary, pickled(value)), root);
    std::string all;
    for (const auto& info : source.tensors())
      all += info.name + '=' + std::to_string(static_cast<int>(read_tensor(source, info.name)[0])) + ' ';
    return all;
  };
  const std::string two = dictionary(text("teacher") + dictionary(text("w") + tensor(1)) + text("student") +
                                     dictionary(text("w") + tensor(2)) + text("epoch") + "K\7");
  CHECK(names(two) == "w=1 ");
  CHECK(names(two, "student") == "w=2 ");
  CHECK(names(dictionary(text("a") + dictionary(text("w") + tensor(3)) + text("b") + dictionary(text("w") + tensor(4)))) == "a.w=3 b.w=4 ");
  CHECK(names(dictionary(text("checkpoint") + dictionary(text("model") + dictionary(text("w") + tensor(0))))) == "w=0 ");
  CHECK(names(dictionary(text("weights") + dictionary(text("decay") + "K\1") + text("w") + tensor(2))) == "w=2 ");
  CHECK_THROWS_WITH(names(two, "ema"), ContainsSubstring("has no dictionary 'ema'"));
  CHECK_THROWS_WITH(names(dictionary(text("epoch") + "K\7")), ContainsSubstring("holds no tensors"));
  CHECK_THROWS_WITH(names("K\7"), ContainsSubstring("holds no dictionary of tensors"));
  CHECK_THROWS_WITH(names(dictionary(text("w") + tensor(5))), ContainsSubstring("tensor 'w': reaches element 6 of a storage of 6"));
  CHECK_THROWS_WITH(names(dictionary(text("w") + tensor(0) + text("w") + tensor(0))), ContainsSubstring("two tensors 'w'"));
  CHECK_THROWS_WITH(names(dictionary("K\1" + tensor(0))), ContainsSubstring("name is no text"));
  CHECK_THROWS_WITH(names(dictionary(text("w\xff") + tensor(0))), ContainsSubstring("not UTF-8"));
}

TEST_CASE("PyTorch: dictionaries within each other in a circle or without end are refused") {
  const TemporaryFolder temporary;
  const std::string circle = std::string("}q\0", 3) + "(" + text("a") + std::string("h\0", 2) + text("w") + tensor(0) + "u";
  CHECK_THROWS_WITH(read_torch(write_checkpoint(temporary, pickled(circle))), ContainsSubstring("nests dictionaries too deeply"));
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
