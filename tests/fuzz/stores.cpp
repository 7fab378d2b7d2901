// SPDX-License-Identifier: MIT
// Stores of local features, matrices, PCAs, vocabularies, states of trainings and feature caches of any bytes: only vpr::Error may leave.
// Checksums are mended, so that mutations get past them.
#include <vpr/aggregator/vocabulary_file.hpp>
#include <vpr/autograd.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/dataset/feature_cache.hpp>
#include <vpr/index/pca_file.hpp>
#include <vpr/io/npz.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/local/disk_store.hpp>
#include <vpr/train/adam.hpp>
#include <vpr/train/early_stopping.hpp>
#include <vpr/train/trainer.hpp>

#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

namespace {

template <class Call>
void attempt(const Call& call) {
  try {
    call();
  } catch (const vpr::Error&) {
  }
}

/// Gives each record of a store of local features the checksum that fits it, as far as records can be told.
std::string with_checksums(std::string bytes) {
  constexpr std::size_t begin = 16, head = 20;
  std::uint32_t precision = 0;
  if (bytes.size() >= begin) std::memcpy(&precision, &bytes[12], sizeof precision);
  for (std::size_t at = begin; at + head <= bytes.size();) {
    std::uint32_t sizes[4];  // height, width, channels, keypoints
    std::memcpy(sizes, &bytes[at], sizeof sizes);
    if (std::any_of(std::begin(sizes), std::end(sizes), [](std::uint32_t size) { return size > 1 << 16; })) break;
    const std::uint64_t count = sizes[3] > 0 ? sizes[3] : std::uint64_t{sizes[0]} * sizes[1];
    const std::uint64_t length = vpr::byte_size(static_cast<vpr::LocalPrecision>(precision), count, sizes[2], sizes[3]);
    if (length > bytes.size() - at - head) break;
    const auto all = std::as_bytes(std::span(bytes));
    const std::uint32_t crc = vpr::crc32_of(all.subspan(at + head, length), vpr::crc32_of(all.subspan(at, sizeof sizes)));
    std::memcpy(&bytes[at + sizeof sizes], &crc, sizeof crc);
    at += head + length;
  }
  return bytes;
}

void read_store(const TemporaryFolder& folder, std::string_view bytes) {
  const std::string path = folder.write("store", with_checksums(std::string(bytes)));
  attempt([&] {
    const auto store = vpr::DiskLocalStore::open(path);
    for (std::int64_t id = 0; id < store.size(); ++id) attempt([&] { store.features(id); });
  });
  attempt([&] {
    auto store = vpr::DiskLocalStore::extend(path);
    const std::int64_t size = store.size();
    store.add({{1, 1}, 1, {1}});
    if (vpr::DiskLocalStore::open(path).features(size).values != std::vector<float>{1}) __builtin_trap();
  });
}

void resume(const std::string& path) {
  using B = vpr::Cpu<>;
  vpr::Linear<vpr::Recorded<B>> model(2, 1);
  vpr::Trainer<vpr::Linear<vpr::Recorded<B>>, vpr::Adam<B>> trainer(model, vpr::Adam<B>(model));
  vpr::EarlyStopping stopping(1);
  trainer.keep("early_stopping", stopping);
  attempt([&] { trainer.resume(path); });
}

/// The matrices of an archive or a file, whole.
void read_matrices(const std::string& path, bool archive) {
  const vpr::WeightFile file = archive ? vpr::read_npz(path) : vpr::read_npy(path);
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    if (file.tensors()[i].shape.elements() <= 1 << 20) attempt([&] { vpr::read_tensor(file, i); });
  }
}

}  // namespace

/// The first byte chooses what the others are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TemporaryFolder folder;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 7) {
    case 0: read_store(folder, bytes); break;
    case 1: attempt([&] { read_matrices(folder.write("m.npy", bytes), false); }); break;
    case 2: attempt([&] { read_matrices(folder.write("m.npz", bytes), true); }); break;
    case 3: attempt([&] { vpr::load_pca(folder.write("pca", bytes)); }); break;
    case 4: attempt([&] { vpr::load_vocabulary(folder.write("vocabulary", bytes)); }); break;
    case 5: resume(folder.write("state", bytes)); break;
    default: {
      static const vpr::FeatureCache cache(folder.file("cache"), "id");
      const vpr::Digest photo = vpr::digest_of(std::string_view("photo"));
      std::string forged(bytes);
      if (forged.size() > 24) {
        const vpr::Digest digest = vpr::digest_of(std::string_view(forged).substr(24));
        std::memcpy(&forged[8], &digest, sizeof digest);
      }
      const auto path = cache.folder() / photo.hex().substr(0, 2);
      std::filesystem::create_directories(path);
      std::ofstream(path / (photo.hex() + ".features"), std::ios::binary) << forged;
      attempt([&] { cache.find(photo); });
    }
  }
  return 0;
}
