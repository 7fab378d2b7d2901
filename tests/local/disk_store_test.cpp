// SPDX-License-Identifier: MIT
#include <vpr/local/disk_store.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/resource.h>

using vpr::DiskLocalStore;
using vpr::LocalFeatures;
using vpr::LocalPrecision;

namespace {

const std::vector<LocalFeatures> photos{{{2, 3}, 4, random_floats(24, 1)}, {{0, 3}, 4, {}}, {{1, 5}, 2, random_floats(10, 2)}};
const LocalFeatures sparse{{30, 40}, 2, {1, 2, 3, 4}, {{0.5F, 0.25F, 1}, {0, 1, 0.5F}}};
constexpr std::size_t head = 20;  // bytes of a record before its numbers

std::string written(const TemporaryFolder& folder, LocalPrecision precision = LocalPrecision::float32) {
  const std::string path = folder.file("features");
  DiskLocalStore store = DiskLocalStore::create(path, precision);
  for (const LocalFeatures& features : photos) store.add(features);
  return path;
}

/// All photos of the file read: what a damaged one must refuse.
void read_all(const std::string& path) {
  const DiskLocalStore store = DiskLocalStore::open(path);
  for (std::int64_t id = 0; id < store.size(); ++id) static_cast<void>(store.features(id));
}

bool cut_off(const std::string& path) {
  try {
    return DiskLocalStore::open(path).cut_bytes() > 0;
  } catch (const vpr::FormatError&) {
    return false;
  }
}

}  // namespace

TEST_CASE("A store on disk gives what one in memory gives, at once and when opened again") {
  for (const LocalPrecision precision : {LocalPrecision::float32, LocalPrecision::float16, LocalPrecision::int8}) {
    const TemporaryFolder folder;
    vpr::MemoryLocalStore memory(precision);
    DiskLocalStore disk = DiskLocalStore::create(folder.file("features"), precision);
    for (const LocalFeatures& features : photos) {
      memory.add(features);
      disk.add(features);
    }
    disk.sync();
    const DiskLocalStore again = DiskLocalStore::open(disk.path());
    CHECK(again.precision() == precision);
    CHECK(again.bytes() == std::filesystem::file_size(disk.path()));
    REQUIRE(disk.size() == 3);
    REQUIRE(again.size() == 3);
    for (const std::int64_t id : {2, 0, 1}) {
      CHECK(disk.features(id) == memory.features(id));
      CHECK(again.features(id) == memory.features(id));
    }
  }
}

TEST_CASE("A store on disk may be extended later, and moved") {
  const TemporaryFolder folder;
  const std::string path = written(folder);
  DiskLocalStore opened = DiskLocalStore::extend(path);
  DiskLocalStore store = std::move(opened);
  store.add(photos[2]);
  CHECK(store.size() == 4);
  CHECK(DiskLocalStore::open(path).features(3) == photos[2]);
  CHECK(DiskLocalStore::open(path).features(0) == photos[0]);
}

TEST_CASE("A store on disk keeps keypoints, beside photos that lie on grids") {
  const TemporaryFolder folder;
  const std::string path = written(folder);
  DiskLocalStore::extend(path).add(sparse);
  const DiskLocalStore store = DiskLocalStore::open(path);
  CHECK(store.features(3) == sparse);
  CHECK(store.features(0) == photos[0]);
}

TEST_CASE("A store on disk never takes the place of a file") {
  const TemporaryFolder folder;
  const std::string path = folder.write("photo.jpg", "precious");
  CHECK_THROWS_WITH(DiskLocalStore::create(path), ContainsSubstring("photo.jpg: cannot be opened: File exists"));
  CHECK(file_content(path) == "precious");
}

TEST_CASE("What is no file of local features is refused by name") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(DiskLocalStore::open(folder.file("none")), ContainsSubstring("none: cannot be opened: No such file"));
  CHECK_THROWS_WITH(DiskLocalStore::open(folder.path().string()), ContainsSubstring("is not a regular file"));
  CHECK_THROWS_WITH(DiskLocalStore::open(folder.write("empty", "")), ContainsSubstring("empty: has 0 bytes, too few"));
  CHECK_THROWS_WITH(DiskLocalStore::open(folder.write("text", "some text of a few lines")),
                    ContainsSubstring("text: is not a file of local features"));
  std::string other = file_content(written(folder));
  other[8] = 3;
  CHECK_THROWS_WITH(DiskLocalStore::open(folder.write("newer", other)),
                    ContainsSubstring("has version 3 and precision 0, expected version 2 and precision 0 to 2: a newer vpr wrote it"));
  other[8] = 1;
  CHECK_THROWS_WITH(DiskLocalStore::open(folder.write("older", other)), ContainsSubstring("an older vpr wrote it; write the file again"));
  other[8] = 2, other[12] = 3;
  CHECK_THROWS_AS(DiskLocalStore::open(folder.write("stranger", other)), vpr::FormatError);
}

