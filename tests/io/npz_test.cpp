// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/io/npz.hpp>

#include "tests/io/listing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>

using vpr::read_npz;

TEST_CASE("npz: stored and deflated archives, a column-major array among them, give the listed values") {
  for (const std::string name : {"dinov2_stored.npz", "dinov2_deflate.npz"}) {
    const std::string path = vpr::test::data("/checkpoints/") + name;
    vpr::test::require_listed(read_npz(path), vpr::test::read_json(path + ".json"));
  }
}

TEST_CASE("npz: deflated values as another type, and piece after piece") {
  const auto stored = read_npz(vpr::test::data("/checkpoints/dinov2_stored.npz"));
  const auto deflated = read_npz(vpr::test::data("/checkpoints/dinov2_deflate.npz"));
  const auto index = vpr::find_tensor(deflated, "patch_embed.proj.weight");
  REQUIRE(index);
  const std::vector<double> whole = vpr::read_tensor<double>(stored, "patch_embed.proj.weight");
  CHECK(vpr::read_tensor<double>(deflated, *index) == whole);
  for (const std::string name : {"patch_embed.proj.weight", "blocks.0.mlp.fc1.weight"}) {  // 14112 values; a column-major array
    std::vector<float> pieces;
    deflated.stream<float>(*vpr::find_tensor(deflated, name),
                           [&](std::span<const float> part) { pieces.insert(pieces.end(), part.begin(), part.end()); });
    CHECK(pieces == vpr::read_tensor(stored, name));
  }
}

TEST_CASE("npz: an archive without arrays, or with a damaged one, is refused") {
  const TemporaryFolder folder;
  const std::string pth = file_content(vpr::test::data("/checkpoints_bad/ckpt_good.pth"));
  CHECK_THROWS_WITH(read_npz(folder.write("a.npz", pth)), ContainsSubstring("holds no array (NAME.npy)"));
  std::string deflated = file_content(vpr::test::data("/checkpoints/dinov2_deflate.npz"));
  deflated[deflated.size() / 2] = static_cast<char>(deflated[deflated.size() / 2] ^ 1);
  CHECK_THROWS_WITH(read_npz(folder.write("b.npz", deflated)), ContainsSubstring("entry '") && ContainsSubstring("damaged"));
}
