// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_HASH
#include <vpr/dataset/feature_cache.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <vpr/backend/host.hpp>

#include <limits>
#include <thread>

namespace fs = std::filesystem;

namespace {

using Backend = vpr::Reference<float>;

const vpr::CachedTensors outputs{
    {{3}, {1, -0.0F, std::numeric_limits<float>::infinity()}}, {{2, 1, 2}, {4, 5, 6, 1e-42F}}, {{0}, {}}, {{}, {7}}};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

fs::path only_entry(const vpr::FeatureCache& cache) {
  fs::path found;
  for (const auto& entry : fs::recursive_directory_iterator(cache.folder())) {
    if (entry.path().extension() == ".features") found = entry.path();
  }
  return found;
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("Outputs are computed once and come back bit for bit") {
  const TemporaryFolder folder;
  int computed = 0;
  const auto compute = [&] {
    ++computed;
    return outputs;
  };
  for (int run = 0; run < 2; ++run) {
    const vpr::FeatureCache cache(folder.path() / "a/b", "network 1, 224x224");
    CHECK(cache.get(bytes_of("photo"), compute) == outputs);
    CHECK(cache.get(bytes_of("photo"), compute) == outputs);
    CHECK(cache.hits() == (run == 0 ? 1 : 2));
    CHECK(cache.misses() == (run == 0 ? 1 : 0));
    CHECK(content(cache.folder() / "identity.txt") == "network 1, 224x224");
  }
  CHECK(computed == 1);
}

TEST_CASE("Another photo, network or preprocessing has outputs of its own") {
  const TemporaryFolder folder;
  const vpr::FeatureCache cache(folder.path(), "network 1"), other(folder.path(), "network 2");
  cache.keep(vpr::digest_of("photo"), outputs);
  CHECK(cache.find(vpr::digest_of("photo")));
  CHECK_FALSE(cache.find(vpr::digest_of("photo2")));
  CHECK_FALSE(other.find(vpr::digest_of("photo")));
  CHECK(cache.damaged() == 0);
}

TEST_CASE("A damaged entry counts as missing and is replaced") {
  const TemporaryFolder folder;
  const vpr::FeatureCache cache(folder.path(), "network");
  const vpr::Digest photo = vpr::digest_of("photo");
  cache.keep(photo, outputs);
  const fs::path entry = only_entry(cache);
  const std::string good = content(entry);
  std::int64_t damaged = 0;
  const auto refused = [&](const std::string& bytes) {
    std::ofstream(entry, std::ios::binary) << bytes;
    CHECK_FALSE(cache.find(photo));
    CHECK(cache.damaged() == ++damaged);
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    refused(good.substr(0, i));
    std::string flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    refused(flipped);
  }
  refused(good + "x");
  CHECK(cache.get(bytes_of("photo"), [] { return outputs; }) == outputs);
  CHECK(content(entry) == good);
  CHECK(cache.misses() == damaged + 1);
}

TEST_CASE("An entry that lies under another photo's or network's name is not taken") {
  const TemporaryFolder folder;
  const vpr::FeatureCache cache(folder.path(), "network"), other(folder.path(), "another");
  const vpr::Digest photo = vpr::digest_of("photo");
  cache.keep(photo, outputs);
  const fs::path entry = only_entry(cache);
  const std::string name = vpr::digest_of("photo 2").hex();
  for (const fs::path& to :
       {cache.folder() / name.substr(0, 2) / (name + ".features"), other.folder() / photo.hex().substr(0, 2) / entry.filename()}) {
    fs::create_directories(to.parent_path());
    fs::copy_file(entry, to);
  }
  CHECK_FALSE(cache.find(vpr::digest_of("photo 2")));
  CHECK_FALSE(other.find(photo));
  CHECK(cache.damaged() == 1);
  CHECK(other.damaged() == 1);
}

TEST_CASE("A cache that can't be written to says where") {
  const TemporaryFolder folder;
  const fs::path file = folder.write("file");
  CHECK_THROWS_WITH(vpr::FeatureCache(file / "cache", "network"), ContainsSubstring("file/cache") && ContainsSubstring("cannot be made"));
  const vpr::FeatureCache cache(folder.path(), "network");
  const vpr::Digest photo = vpr::digest_of("photo");
  folder.write((fs::relative(cache.folder(), folder.path()) / photo.hex().substr(0, 2)).string(), "in the way");
  CHECK_THROWS_AS(cache.keep(photo, outputs), vpr::IoError);
  CHECK_THROWS_WITH(cache.find(photo), ContainsSubstring("cannot be opened"));
  CHECK_THROWS_WITH(cache.keep(photo, {{{3}, {1, 2}}}), ContainsSubstring("in the way") || ContainsSubstring("cannot be made"));
  CHECK_THROWS_WITH(cache.keep(vpr::digest_of("photo 3"), {{{3}, {1, 2}}}), ContainsSubstring("got 2 numbers for the shape [3]"));
}

TEST_CASE("Many threads may use a cache at once") {
  const TemporaryFolder folder;
  const vpr::FeatureCache cache(folder.path(), "network");
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const vpr::CachedTensors expected{{{1}, {static_cast<float>(i)}}};
        wrong += cache.get(bytes_of(std::to_string(i)), [&] { return expected; }) != expected;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(cache.hits() + cache.misses() == 80);
  CHECK(cache.misses() >= 20);
}

TEST_CASE("A batch's features are kept image by image and come back as any batch") {
  using T = vpr::Tensor<Backend>;
  std::vector<float> patches(2 * 6 * 4);
  for (std::size_t i = 0; i < patches.size(); ++i) patches[i] = static_cast<float>(i);
  const vpr::Features<T> batch{T::from({2, 4}, {0, 1, 2, 3, 4, 5, 6, 7}), T::from({2, 6, 4}, patches), {2, 3}};
  const vpr::CachedTensors first = vpr::cached_tensors(batch, 0), second = vpr::cached_tensors(batch, 1);
  CHECK(second[0].values == std::vector<float>{4, 5, 6, 7});
  CHECK(second[1].shape == vpr::Shape{2, 3, 4});
  const auto swapped = vpr::cached_features<Backend>(std::vector{second, first});
  CHECK(swapped.grid == batch.grid);
  CHECK(swapped.cls.values() == std::vector<float>{4, 5, 6, 7, 0, 1, 2, 3});
  CHECK(swapped.patches.shape() == batch.patches.shape());
  CHECK(swapped.patches.values()[0] == 24);
  CHECK(swapped.patches.values()[24] == 0);

  const vpr::Features<T> without{T{}, T::from({2, 6, 4}, patches), {2, 3}};
  const vpr::CachedTensors alone = vpr::cached_tensors(without, 1);
  CHECK(vpr::cached_features<Backend>(std::span(&alone, 1)).cls.empty());
  CHECK_THROWS_AS(vpr::cached_tensors(batch, 2), vpr::ShapeError);
  CHECK_THROWS_AS(vpr::cached_features<Backend>({}), vpr::ShapeError);
  CHECK_THROWS_WITH(vpr::cached_features<Backend>(std::vector{first, vpr::cached_tensors(without, 0)}),
                    ContainsSubstring("images differ in shape"));
}
TEST_CASE("A forged entry counts as damaged, whatever its checksum says") {
  const TemporaryFolder folder;
  const vpr::FeatureCache cache(folder.path(), "network");
  const vpr::Digest photo = vpr::digest_of("photo");
  cache.keep(photo, {{{2, 3}, {1, 2, 3, 4, 5, 6}}});
  const fs::path entry = only_entry(cache);
  const std::string good = content(entry);
  constexpr std::size_t body = 24, count = body + 32, rank = count + 8, extents = rank + 8;
  std::int64_t damaged = 0;
  for (const auto& [at, value] :
       std::initializer_list<std::pair<std::size_t, std::int64_t>>{{count, -1},
                                                                   {count, 2},
                                                                   {count, 0},
                                                                   {rank, -1},
                                                                   {rank, 9},
                                                                   {rank, 1},
                                                                   {rank, std::int64_t{1} << 62},
                                                                   {extents, -1},
                                                                   {extents, 3},
                                                                   {extents, 0},
                                                                   {extents, std::numeric_limits<std::int64_t>::max()},
                                                                   {extents + 8, std::numeric_limits<std::int64_t>::min()},
                                                                   {extents + 8, std::int64_t{1} << 62}}) {
    std::string forged = good;
    std::memcpy(forged.data() + at, &value, sizeof value);
    const vpr::Digest checksum = vpr::digest_of(std::string_view(forged).substr(body));
    std::memcpy(forged.data() + 8, &checksum, sizeof checksum);
    std::ofstream(entry, std::ios::binary) << forged;
    CAPTURE(at, value);
    CHECK_FALSE(cache.find(photo));
    CHECK(cache.damaged() == ++damaged);
  }
}

#endif
