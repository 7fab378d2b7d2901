// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/safetensors.hpp>

#include "tests/io/listing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cstdint>
#include <string>
#include <vector>

using vpr::FormatError;
using vpr::read_safetensors;
using vpr::Shape;

static std::string with_header(const std::string& header, const std::string& data = "") {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return bytes + header + data;
}

static void refused(const std::string& content, const std::string& reason) {
  const TemporaryFolder folder;
  const std::string path = folder.write("weights.safetensors", content);
  CHECK_THROWS_AS(read_safetensors(path), FormatError);
  CHECK_THROWS_WITH(read_safetensors(path), ContainsSubstring(path) && ContainsSubstring(reason));
}

TEST_CASE("safetensors: every floating type gives the listed values") {
  const std::string folder = vpr::test::data("/checkpoints/");
  for (const std::string name : {"dinov2_f32", "dinov2_f16", "dinov2_bf16", "dinov2_hf"}) {
    const std::string path = folder + name + ".safetensors";
    vpr::test::require_listed(read_safetensors(path), vpr::test::read_json(path + ".json"));
  }
}

TEST_CASE("safetensors: tensors in the order of the file, metadata, whole numbers and an empty tensor") {
  const std::string header =
      R"({"__metadata__":{"licence":"MIT"},"b":{"dtype":"I64","shape":[2],"data_offsets":[8,24]},)"
      R"("a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[24,24]},)"
      R"("yes":{"dtype":"BOOL","shape":[],"data_offsets":[24,25]}})";
  const std::vector<float> a{1.5F, -2.0F};
  const std::vector<std::int64_t> b{INT64_MIN, (std::int64_t{1} << 53) + 1};
  std::string data(reinterpret_cast<const char*>(a.data()), 8);
  data.append(reinterpret_cast<const char*>(b.data()), 16).append(1, '\2');
  const TemporaryFolder folder;
  const auto source = read_safetensors(folder.write("w.safetensors", with_header(header, data)));

  REQUIRE(source.tensors().size() == 4);
  CHECK(source.tensors()[0].name == "a");
  CHECK(source.tensors()[0].shape == Shape{1, 2});
  CHECK(source.metadata().at("licence") == "MIT");
  CHECK(vpr::read_tensor(source, "a") == a);
  CHECK(vpr::read_tensor<std::int64_t>(source, "b") == b);
  CHECK(vpr::read_tensor(source, "none").empty());
  CHECK(vpr::read_tensor(source, "yes") == std::vector<float>{1});
  CHECK_THROWS_WITH(vpr::read_tensor<std::int64_t>(source, "a"), ContainsSubstring("'a' is float32, expected integers"));
  CHECK_THROWS_WITH(vpr::read_tensor(source, "c"), ContainsSubstring("has no tensor 'c'"));
  std::vector<float> small(1);
  CHECK_THROWS_WITH(source.read(0, std::span<float>(small)), ContainsSubstring("[1, 2] has 2 values, the buffer given has 1"));
}

TEST_CASE("safetensors: a broken header is refused with its reason") {
  refused("1234567", "has 7 bytes");
  refused(std::string(16, '\xff'), "claims a header of 18446744073709551615 bytes");
  refused(with_header("{}").substr(0, 9), "claims a header of 2 bytes");
  refused(with_header("[]"), "not a JSON object");
  refused(with_header("{\"a\":"), "not valid JSON");
  refused(with_header("{\"\xff\":1}"), "not valid JSON");
  refused(with_header(R"({"a":)" + std::string(100000, '[')), "nested too deeply");
  refused(with_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}})", "1234"), "the key 'a' occurs twice");
  refused(with_header(R"({"__metadata__":{"a":3}})"), "__metadata__ 'a' is not a string");
  refused(with_header(R"({"__metadata__":"a"})"), "__metadata__ is not an object");
}

TEST_CASE("safetensors: a tensor that does not fit its bytes is refused by name") {
  const auto tensor = [](const std::string& fields, const std::string& data) { return with_header("{\"w\":{" + fields + "}}", data); };
  refused(tensor(R"("shape":[1],"data_offsets":[0,4])", "1234"), "'w': has no dtype");
  refused(tensor(R"("dtype":"F32","data_offsets":[0,4])", "1234"), "'w': has no list 'shape'");
  refused(tensor(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])", "1234"), "'shape' holds -1");
  refused(tensor(R"("dtype":"F32","shape":[1e30],"data_offsets":[0,4])", "1234"), "'shape' holds 1e+30");
  refused(tensor(R"("dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0])", ""), "has 0 bytes");
  refused(tensor(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])", ""), "overflows");
  refused(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0])", "1234"), "holds 1 numbers, expected 2");
  refused(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0.0,4])", "1234"), "'data_offsets' holds 0.0");
  refused(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[4,0])", "1234"), "lies at bytes 4 to 0 of 4");
  refused(tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])", "1234"), "lies at bytes 0 to 8 of 4");
  refused(tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])", "1234"), "has 4 bytes, float32 [2] needs 2 x 32 bits");
  refused(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[1,5])", "12345"), "begins at byte 1 of the data, expected 0");
  refused(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])", "12345"), "1 bytes at the end belong to no tensor");
}

TEST_CASE("safetensors: types that no model needs are listed, and refused only when asked for") {
  const TemporaryFolder folder;
  const std::string header =
      R"({"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"F4","shape":[3,2],"data_offsets":[4,7]},)"
      R"("c":{"dtype":"C64","shape":[1],"data_offsets":[7,15]},"d":{"dtype":"F7","shape":[9],"data_offsets":[15,16]},)"
      R"("w":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}})";
  const auto source = read_safetensors(folder.write("w.safetensors", with_header(header, std::string(20, '\0'))));
  REQUIRE(source.tensors().size() == 5);
  CHECK(source.tensors()[0].dtype.name() == "float8_e4m3fn");
  CHECK(source.tensors()[1].dtype.name() == "float4_e2m1fn");
  CHECK(source.tensors()[2].dtype.name() == "complex64");
  CHECK(source.tensors()[3].dtype.name() == "safetensors type F7");
  CHECK_THROWS_WITH(vpr::read_tensor(source, "b"), ContainsSubstring("'b' is float4_e2m1fn, which is not read"));
  CHECK(vpr::read_tensor(source, "w") == std::vector<float>{0});
  refused(with_header(R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}})", "1"), "needs 3 x 4 bits");
}

TEST_CASE("safetensors: a header of very many values is refused before it takes memory") {
  std::string header = R"({"a":[)";
  for (int i = 0; i < 1'000'000; ++i) header += "{},";
  refused(with_header(header + "{}]}"), "the header has more than 500000 values");
}
