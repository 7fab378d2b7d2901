// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_FAISS
#include <vpr/index/faiss_file.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace vpr;

TEST_CASE("An index of FAISS comes back from its file, answers alike and goes on alike; FAISS reads it, too") {
  constexpr std::int64_t dim = 16;
  const TemporaryFolder folder;
  const std::string path = folder.file("index.faiss");
  const std::vector<float> values = random_floats(700 * dim, 1);
  const Rows rows(values.data(), 700, dim), queries = rows.slice(100, 20);
  for (const char* const description : {"Flat", "HNSW8", "IVF4,SQ8", "PQ4x4np"}) {
    INFO(description);
    FaissIndex<> index(dim, description);
    index.train(rows);
    index.add(rows.slice(0, 500));
    save_faiss(path, index);
    FaissIndex<> loaded = load_faiss(path);
    CHECK(loaded.size() == 500);
    CHECK(loaded.search(queries, 7) == index.search(queries, 7));
    CHECK(FaissIndex<>(std::unique_ptr<faiss::Index>(faiss::read_index(path.c_str()))).search(queries, 7) == index.search(queries, 7));
    loaded.add(rows.slice(500, 200));
    CHECK(loaded.size() == 700);
    CHECK_THROWS_WITH(load_faiss<L2>(path), path + ": FaissIndex: got an index of FAISS's metric 0, expected 1 (L2)");
  }
}

TEST_CASE("A file that is no index of FAISS, or ends early, is refused with its path; one that cannot be written leaves what was there") {
  const TemporaryFolder folder;
  const std::string path = folder.file("index.faiss"), other = folder.file("other");
  FaissIndex<L2> index(4, "Flat");
  const std::vector<float> values = random_floats(40, 2);
  index.add(Rows(values.data(), 10, 4));
  save_faiss(path, index);
  const std::string bytes = file_content(path);
  for (std::size_t length = 1; length < bytes.size(); length += 7) {
    folder.write("other", bytes.substr(0, length));
    CHECK_THROWS_AS(load_faiss<L2>(other), FormatError);
  }
  folder.write("other", "no index at all");
  CHECK_THROWS_WITH(load_faiss<L2>(other), ContainsSubstring(other));
  CHECK_THROWS_AS(load_faiss<L2>(folder.file("none")), IoError);
  CHECK_THROWS_AS(save_faiss(folder.file("no folder/index"), index), IoError);
  CHECK(file_content(path) == bytes);
}
#endif
