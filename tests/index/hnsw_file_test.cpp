// SPDX-License-Identifier: MIT
#if defined(VPR_WITH_HNSW) && defined(VPR_WITH_HASH)
#include <vpr/index/hnsw_file.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <cstring>
#include <fstream>
#include <random>
#include <string>

using namespace vpr;

namespace {

constexpr std::int64_t dim = 8;

/// A graph of 300 descriptors, with several levels and of which one was replaced and one removed.
HnswIndex<> some_graph() {
  const std::vector<float> rows = random_floats(300 * dim, 1);
  HnswIndex<> index(dim, {.links = 3, .build = 20, .search = 30});
  index.add(Rows(rows.data(), 300, dim));
  index.replace(5, Rows(rows.data() + 7 * dim, 1, dim));
  index.remove(6);
  return index;
}

void put(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string with_checksum(std::string bytes) {
  const Digest digest = digest_of(std::string_view(bytes).substr(0, bytes.size() - sizeof(Digest)));
  std::memcpy(bytes.data() + bytes.size() - sizeof digest, &digest, sizeof digest);
  return bytes;
}

}  // namespace

TEST_CASE("A graph comes back from its file, answers alike, and goes on alike") {
  const TemporaryFolder folder;
  const std::string path = folder.file("graph");
  HnswIndex<> index = some_graph();
  save_hnsw(path, index, "my note");
  HnswFile<> file = load_hnsw(path);
  CHECK(file.note == "my note");
  CHECK(file.index.settings().search == 30);
  CHECK_FALSE(file.index.contains(6));
  CHECK(file.index.descriptor(5) == index.descriptor(5));
  const std::vector<float> questions = random_floats(20 * dim, 2), more = random_floats(200 * dim, 3);
  const Rows queries(questions.data(), 20, dim);
  CHECK(file.index.search(queries, 10) == index.search(queries, 10));
  for (HnswIndex<>* const one : {&index, &file.index}) {
    one->add(Rows(more.data(), 200, dim));
    one->replace(6, Rows(more.data(), 1, dim));
    one->remove(17);
  }
  CHECK(file.index.size() == 500);
  CHECK(file.index.search(queries, 10) == index.search(queries, 10));

  save_hnsw(path, HnswIndex<L2>(3));
  HnswFile<L2> none = load_hnsw<L2>(path);
  CHECK(none.index.size() == 0);
  none.index.add(Rows(more.data(), 5, 3));
  CHECK(none.index.search(Rows(more.data(), 1, 3), 1)[0] == Matches{{0, 0}});
  CHECK_THROWS_WITH(load_hnsw(path), path + ": is a graph by L2");
}

TEST_CASE("A graph that was damaged is found and named") {
  const TemporaryFolder folder;
  const std::string path = folder.file("graph"), other = folder.file("other");
  save_hnsw(path, some_graph(), "note");
  const std::string bytes = file_content(path);
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; ++i) {
    std::string flipped = bytes;
    flipped[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
    put(other, flipped);
    CHECK_THROWS_AS(load_hnsw(other), FormatError);
    put(other, bytes.substr(0, random() % bytes.size()));
    CHECK_THROWS_AS(load_hnsw(other), Error);
  }
  put(other, bytes + "x");
  CHECK_THROWS_WITH(load_hnsw(other), other + ": was damaged: its checksum does not fit; delete it, and make the graph again");
  put(other, std::string(1000, 'x'));
  CHECK_THROWS_WITH(load_hnsw(other), other + ": is no graph that this library saved");
  std::string newer = bytes;
  newer[8] = 2;
  put(other, newer);
  CHECK_THROWS_WITH(load_hnsw(other), other + ": is a graph of version 2, this vpr reads up to 1: update it");
  CHECK_THROWS_AS(load_hnsw(folder.file("none")), IoError);
}

TEST_CASE("A file of lies with a checksum that fits is refused, or does no harm") {
  const TemporaryFolder folder;
  const std::string path = folder.file("graph"), other = folder.file("other");
  save_hnsw(path, some_graph(), "note");
  const std::string bytes = file_content(path);
  const std::vector<float> rows = random_floats(20 * dim, 2);
  std::mt19937_64 random(2);
  int refused = 0, taken = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string lies = bytes;
    // Every other time within the header, levels and links.
    const std::size_t behind = i % 2 == 0 ? 2000 : bytes.size();
    for (int k = 0; k < 1 + i % 3; ++k) {
      const std::uint32_t lie = random() % 2 == 0 ? static_cast<std::uint32_t>(random()) : static_cast<std::uint32_t>(random() % 310);
      std::memcpy(lies.data() + random() % (behind - sizeof lie), &lie, random() % 2 == 0 ? 1 : sizeof lie);
    }
    put(other, with_checksum(lies));
    try {
      HnswIndex<> index = load_hnsw(other).index;
      ++taken;
      if (index.dim() != dim) continue;
      static_cast<void>(index.search(Rows(rows.data(), 20, dim), 10));
      index.add(Rows(rows.data(), 20, dim));
      index.replace(0, Rows(rows.data(), 1, dim));
      static_cast<void>(index.search(Rows(rows.data(), 20, dim), 10));
    } catch (const Error& error) {
      ++refused;
    }
  }
  CHECK(refused > 100);
  CHECK(taken > 100);
}
#endif
