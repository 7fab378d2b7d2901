// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/onnx.hpp>

#include "tests/io/listing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>
#include <vector>

using vpr::read_onnx;
using vpr::read_tensor;
using vpr::Shape;

namespace {

/// A field of a message: a number or bytes.
std::string number(int field, unsigned value) {
  std::string out(1, static_cast<char>(field << 3));
  for (; value > 127; value >>= 7) out += static_cast<char>(value | 128);
  return out + static_cast<char>(value);
}
std::string bytes(int field, const std::string& content) {
  std::string out(1, static_cast<char>(field << 3 | 2));
  return out + number(0, static_cast<unsigned>(content.size())).substr(1) + content;
}
std::string raw(const std::vector<float>& values) { return {reinterpret_cast<const char*>(values.data()), 4 * values.size()}; }
std::string tensor(const std::string& name, const std::vector<unsigned>& dims, const std::string& values) {
  std::string out;
  for (const unsigned dim : dims) out += number(1, dim);
  return bytes(5, out + number(2, 1) + bytes(8, name) + bytes(9, values));
}
std::string node(const std::string& op, const std::vector<std::string>& inputs, const std::string& output, const std::string& name = "",
                 const std::string& more = "") {
  std::string out;
  for (const std::string& input : inputs) out += bytes(1, input);
  return bytes(1, out + bytes(2, output) + bytes(3, name) + bytes(4, op) + more);
}

struct Model {
  TemporaryFolder folder;
  vpr::WeightFile open(const std::string& graph, unsigned opset = 17) const {
    const std::string content = number(1, 8) + bytes(7, graph + bytes(11, bytes(1, "x"))) + bytes(8, number(2, opset));
    return read_onnx(folder.write("m.onnx", content));
  }
};

const std::vector<float> two_by_three{1, 2, 3, 4, 5, 6};
const std::vector<float> turned{1, 4, 2, 5, 3, 6};

}  // namespace

TEST_CASE("ONNX: official and Hugging Face exports give the listed values under the official names") {
  for (const std::string name : {"dinov2.onnx", "dinov2_hf.onnx"}) {
    const std::string path = vpr::test::data("/checkpoints/") + name;
    vpr::test::require_listed(read_onnx(path), vpr::test::read_json(path + ".json"));
  }
}

TEST_CASE("ONNX: a nameless product is named by the bias that is added on either side, or by its path, and turned round") {
  const Model model;
  const std::string weights = tensor("onnx::MatMul_7", {2, 3}, raw(two_by_three)) + tensor("a.fc.bias", {3}, raw({0, 0, 0}));
  for (const auto& inputs : {std::vector<std::string>{"a.fc.bias", "y"}, std::vector<std::string>{"y", "a.fc.bias"}}) {
    const auto source = model.open(node("MatMul", {"x", "onnx::MatMul_7"}, "y") + node("Add", inputs, "z") + weights);
    CHECK(source.tensors()[0].name == "a.fc.weight");
    CHECK(source.tensors()[0].shape == Shape{3, 2});
    CHECK(read_tensor(source, "a.fc.weight") == turned);
  }
  const auto by_path = model.open(node("MatMul", {"x", "onnx::MatMul_7"}, "y", "/blocks.0/attn/qkv/MatMul") + weights);
  CHECK(read_tensor(by_path, "blocks.0.attn.qkv.weight") == turned);
  const auto gemm = model.open(node("Gemm", {"x", "onnx::MatMul_7", "a.fc.bias"}, "y") + weights);
  CHECK(read_tensor(gemm, "a.fc.weight") == turned);
  const auto nothing = model.open(node("MatMul", {"x", "onnx::MatMul_7"}, "y") + weights);
  CHECK(read_tensor(nothing, "onnx::MatMul_7") == two_by_three);
}

TEST_CASE("ONNX: what bears its name is turned round only where a layer's weight is multiplied as it lies") {
  const Model model;
  const std::string weight = tensor("fc.weight", {2, 3}, raw(two_by_three));
  CHECK(read_tensor(model.open(node("MatMul", {"x", "fc.weight"}, "y") + weight), "fc.weight") == turned);
  const std::string transposed = bytes(5, bytes(1, "transB") + number(3, 1));
  CHECK(read_tensor(model.open(node("Gemm", {"x", "fc.weight"}, "y", "", transposed) + weight), "fc.weight") == two_by_three);
  const std::string projection = tensor("proj", {2, 3}, raw(two_by_three));  // a parameter of its own, as CLIP has it
  CHECK(read_tensor(model.open(node("MatMul", {"x", "proj"}, "y", "/visual/MatMul") + projection), "proj") == two_by_three);
}

TEST_CASE("ONNX: typed data of floats, doubles, halves and whole numbers") {
  const Model model;
  const auto typed = [&](unsigned type, const std::string& values) {
    return read_tensor(model.open(bytes(5, number(1, 2) + number(2, type) + bytes(8, "w") + values)), "w");
  };
  const std::vector<double> doubles{0.5, -4};
  CHECK(typed(1, bytes(4, raw({1.5F, -2}))) == std::vector<float>{1.5F, -2});
  CHECK(typed(11, bytes(10, {reinterpret_cast<const char*>(doubles.data()), 16})) == std::vector<float>{0.5F, -4});
  CHECK(typed(10, bytes(5, std::string("\x80\x78\x80\x82\x03", 5))) == std::vector<float>{1, -2.5F});
  CHECK(typed(7, bytes(7, "\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")) == std::vector<float>{5, -1});
  CHECK(typed(3, bytes(5, "\x07\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")) == std::vector<float>{7, -1});
}