TEST_CASE("A file cut off anywhere behind its header opens with the whole records before, and can be extended") {
  const TemporaryFolder folder;
  const std::string whole = file_content(written(folder));
  REQUIRE(whole.size() == 16 + 3 * head + 34 * 4);
  const std::vector<std::size_t> ends{16, 16 + head + 96, 16 + head + 96 + head, whole.size()};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string path = folder.write("cut", whole.substr(0, size));
    if (size < 16) {
      CHECK_THROWS_AS(DiskLocalStore::open(path), vpr::FormatError);
      CHECK_THROWS_AS(DiskLocalStore::extend(path), vpr::FormatError);
      continue;
    }
    const auto left = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), size) - ends.begin() - 1);
    const DiskLocalStore store = DiskLocalStore::open(path);
    REQUIRE(store.size() == static_cast<std::int64_t>(left));
    REQUIRE(store.cut_bytes() == size - ends[left]);
    read_all(path);
    CHECK(std::filesystem::file_size(path) == size);  // reading changes nothing
    {
      DiskLocalStore extended = DiskLocalStore::extend(path);
      extended.add(photos[2]);
    }
    const DiskLocalStore again = DiskLocalStore::open(path);
    REQUIRE(again.size() == static_cast<std::int64_t>(left) + 1);
    CHECK(again.cut_bytes() == 0);
    CHECK(again.features(again.size() - 1) == photos[2]);
    if (left > 0) CHECK(again.features(0) == photos[0]);
  }
}

TEST_CASE("Zeros in place of a last record, as a power cut may leave them, are passed over") {
  const TemporaryFolder folder;
  const std::string whole = file_content(written(folder));
  for (const std::size_t zeros : {1, 19, 20, 21, 500, 3'000'000}) {
    const DiskLocalStore store = DiskLocalStore::open(folder.write("torn", whole + std::string(zeros, '\0')));
    CHECK(store.size() == 3);
    CHECK(store.cut_bytes() == zeros);
  }
}

TEST_CASE(
    "A flipped bit anywhere behind the header is noticed, at the latest when its record is read, and loses no other record unnoticed") {
  const TemporaryFolder folder;
  const std::string whole = file_content(written(folder));
  for (std::size_t i = 16; i < whole.size(); ++i) {
    for (const int bit : {0, 3, 7}) {
      std::string altered = whole;
      altered[i] = static_cast<char>(altered[i] ^ (1 << bit));
      const std::string path = folder.write("altered", altered);
      if (i < whole.size() - 40 - head) {
        REQUIRE_THROWS_AS(read_all(path), vpr::FormatError);
      } else if (cut_off(path) && DiskLocalStore::open(path).size() == 2) {  // the last record claims to be longer
        read_all(path);
      } else {
        REQUIRE_THROWS_AS(read_all(path), vpr::FormatError);
      }
    }
  }
  std::string altered = whole;
  altered[16 + head + 5] ^= 1;
  CHECK_THROWS_WITH(read_all(folder.write("altered", altered)), ContainsSubstring("altered: record 0 was altered: its checksum"));
}

TEST_CASE("Sizes whose product overflows are refused before memory is asked for") {
  const TemporaryFolder folder;
  std::string altered = file_content(written(folder));
  for (std::size_t i = 16; i < 28; ++i) altered[i] = '\xff';
  CHECK_THROWS_WITH(DiskLocalStore::open(folder.write("altered", altered)),
                    ContainsSubstring("record 0 at byte 16 was altered: it claims 4294967295x"));
  for (std::size_t i = 16; i < 28; ++i) altered[i] = i % 4 == 2 ? '\x01' : '\0';  // 65536 each
  CHECK_THROWS_WITH(DiskLocalStore::open(folder.write("altered", altered)),
                    ContainsSubstring("record 0 at byte 16 was altered: it claims 1125899906842624 bytes"));
}

TEST_CASE("A file that is cut while in use is noticed when read") {
  const TemporaryFolder folder;
  const std::string path = written(folder);
  const DiskLocalStore store = DiskLocalStore::open(path);
  std::filesystem::resize_file(path, 60);
  CHECK_THROWS_WITH(store.features(0), ContainsSubstring("ends within record 0: it was cut off while in use"));
}

TEST_CASE("A full disk is an error that names the record, and leaves the others readable and the store usable") {
  const TemporaryFolder folder;
  const std::string path = written(folder);
  const auto size = std::filesystem::file_size(path);
  DiskLocalStore store = DiskLocalStore::extend(path);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{size + 30, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string message;
  try {
    store.add(photos[0]);
  } catch (const vpr::IoError& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  CHECK_THAT(message, ContainsSubstring("features: record 3 cannot be written: File too large"));
  CHECK(std::filesystem::file_size(path) == size);
  CHECK(store.size() == 3);
  store.add(photos[2]);
  CHECK(DiskLocalStore::open(path).features(3) == photos[2]);
}

TEST_CASE("A store on disk that was opened to read refuses to add, and ids that it lacks") {
  const TemporaryFolder folder;
  DiskLocalStore store = DiskLocalStore::open(written(folder));
  CHECK_THROWS_AS(store.add(photos[0]), vpr::IoError);
  CHECK(store.size() == 3);
  CHECK_THROWS_WITH(store.features(3), ContainsSubstring("features: got id 3, ids are 0 to 2"));
}
