// SPDX-License-Identifier: MIT
#include <vpr/model/supervlad.hpp>

#include "tests/model/authors_file.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
using Names = std::vector<std::string>;
}

TEST_CASE("SuperVLAD's checkpoints are told by their clusters and their encoder, and load strictly") {
  const auto plain = authors_file(make_supervlad<Shapes>());
  CHECK(plain.infos.size() == 176);
  CHECK(tensors_with(plain, "aggregation") == Names{"aggregation.conv.weight [5, 768, 1, 1]"});
  CHECK(identified(plain) == Names{"dinov2-vitb14", "supervlad"});

  const auto across = authors_file(make_supervlad_across_photos<Shapes>());
  CHECK(across.infos.size() == 200);
  CHECK(values_in(across) == 97'612'288);
  CHECK(tensors_with(across, "encoder.layers.1.linear1") ==
        Names{"encoder.layers.1.linear1.weight [2048, 768]", "encoder.layers.1.linear1.bias [2048]"});
  CHECK(identified(across) == Names{"dinov2-vitb14", "supervlad-across-photos"});

  const auto one = authors_file(make_supervlad<Shapes>(SuperVladSettings().of_one_cluster()));
  CHECK(tensors_with(one, "aggregation") == Names{"aggregation.conv.weight [3, 768, 1, 1]"});
  CHECK(identified(one) == Names{"dinov2-vitb14", "supervlad-1-cluster"});
  CHECK(identified(authors_file(make_supervlad<Shapes>({}, ViTS14()))) == Names{"dinov2-vits14", "supervlad@dinov2-vits14"});
}
