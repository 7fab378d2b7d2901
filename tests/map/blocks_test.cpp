// SPDX-License-Identifier: MIT
#include <vpr/map/place_map.hpp>

#include "tests/map/map_test.hpp"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

/// A commit that is held, and what is known of it.
struct Held {
  explicit Held(const std::shared_ptr<detail::Database>& database, const detail::MapBlocks* before)
      : transaction(database), blocks(transaction, before) {}
  detail::ReadTransaction transaction;
  detail::MapBlocks blocks;
};

/// Whether both have the same blocks, sessions and places, in the same places of the file.
bool same(const detail::MapBlocks& a, const detail::MapBlocks& b) {
  if (a.size() != b.size() || a.sessions() != b.sessions() || a.state() != b.state()) return false;
  for (std::int64_t block = 0; block < a.size(); ++block) {
    if (a.first_id(block) != b.first_id(block) || a.rows(block) != b.rows(block)) return false;
    for (const detail::MapKind kind : detail::MapBlocks::kinds) {
      if (a.content(kind, block).data() != b.content(kind, block).data()) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("What is known of a commit's blocks does not depend on the commit that they were known of before") {
  constexpr std::int64_t dim = 600;  // blocks of 64 places
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("m"), {dim, MapPrecision::float32, {}});
  const auto database = detail::Database::open(map.path(), MapAccess::write);
  std::int64_t next = 58 * 64 + 5;
  add(map, 0, next);
  std::vector<std::unique_ptr<Held>> held;
  held.push_back(std::make_unique<Held>(database, nullptr));
  std::mt19937_64 random(5);
  const auto place = [&] {
    for (;;) {
      const auto id = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(next));
      if (map.snapshot().contains(id)) return id;
    }
  };
  for (int round = 0; round < 60; ++round) {
    INFO("round " << round);
    const auto count = static_cast<std::int64_t>(random() % 130);
    switch (random() % 6) {
      case 0: map.remove(std::vector{place()}); break;
      case 1: map.replace(Place{.id = place(), .name = "another", .session = "replaced"}, descriptor_of(9, dim)); break;
      case 2: map.replace(Place{.id = next - 1, .name = "the last"}, descriptor_of(10, dim)); break;
      case 3: map.attach("note", std::to_string(round)); break;
      default: add(map, next, count); next += count;
    }
    const Held fresh(database, nullptr);
    for (const auto& other : held) {
      CHECK(same(detail::MapBlocks(fresh.transaction, &other->blocks), fresh.blocks));
      CHECK(same(detail::MapBlocks(other->transaction, &fresh.blocks), other->blocks));
    }
    held.push_back(std::make_unique<Held>(database, &held.back()->blocks));
    if (held.size() > 8) held.erase(held.begin() + static_cast<std::ptrdiff_t>(random() % 8));
  }
  CHECK(held.back()->blocks.size() > 80);
  CHECK(map.verify().empty());
}

TEST_CASE("Where an earlier vpr wrote a map's header, any block may have been rewritten") {
  detail::MapHeader header{.dimensions = 4, .commit = 12, .record = {.model = "salad"}};
  header.rewritten = 3;
  CHECK(detail::MapHeader::parse(header.bytes(), "m").rewritten == 3);
  detail::ByteWriter last;
  last.text("rewritten");
  last.text("3");
  last.text("");
  std::vector<std::byte> bytes = header.bytes();
  bytes.resize(bytes.size() - last.bytes().size());
  detail::ByteWriter end;
  end.text("");
  bytes.insert(bytes.end(), end.bytes().begin(), end.bytes().end());
  const detail::MapHeader earlier = detail::MapHeader::parse(bytes, "m");
  CHECK(earlier.rewritten == 12);
  CHECK(earlier.record == header.record);
}
