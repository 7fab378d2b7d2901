// SPDX-License-Identifier: MIT
#include <vpr/train/early_stopping.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <vpr/io/load.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>

#include <cmath>

using namespace vpr;

TEST_CASE("A training stops after as many measures in a row as its patience, none of them a new best") {
  EarlyStopping stopping(2);
  CHECK_FALSE(stopping.is_at_best());  // nothing was measured
  CHECK(stopping.add(0.5));
  CHECK_FALSE(stopping.add(0.5));  // as good is no better
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.is_at_best());
  CHECK(stopping.add(0.6));
  CHECK(stopping.is_at_best());
  CHECK_FALSE(stopping.add(0.4));
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.add(std::nan("")));
  CHECK(stopping.should_stop());
  CHECK(stopping.best() == Approx(0.6));
}

TEST_CASE("Without patience a training never stops early") {
  EarlyStopping never(0);
  for (int i = 0; i < 100; ++i) never.add(-i);
  CHECK_FALSE(never.should_stop());
  CHECK(never.best() == 0);
  CHECK_THROWS_AS(EarlyStopping(-1), ConfigError);
}

TEST_CASE("Early stopping counts on from where it was saved") {
  const TemporaryFolder folder;
  const std::string path = folder.file("stopping.safetensors");
  EarlyStopping stopping(2);
  stopping.add(0.3);
  stopping.add(0.1);
  save_safetensors(path, stopping);
  EarlyStopping resumed(2);
  load(resumed, read_safetensors(path));
  CHECK(resumed.best() == stopping.best());
  CHECK_FALSE(resumed.add(0.3));  // the very value, after a trip through the file
  CHECK(resumed.should_stop());

  EarlyStopping fresh(2);
  save_safetensors(path, fresh);
  load(resumed, read_safetensors(path));
  CHECK(resumed.add(-5));  // none before it
}

TEST_CASE("What is no progress of early stopping is refused") {
  EarlyStopping stopping(2);
  const auto assign = [&](std::vector<float> values) {
    stopping.visit([&](const std::string&, auto& parameter) { parameter.assign(values); }, std::string());
  };
  CHECK_THROWS_AS(assign({0.5F}), FormatError);
  CHECK_THROWS_AS(assign({NAN, 1, 0}), FormatError);
  CHECK_THROWS_AS(assign({0.5F, -1, 0}), FormatError);
  CHECK_THROWS_AS(assign({0.5F, 1.5F, 0}), FormatError);
  CHECK_THROWS_AS(assign({0.5F, INFINITY, 0}), FormatError);
}
