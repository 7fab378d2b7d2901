// SPDX-License-Identifier: MIT
#include <vpr/model/identify.hpp>
#include <vpr/model/mobile_net.hpp>

#include "tests/model/made_files.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

/// torchvision's file of the whole network.
InMemory torchvision_file() {
  return file_of(make_backbone<Shapes>("mobilenet-v2"))
      .with("classifier.1.weight", Shape{1000, 1280}, 0)
      .with("classifier.1.bias", Shape{1000}, 0);
}

}  // namespace

TEST_CASE("MobileNetV2 by name has torchvision's parameters, and its file loads strictly, whole or cut") {
  CHECK(trained_parameters(make_backbone<Shapes>("mobilenet-v2")) == 2'223'872);
  CHECK(trained_parameters(make_backbone<Shapes>("mobilenet-v2:7")) == 1'811'712);
  CHECK(identified(torchvision_file()) == std::vector<std::string>{"mobilenet-v2"});
  for (const std::string_view name : {"mobilenet-v2", "mobilenet-v2:7", "mobilenet-v2:1"})
    CHECK(compare(make_backbone<Shapes>(name), torchvision_file()).fits());
  CHECK(make_system<Shapes>("mobilenet-v2+gem").dimensions() == 1280);
  CHECK(make_system<Shapes>("mobilenet-v2:5+gem").dimensions() == 96);
  CHECK_THROWS_WITH(make_backbone<Shapes>("mobilenet-v2:9"), ContainsSubstring("got the first 9 stages, it has 8"));
}
