// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_HASH
#include <vpr/io/digest.hpp>

#include "tests/support/catch.hpp"

namespace {

/// A parameter and a model of two of them.
struct Numbers {
  vpr::Shape extents;
  std::vector<float> values;

  vpr::Shape shape() const { return extents; }
  void assign(std::span<const float> given) { values.assign(given.begin(), given.end()); }
  std::vector<float> to_vector() const { return values; }
};

struct Model {
  std::string first = "w";
  Numbers weight{{2, 3}, {1, 2, 3, 4, 5, 6}};
  Numbers bias{{2}, {7, 8}};

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + first, weight);
    visitor(prefix + "b", bias);
  }
};

}  // namespace

TEST_CASE("A digest is XXH3's, 128 bits") {
  CHECK(vpr::digest_of("").hex() == "99aa06d3014798d86001c324468d497f");     // the specification's
  CHECK(vpr::digest_of("abc").hex() == "06b05ab6733a618578af5f94892f3950");  // `printf abc | xxh128sum`
}

TEST_CASE("A digest does not depend on how the bytes are cut") {
  const std::string text(1000, 'x');
  for (const std::size_t cut : {0u, 1u, 500u, 1000u}) {
    vpr::Digester digester;
    digester.add(text.substr(0, cut));
    digester.add(text.substr(cut));
    CHECK(digester.digest() == vpr::digest_of(text));
  }
  CHECK(vpr::digest_of(text) != vpr::digest_of(text + "x"));
}

TEST_CASE("The digest of a model tells names, shapes and values apart") {
  Model model;
  const vpr::Digest digest = vpr::digest_of_parameters(model);
  Model same;
  CHECK(vpr::digest_of_parameters(same) == digest);
  Model renamed{.first = "v"};
  CHECK(vpr::digest_of_parameters(renamed) != digest);
  Model reshaped{.weight = {{3, 2}, {1, 2, 3, 4, 5, 6}}};
  CHECK(vpr::digest_of_parameters(reshaped) != digest);
  Model trained{.bias = {{2}, {7, 8.000001F}}};
  CHECK(vpr::digest_of_parameters(trained) != digest);
}
#endif