TEST_CASE("ONNX: tensors that do not fit are refused by name") {
  const Model model;
  const auto refused = [&model](const std::string& graph, const std::string& reason, unsigned opset = 17) {
    CHECK_THROWS_AS(model.open(graph, opset), vpr::FormatError);
    CHECK_THROWS_WITH(model.open(graph, opset), ContainsSubstring("m.onnx: ONNX: ") && ContainsSubstring(reason));
  };
  const std::string head = number(1, 2) + number(2, 1) + bytes(8, "w");
  refused(tensor("w", {2}, "1234"), "tensor 'w': has 4 bytes of values, float32 [2] needs 2 x 4");
  refused(bytes(5, head + bytes(4, raw({1})) + bytes(4, raw({1}))), "'w' has its values in several pieces");
  refused(bytes(5, head + bytes(10, raw({1, 2}))), "values of another type than float32");
  refused(bytes(5, head + bytes(5, "\1\1")), "whole numbers for values of float32");
  refused(bytes(5, number(1, 2) + number(2, 7) + bytes(8, "w") + bytes(7, "\1\1\1")), "more values than [2]");
  refused(tensor("w", {1}, "1234") + tensor("w", {1}, "1234"), "two tensors are named 'w'");
  refused(node("FlashAttention9", {"x"}, "y"), "operator 'FlashAttention9'");
  CHECK_NOTHROW(model.open(node("FlashAttention9", {"x"}, "y"), 99));
  refused(node("Relu", {"y"}, "z") + node("Relu", {"z"}, "y"), "needs 'y', which nothing before it gives");
}

TEST_CASE("ONNX: texts, float8 and sparse weights are listed, and refused only when asked for") {
  const Model model;
  const auto source = model.open(bytes(5, number(1, 2) + number(2, 8) + bytes(8, "names") + bytes(6, "a") + bytes(6, "b")) +
                                 bytes(5, number(1, 2) + number(2, 17) + bytes(8, "f8") + bytes(9, "12")) +
                                 bytes(15, bytes(1, number(1, 1) + number(2, 1) + bytes(8, "s") + bytes(9, "1234")) + number(3, 9)) +
                                 tensor("w", {1}, raw({3})));
  const auto type = [&](const std::string& name) { return source.tensors()[*vpr::find_tensor(source, name)].dtype.name(); };
  CHECK(type("names") == "string");
  CHECK(type("f8") == "float8_e4m3fn");
  CHECK(type("s") == "sparse float32");
  CHECK(source.tensors()[*vpr::find_tensor(source, "s")].shape == Shape{9});
  CHECK(read_tensor(source, "w") == std::vector<float>{3});
  CHECK_THROWS_WITH(read_tensor(source, "names"), ContainsSubstring("'names' is string, which is not read"));
}

TEST_CASE("ONNX: values in other files beside the model are read; none elsewhere, and no byte outside them") {
  const Model model;
  model.folder.write("m.data", raw({9, 1, 2, 3}));
  model.folder.write("deep/more.data", raw({5, 6}));
  const auto entry = [](const std::string& key, const std::string& value) { return bytes(13, bytes(1, key) + bytes(2, value)); };
  const auto external = [&](const std::string& name, const std::string& entries) {
    return bytes(5, number(1, 2) + number(2, 1) + bytes(8, name) + entries + number(14, 1));
  };
  const auto source = model.open(external("a", entry("location", "m.data") + entry("offset", "4") + entry("length", "8")) +
                                 external("b", entry("location", "m.data") + entry("offset", "8")) +
                                 external("c", entry("location", "deep/more.data") + entry("checksum", "x")));
  CHECK(read_tensor(source, "a") == std::vector<float>{1, 2});
  CHECK(read_tensor(source, "b") == std::vector<float>{2, 3});
  CHECK(read_tensor(source, "c") == std::vector<float>{5, 6});
  const auto refused = [&](const std::string& entries, const std::string& reason) {
    CHECK_THROWS_WITH(model.open(external("w", entries)), ContainsSubstring("tensor 'w'") && ContainsSubstring(reason));
  };
  for (const std::string path : {"/etc/hostname", "../m.data", "deep/../../m.data", "..", "", "c:m.data", "..\\m.data", "m.data/.."})
    refused(entry("location", path), "which is not opened");
  refused(entry("location", std::string("m.data\0x", 8)), "which is not opened");
  refused(entry("location", "none.data"), "none.data: cannot be opened");
  refused(entry("location", "deep"), "is a directory");
  CHECK_THROWS_AS(model.open(external("w", entry("location", "none.data"))), vpr::IoError);
  refused(entry("location", "m.data") + entry("offset", "12") + entry("length", "8"), "lies at bytes 12 + 8 of the 16 in 'm.data'");
  refused(entry("location", "m.data") + entry("offset", "18446744073709551615"), "lies at bytes 18446744073709551615");
  refused(entry("location", "m.data") + entry("offset", "-4"), "no whole number");
  refused(entry("location", "m.data") + entry("length", "12"), "has 12 bytes of values");
  refused(entry("location", "m.data") + bytes(9, "12345678"), "has values here and in another file");
}
