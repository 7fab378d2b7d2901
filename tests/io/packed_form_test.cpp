// SPDX-License-Identifier: MIT
#include <vpr/io/packed_form.hpp>

#include <vpr/io/inspect.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace vpr;

namespace {

/// Three matrices in the three precisions, and a vector that is no matrix.
struct Model {
  PackedMatrix first, second, third;
  PackedMatrix bias = PackedMatrix::zeros(Shape{5});

  explicit Model(std::array<Precision, 3> precisions = {Precision::f32, Precision::bf16, Precision::int8})
      : first(PackedMatrix::zeros(Shape{5, 7}, precisions[0])),
        second(PackedMatrix::zeros(Shape{40, 3, 3}, precisions[1])),
        third(PackedMatrix::zeros(Shape{33, 9}, precisions[2])) {}

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "first.weight", first);
    visitor(prefix + "first.bias", bias);
    visitor(prefix + "second.weight", second);
    visitor(prefix + "third.weight", third);
  }
};

Model filled() {
  Model model;
  model.third = PackedMatrix::zeros(Shape{33, 9}, Precision::int8, std::vector<float>(9, 0.37F));
  std::uint64_t seed = 1;
  model.visit(
      [&](const std::string&, auto& parameter) {
        const std::vector<float> values = random_floats(parameter.elements(), seed++);
        parameter.assign(std::span<const float>(values));
      },
      "");
  return model;
}

/// A file with one tensor of `words` zeros under the name `w`, of which the metadata says `form`.
std::string one_tensor(const TemporaryFolder& folder, const std::string& form, std::int64_t words, DType dtype = DType::uint32,
                       std::map<std::string, std::string> metadata = {{"vpr_packed", "1"}}) {
  metadata["packed w"] = form;
  const std::string header = detail::safetensors_header({{"w", dtype, Shape{words}}}, metadata);
  return folder.write("bad.safetensors", header + std::string(static_cast<std::size_t>(words * 4), '\0')).string();
}

}  // namespace

TEST_CASE("A model is saved as it is held and taken over as it was, its metadata beside it") {
  const TemporaryFolder folder;
  Model model = filled();
  save_packed(folder.file("w.safetensors"), model, {{"licence", "MIT"}});
  const WeightFile file = read_safetensors(folder.file("w.safetensors"));
  CHECK(file.metadata() == std::map<std::string, std::string>{{"licence", "MIT"}, {"vpr_packed", "1"}});
  CHECK(file.packed_precision() == Precision::bf16);
  REQUIRE(file.tensors().size() == 4);
  CHECK(file.tensors()[2].shape == Shape{40, 3, 3});
  CHECK(file.tensors()[2].dtype == DType::bfloat16);
  CHECK(file.tensors()[3].dtype.name() == "scaled_int8");
  CHECK(file.tensors()[3].shape == Shape{33, 9});

  Model loaded;
  CHECK(load(loaded, file).loaded == 4);
  for (const auto part : {&Model::first, &Model::second, &Model::third, &Model::bias}) {
    CHECK(std::ranges::equal((loaded.*part).words(), (model.*part).words()));
    CHECK(std::ranges::equal((loaded.*part).input_factors(), (model.*part).input_factors()));
  }
}

TEST_CASE("A model in other precisions is given the values that the file holds") {
  const TemporaryFolder folder;
  Model model = filled();
  save_packed(folder.file("w.safetensors"), model);
  const WeightFile file = read_safetensors(folder.file("w.safetensors"));
  Model loaded({Precision::bf16, Precision::f32, Precision::f32});
  CHECK(load(loaded, file).loaded == 4);
  CHECK(loaded.second.values() == model.second.values());
  CHECK(loaded.third.values() == model.third.values());
  CHECK(read_tensor(file, "third.weight") == model.third.values());
  CHECK(read_tensor<double>(file, "second.weight").size() == 360);
  const std::vector<TensorSummary> summaries = inspect(file);
  CHECK(summaries[3].finite == 33 * 9);
  CHECK(summaries[3].problem.empty());
}

TEST_CASE("What no packed matrix is like is refused, and the tensor named") {
  const TemporaryFolder folder;
  const auto refused = [](const std::string& path) {
    try {
      const WeightFile file = read_safetensors(path);
      read_tensor(file, 0);
    } catch (const FormatError& error) {
      return std::string(error.what()).find("'w'") != std::string::npos;
    }
    return false;
  };
  const std::int64_t fits = 32 * 2 + 64;  // 5×7 in bytes
  for (const char* const form : {"",
                                 "int8",
                                 "int8 ",
                                 "int8 5",
                                 "int8 5x",
                                 "int8 x7",
                                 "int8 5x-7",
                                 "int8 5x7 ",
                                 "int8  5x7",
                                 "int8 0x7",
                                 "int8 5x7 rough",
                                 "f32 5x7",
                                 "fp4 5x7",
                                 "bf16 5x7 smoothed",
                                 "int8 5x99999999999999999999",
                                 "int8 1x4611686018427387904",
                                 "int8 4611686018427387904x1",
                                 "int8 4611686018427387904x4611686018427387904",
                                 "int8 5x7x1x1x1x1x1x1x1x1x1x1x1x1x1x1",
                                 "int8 1x70000",
                                 "int8 6x9",
                                 "int8 5x7 smoothed"}) {
    INFO(form);
    CHECK(refused(one_tensor(folder, form, fits)));
  }
  CHECK(refused(one_tensor(folder, "int8 5x7", fits)));  // its scales are zero
  CHECK(refused(one_tensor(folder, "int8 5x7", fits, DType::float32)));
  CHECK(refused(one_tensor(folder, "int8 5x7", 0)));
  CHECK_FALSE(refused(one_tensor(folder, "bf16 5x7", 32 * 4)));
  CHECK_FALSE(refused(one_tensor(folder, "int8 5x7", fits, DType::uint32, {})));  // without a version it is a tensor of whole numbers
  CHECK_THROWS_WITH(read_safetensors(one_tensor(folder, "int8 5x7", fits, DType::uint32, {{"vpr_packed", "2"}})),
                    Catch::Contains("packed in form '2', this version of vpr reads form '1'"));
  CHECK_THROWS_WITH(
      read_safetensors(one_tensor(folder, "bf16 5x7", 32 * 4, DType::uint32, {{"vpr_packed", "1"}, {"packed x", "bf16 5x7"}})),
      Catch::Contains("there is no tensor for the metadata 'packed x'"));
}

TEST_CASE("Cut or flipped, a file with packed matrices is read or refused, never more") {
  const TemporaryFolder folder;
  Model model = filled();
  save_packed(folder.file("w.safetensors"), model);
  const std::string whole = file_content(folder.file("w.safetensors"));
  std::mt19937_64 engine(1);
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    std::string bytes = whole;
    if (i % 3 == 0) bytes.resize(1 + engine() % bytes.size());
    for (int flips = 0; flips < i % 3 * 2; ++flips) bytes[engine() % bytes.size()] ^= static_cast<char>(1 << engine() % 8);
    try {
      const WeightFile file = read_safetensors(folder.write("broken.safetensors", bytes).string());
      Model loaded;
      load(loaded, file, {.strict = false});
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 200);
}
