// SPDX-License-Identifier: MIT
#include <vpr/aggregator/vocabulary_file.hpp>
#include <vpr/io/zip_writer.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using vpr::Shape;
using vpr::Vocabulary;
using namespace std::string_view_literals;

TEST_CASE("A vocabulary is read as it was saved, with its provenance") {
  const TemporaryFolder folder;
  const Vocabulary saved{Shape{2, 3}, {1, 2, 3, 4, 5, -6.5F}, {{"source", "\"quoted\", größer"}, {"seed", "7"}}};
  vpr::save_vocabulary(folder.file("words.safetensors"), saved);
  const Vocabulary read = vpr::load_vocabulary(folder.file("words.safetensors"));
  CHECK(read.shape == saved.shape);
  CHECK(read.centres == saved.centres);
  CHECK(read.provenance == saved.provenance);
}

TEST_CASE("A vocabulary of a newer version, and a file of another kind, are refused for what they are") {
  const TemporaryFolder folder;
  const std::string path = folder.file("words.safetensors");
  vpr::detail::VocabularyParameter words{{Shape{1, 2}, {1, 2}, {}}};
  vpr::save_safetensors(path, words, {{"format", "vpr vocabulary"}, {"format_version", "2"}});
  CHECK_THROWS_WITH(vpr::load_vocabulary(path), ContainsSubstring("is a vpr vocabulary of version 2, this vpr reads up to 1"));
  vpr::save_safetensors(path, words, {{"format", "vpr PCA"}, {"format_version", "1"}});
  CHECK_THROWS_WITH(vpr::load_vocabulary(path), ContainsSubstring("is a vpr PCA, expected a vpr vocabulary"));
  vpr::save_safetensors(path, words, {{"format", "np"}});
  CHECK(vpr::load_vocabulary(path).centres == std::vector<float>{1, 2});
}

TEST_CASE("A matrix that is saved alone is a vocabulary, as AnyLoc's c_centers.pt") {
  const TemporaryFolder folder;
  const std::string path = folder.file("c_centers.pt");
  // what torch.save makes of a float tensor [3, 2]
  const std::string pickle = std::string(
      "\x80\2ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"
      "0X\3\0\0\0cpuK\6tQK\0K\3K\2\x86K\2K\1\x86\x89}tR."sv);
  const std::vector<float> values{0, 1, 2, 3, 4, 5};
  vpr::AtomicFile file(path);
  vpr::ZipWriter writer(file);
  writer.add("c_centers/data.pkl", std::as_bytes(std::span(pickle)), {});
  writer.add("c_centers/data/0", std::as_bytes(std::span(values)), {});
  writer.finish();
  file.commit();
  const Vocabulary read = vpr::load_vocabulary(path);
  CHECK(read.shape == Shape{3, 2});
  CHECK(read.centres == values);
  CHECK(read.provenance.empty());
}

TEST_CASE("A file that is no vocabulary is refused, saying what is wrong") {
  const TemporaryFolder folder;
  const std::string path = folder.file("words.safetensors");
  vpr::save_vocabulary(path, {Shape{6}, std::vector<float>(6), {}});
  CHECK_THROWS_WITH(vpr::load_vocabulary(path), ContainsSubstring(path + ": is no vocabulary"));
  vpr::save_vocabulary(path, {Shape{0, 6}, {}, {}});
  CHECK_THROWS_AS(vpr::load_vocabulary(path), vpr::WeightError);
  vpr::save_vocabulary(path, {Shape{2, 1}, {1, std::numeric_limits<float>::quiet_NaN()}, {}});
  CHECK_THROWS_WITH(vpr::load_vocabulary(path), ContainsSubstring(path + ": word 1 holds nan at 0"));
  vpr::save_vocabulary(path, {Shape{2, 3}, std::vector<float>(6), {}});
  CHECK(vpr::load_vocabulary(path, 3).shape == Shape{2, 3});
  CHECK_THROWS_WITH(vpr::load_vocabulary(path, 4), path + ": its words have 3 channels, expected 4, as the tokens that they are for");
  CHECK_THROWS_AS(vpr::load_vocabulary(folder.file("missing")), vpr::IoError);
  folder.write("text", "words");
  CHECK_THROWS_AS(vpr::load_vocabulary(folder.file("text")), vpr::FormatError);
}
