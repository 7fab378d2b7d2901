// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/inspect.hpp>
#include <vpr/io/npy.hpp>
#include <vpr/io/open.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cmath>
#include <string>
#include <vector>

TEST_CASE("inspect: range of the finite values, and how many are not") {
  const TemporaryFolder folder;
  const std::vector<float> values{3, NAN, -2, INFINITY, NAN, 1};
  vpr::write_npy(folder.file("a.npy"), vpr::Shape{6}, values);
  const auto found = vpr::inspect(vpr::open_weights(folder.file("a.npy"))).at(0);
  CHECK(found.least == -2);
  CHECK(found.most == 3);
  CHECK(found.nan == 2);
  CHECK(found.infinite == 1);

  vpr::write_npy(folder.file("b.npy"), vpr::Shape{0}, {});
  CHECK(std::isnan(vpr::inspect(vpr::open_weights(folder.file("b.npy"))).at(0).least));
}

TEST_CASE("inspect: every tensor of a checkpoint, whole numbers and views too, longer ones in pieces") {
  const auto summaries = vpr::inspect(vpr::open_weights(vpr::test::data("/checkpoints/views_zip.pth")));
  CHECK(summaries.size() == 23);
  CHECK(summaries[0].info.name == "contiguous");
  CHECK(summaries[0].least == -3);
  CHECK(summaries[0].most == 11.75F);
  const TemporaryFolder folder;
  std::vector<float> values(50'001, 0.5F);
  values.back() = 9;
  vpr::write_npy(folder.file("long.npy"), vpr::Shape{50'001}, values);
  CHECK(vpr::inspect(vpr::open_weights(folder.file("long.npy")))[0].most == 9);
}

TEST_CASE("inspect: a tensor whose values cannot be read is listed with the reason, and the others are read") {
  const TemporaryFolder folder;
  vpr::write_npy(folder.file("a.npy"), vpr::Shape{2}, std::vector<float>{1, 2});
  vpr::WeightFile file = vpr::open_weights(folder.file("a.npy"));
  vpr::StoredTensor damaged{file.file().bytes(), {}, vpr::StoredTensor::Deflated{8, 0}};
  file.add({"damaged", vpr::DType::float32, vpr::Shape{2}}, damaged);
  const auto found = vpr::inspect(file);
  CHECK(found.at(0).problem.empty());
  CHECK(found.at(0).most == 2);
  CHECK(found.at(1).info.name == "damaged");
  CHECK(!found.at(1).problem.empty());
  CHECK(std::isnan(found.at(1).least));
}
