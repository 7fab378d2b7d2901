// SPDX-License-Identifier: MIT
#include <vpr/model/image4vpr.hpp>

#include "tests/model/authors_file.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
using Names = std::vector<std::string>;
}

TEST_CASE("ImAge's checkpoint is told by its tokens, and loads strictly") {
  const auto file = authors_file(make_image4vpr<Shapes>());
  CHECK(file.infos.size() == 177);
  CHECK(values_in(file) == 86'589'696);
  CHECK(tensors_with(file, "tokens") == Names{"learnable_aggregation_tokens [1, 8, 768]", "backbone.register_tokens [1, 4, 768]"});
  CHECK(tensors_with(file, "pos_embed") == Names{"backbone.pos_embed [1, 1370, 768]"});
  CHECK(identified(file) == Names{"dinov2-vitb14-reg", "image4vpr"});
  CHECK(identified(authors_file(make_image4vpr<Shapes>(image4vpr_network(ViTS14())))) == Names{"dinov2-vits14", "image4vpr@dinov2-vits14"});
}

TEST_CASE("ImAge resizes positions as DINOv2 does without registers, and so says its row") {
  CHECK(make_image4vpr<Shapes>().backbone.network.config().position_rule() == PositionRule::offset);
  CHECK(published_position_rule("image4vpr") == "offset0.1");
  CHECK(published_position_rule("dinov2-vitb14-reg+gem") == "size");
  CHECK(published_position_rule("gcl") == "none");
}
