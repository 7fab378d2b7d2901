// SPDX-License-Identifier: MIT
#include <vpr/model/edtformer.hpp>

#include "tests/model/authors_file.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
using Names = std::vector<std::string>;
}

TEST_CASE("EDTformer's checkpoint is told by its side network and its decoder, and loads strictly") {
  const auto file = authors_file(make_edtformer<Shapes>());
  CHECK(file.infos.size() == 254);
  CHECK(values_in(file) == 96'956'736);
  CHECK(tensors_with(file, ".queries") == Names{"queries [1, 64, 768]"});
  CHECK(tensors_with(file, "adapters.11.D_fc1") ==
        Names{"backbone.adapters.11.D_fc1.weight [4, 768]", "backbone.adapters.11.D_fc1.bias [4]"});
  CHECK(tensors_with(file, "_proj.weight").back() == "row_proj.weight [16, 64]");
  CHECK(identified(file) == Names{"dinov2-vitb14 leniently", "edtformer"});
  CHECK(identified(authors_file(make_edtformer<Shapes>(ViTS14()))) == Names{"dinov2-vits14 leniently", "edtformer@dinov2-vits14"});
}
