// SPDX-License-Identifier: MIT
// Weight files that once went wrong in a reader: each of shared/cases/weights, and the copies in tests/data.
#include <tests/support/paths.hpp>
#include <vpr/io/inspect.hpp>
#include <vpr/io/open.hpp>

#include "tests/support/catch.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using vpr::open_weights;
using vpr::read_tensor;

/// Calls `body` with the path of each copy of that file; says so where there is none.
void for_each_copy(const std::string& name, const std::function<void(const std::string&)>& body) {
  bool found = false;
  for (const std::string& folder : {vpr::test::shared("/cases/weights/"), vpr::test::data("/cases/weights/")}) {
    if (!std::filesystem::exists(folder + name)) continue;
    found = true;
    CAPTURE(folder + name);
    body(folder + name);
  }
  if (!found) WARN("not there, not tested: " << name);
}

/// The tensors by name, of which each has one value throughout.
std::map<std::string, std::pair<vpr::Shape, float>> constants(const vpr::WeightFile& file) {
  std::map<std::string, std::pair<vpr::Shape, float>> found;
  for (const vpr::TensorSummary& summary : vpr::inspect(file)) {
    if (!summary.info.dtype.readable()) continue;
    CHECK(summary.least == summary.most);
    found[summary.info.name] = {summary.info.shape, summary.least};
  }
  return found;
}

/// Seconds and KiB that listing and reading the file takes in a process of its own.
std::pair<double, long> cost_of(const std::string& path) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(60);
    rusage before{};
    ::getrusage(RUSAGE_SELF, &before);
    try {
      vpr::inspect(open_weights(path));
    } catch (const vpr::Error&) {
    }
    rusage after{};
    ::getrusage(RUSAGE_SELF, &after);
    ::_exit(after.ru_maxrss - before.ru_maxrss < 200 * 1024 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), status};
}

}  // namespace

TEST_CASE("field cases: negated and conjugated views have the values that PyTorch reads") {
  for_each_copy("neg_views.pth", [](const std::string& path) {
    const vpr::WeightFile file = open_weights(path);
    CHECK(read_tensor(file, "neg") == std::vector<float>{-1, -3});
    CHECK(read_tensor(file, "imag_of_conj") == std::vector<float>{-1, -2, -3});
    CHECK(read_tensor(file, "neg_half") == std::vector<float>{-1, -3});
    CHECK(read_tensor(file, "neg_T") == std::vector<float>{-0.0F, -3, -1, -4, -2, -5});
    CHECK(read_tensor(file, "neg_param") == std::vector<float>{-2, -4});
    CHECK(read_tensor<std::int64_t>(file, "neg_int") == std::vector<std::int64_t>{-5, -6});
  });
  for_each_copy("neg_small.pth", [](const std::string& path) {
    CHECK(read_tensor(open_weights(path), "norm.weight") == std::vector<float>(4, -1));
    CHECK(read_tensor(open_weights(path), "imag") == std::vector<float>{-0.0F, -1, -2});
  });
}

TEST_CASE("field cases: configurations, classes, functions and attributes beside the weights stop no file") {
  const std::string plain = vpr::test::shared("/cases/weights/plain.pth");
  if (!std::filesystem::exists(plain)) {
    WARN("not there, not tested: " << plain);
  } else {
    const auto right = constants(open_weights(plain));
    for (const std::string name : {"omegaconf.ckpt", "classref.ckpt", "partial.ckpt", "tensor_with_attr.pth"}) {
      for_each_copy(name, [&](const std::string& path) {
        auto expected = right;
        if (name == "tensor_with_attr.pth") expected.at("norm.weight").second = 0;  // the tensor with the attribute
        CHECK((constants(open_weights(path)) == expected));
      });
    }
  }
  for_each_copy("h1.ckpt", [](const std::string& path) {
    const vpr::WeightFile file = open_weights(path);
    REQUIRE(file.tensors().size() == 2);
    CHECK(read_tensor(file, "backbone.weight").size() == 16);
    CHECK(read_tensor(file, "backbone.bias").size() == 4);
  });
}

TEST_CASE("field cases: a tensor of a type that no model needs is listed with its type") {
  const std::map<std::string, std::pair<std::string, std::string>> files{
      {"uint16.pth", {"extra.u16", "uint16"}}, {"fp8.pth", {"extra.f8", "float8_e4m3fn"}}, {"quant.pth", {"extra.q", "qint8"}}};
  for (const auto& [name, extra] : files) {
    for_each_copy(name, [&extra = extra](const std::string& path) {
      const vpr::WeightFile file = open_weights(path);
      const auto index = vpr::find_tensor(file, extra.first);
      REQUIRE(index);
      CHECK(vpr::to_string(file.tensors()[*index].dtype) == extra.second);
      CHECK(file.tensors()[*index].shape == vpr::Shape{3});
      CHECK(file.tensors().size() == 176);
      CHECK(read_tensor(file, "norm.weight").size() == 384);
      if (extra.second != "uint16") CHECK_THROWS_AS(read_tensor(file, *index), vpr::WeightError);
    });
  }
}

TEST_CASE("field cases: a small file takes little memory and time, whatever it claims") {
  for (const std::string name : {"bomb_ordereddict.pth", "bomb_repeats.pth"}) {
    for_each_copy(name, [](const std::string& path) {
      const auto [seconds, status] = cost_of(path);
      CHECK(status == 0);
      CHECK(seconds < 2);
    });
  }
}

TEST_CASE("field cases: a damaged array header is an error of ours, and a name never reaches the terminal as it is") {
  for_each_copy("empty_descr.npy", [](const std::string& path) { CHECK_THROWS_AS(open_weights(path), vpr::FormatError); });
  for_each_copy("escape_names.npz", [](const std::string& path) {
    const vpr::WeightFile file = open_weights(path);
    REQUIRE(file.tensors().size() == 1);
    std::vector<std::int64_t> values(1);
    try {
      file.read(0, std::span(values));
      FAIL("floating-point values are read as integers");
    } catch (const vpr::WeightError& error) {
      CHECK_THAT(error.what(), ContainsSubstring("\\x1B") && !ContainsSubstring("\x1b"));
    }
  });
}
