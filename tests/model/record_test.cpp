// SPDX-License-Identifier: MIT
#include <vpr/model/record.hpp>

#include "tests/support/catch.hpp"

#include <set>

using namespace vpr;

TEST_CASE("The batch context is read under its earlier name, too") {
  CHECK(record_in({{"vpr_version", "0.1.0"}, {"company", "blocks(16)"}})->batch_context == "blocks(16)");
  CHECK(record_in({{"vpr_version", "0.1.0"}, {"batch_context", "alone"}})->batch_context == "alone");
}

TEST_CASE("A record written out holds every default, and is read back from metadata beside other entries") {
  const ModelRecord record = record_of("salad", {322, 322}, "resize-8-bit-then-normalise", ViTB14());
  auto metadata = metadata_of(record);
  CHECK(metadata.at("block") == "last");
  CHECK(metadata.at("facet") == "token");
  CHECK(metadata.at("size") == "322x322");
  CHECK(metadata.at("position_rule") == "offset0.1");
  CHECK(metadata.at("pca") == "none");
  CHECK(metadata.at("vpr_version") == VPR_VERSION);
  for (const auto& [name, value] : metadata) CHECK_FALSE(value.empty());
  metadata["licence"] = "MIT";
  CHECK(record_in(metadata) == record);
  CHECK(record_of("x", {14, 28}, "", WithRegisters<ViTS14>()).position_rule == "size");
}

TEST_CASE("Metadata of another program is no record, even where a key is the same") {
  CHECK_FALSE(record_in({}).has_value());
  CHECK_FALSE(record_in({{"format", "pt"}, {"model", "resnet"}, {"size", "large"}}).has_value());
}

TEST_CASE("A record's names may hold any bytes") {
  ModelRecord record{.weights = "m\xFCll\n\\.pth", .vpr_version = "0"};
  CHECK(metadata_of(record).at("weights") == "m\\xFCll\\x0A\\\\.pth");
  CHECK(record_in(metadata_of(record)) == record);
}

TEST_CASE("Every field has a name of its own, and each is compared but the library's version") {
  std::set<std::string_view> names;
  ModelRecord().visit([&](std::string_view name, const std::string&) { names.insert(name); });
  CHECK(names.size() == 18);
  for (const std::string_view name : names) {
    INFO(name);
    ModelRecord a, b;
    *a.find(name) = "one";
    *b.find(name) = "other";
    CHECK(differences(a, b).empty() == (name == "vpr_version" || name == "weights_hash"));
    CHECK(differences(a, a).empty());
    CHECK(differences(a, ModelRecord()).empty());
    CHECK(differences(a, b, {name}).empty());
  }
  ModelRecord empty;
  CHECK(empty.find("colour") == nullptr);
}

TEST_CASE("Weights are compared by their hash where both are hashed, else by their name") {
  const ModelRecord here{.weights = "a.pth", .weights_hash = "xxh3:1"}, moved{.weights = "b.pth", .weights_hash = "xxh3:1"};
  const ModelRecord other{.weights = "a.pth", .weights_hash = "xxh3:2"}, bare{.weights = "a.pth", .weights_hash = "not hashed"};
  CHECK(differences(here, moved).empty());
  CHECK(differences(here, other) == "weights_hash: 'xxh3:1' and 'xxh3:2'");
  CHECK(differences(here, bare).empty());
  CHECK(differences(moved, bare) == "weights: 'b.pth' and 'a.pth'");
  CHECK_THROWS_WITH(require_same(here, other, "queries and database"),
                    "queries and database were made differently and do not compare: weights_hash: 'xxh3:1' and 'xxh3:2'");
  CHECK_THROWS_AS(require_same(here, other, ""), ConfigError);
}

TEST_CASE("A size is one side or two, up to 16384 pixels") {
  CHECK(parse_image_size("224", "--size") == ImageSize{224, 224});
  CHECK(parse_image_size("154x210", "--size") == ImageSize{154, 210});
  CHECK(text_of(ImageSize{154, 210}) == "154x210");
  for (const char* wrong : {"", "x", "0", "-14", "14x", "x14", "14x14x14", "16385", "99999999999999999999", "14 x14", "14,14", "16384"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(parse_image_size(wrong, "--size"), ContainsSubstring("pixels up to 16384"));
  }
}

TEST_CASE("Blocks, facets and position rules are read as they are written") {
  for (const Facet facet : {Facet::token, Facet::query, Facet::key, Facet::value}) CHECK(find_facet(text_of(facet)) == facet);
  for (const PositionRule rule : {PositionRule::offset, PositionRule::size}) CHECK(find_position_rule(text_of(rule)) == rule);
  CHECK(parse_tap("", "").block == -1);
  CHECK(parse_tap("last", "token").block == -1);
  CHECK(parse_tap("7", "key").block == 7);
  CHECK(parse_tap("7", "key").facet == Facet::key);
  for (const char* wrong : {"-1", "7x", " 7", "99999999999999999999"}) CHECK_THROWS_AS(parse_tap(wrong, ""), ConfigError);
  CHECK_THROWS_WITH(find_facet("keys"), ContainsSubstring("there are token, query, key, value"));
  CHECK_THROWS_WITH(find_position_rule("none"), ContainsSubstring("there are offset0.1, size"));
}
