// SPDX-License-Identifier: MIT
// Maps in several processes, of which some are killed.
#include <vpr/map/place_map.hpp>

#include "tests/map/map_test.hpp"
#include "tests/support/memory_limit.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace vpr;
using namespace vpr::test;

namespace {

constexpr std::int64_t dim = 16, batch = 10;

/// A process of its own.
class Child {
 public:
  /// `work` gives its exit status; an exception is 99.
  explicit Child(const std::function<int()>& work) : id_(::fork()) {
    if (id_ != 0) return;
    int status = 99;
    try {
      status = work();
    } catch (const std::exception& error) {
      std::cerr << "child: " << error.what() << '\n';
    }
    ::_exit(status);
  }
  Child(Child&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  ~Child() {
    if (id_ > 0) kill();
  }
  void kill() {
    ::kill(id_, SIGKILL);
    wait();
  }
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(id_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t id_;
};

/// Whether a map has the places [0, its next) of whole batches, but for removed ones, each as it was added.
void check_consistent(const PlaceMap& map) {
  const MapSnapshot snapshot = map.snapshot();
  std::int64_t next = 0;
  bool same = true;
  snapshot.each([&](const Place& place) {
    same = same && place.id == next && place.name == place_of(next).name && snapshot.descriptor(next) == descriptor_of(next, dim);
    ++next;
  });
  CHECK(same);
  CHECK(next == snapshot.size());
  CHECK(next % batch == 0);
}

}  // namespace

TEST_CASE("A writer that is killed at any moment leaves every committed place and none half-written") {
  const char* const asked = std::getenv("VPR_KILL_ROUNDS");  // NOLINT(concurrency-mt-unsafe)
  const int rounds = asked != nullptr ? std::atoi(asked) : 25;
  const TemporaryFolder folder;
  const std::string path = folder.file("m");
  static_cast<void>(PlaceMap::create(path, {dim, MapPrecision::float32, {}}));
  std::mt19937_64 random(3);
  std::int64_t before = 0;
  int compacted = 0;
  for (int round = 0; round < rounds; ++round) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    Child writer([&] {
      PlaceMap map = PlaceMap::open(path, MapAccess::write);
      for (int i = 0;; ++i) {
        const std::int64_t committed = add(map, map.size(), batch).back() + 1;
        if (::write(pipe[1], &committed, sizeof committed) != sizeof committed) return 1;
        if (i % 8 == 7) map.compact();
      }
      return 0;
    });
    ::close(pipe[1]);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60000));
    writer.kill();
    std::int64_t committed = before, read = 0;
    int commits = 0;
    while (::read(pipe[0], &read, sizeof read) == sizeof read) {
      committed = read;
      compacted += ++commits % 8 == 0;
    }
    ::close(pipe[0]);
    INFO("round " << round << ", " << committed << " places were committed");
    const PlaceMap map = PlaceMap::open(path);
    check_consistent(map);
    CHECK(map.size() >= committed);
    CHECK(map.size() <= committed + batch);
    CHECK(map.verify().empty());
    before = map.size();
  }
  CHECK(before > 0);
  if (asked != nullptr) std::cerr << rounds << " rounds, " << before << " places, " << compacted << " times compacted\n";
}

TEST_CASE("Sixteen readers, threads and processes, see consistent states beside a writer that also removes and compacts") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m");
  static_cast<void>(PlaceMap::create(path, {dim, MapPrecision::bf16, {}}));
  int until[2];
  REQUIRE(::pipe(until) == 0);
  // Reads until the other end of the pipe is closed. A state is of whole batches, the places of a batch are of one commit.
  const auto read = [&](PlaceMap& map, const std::function<bool()>& ends) {
    std::int64_t last = -1;
    int rounds = 0;
    while (!ends() || rounds == 0) {
      const MapSnapshot snapshot = map.snapshot();
      std::int64_t count = 0, sum = 0;
      bool whole = true;
      snapshot.each([&](const Place& place) {
        whole = whole && place.name == place_of(place.id).name;
        sum += place.id / batch;
        ++count;
      });
      const std::vector<float> query = descriptor_of(last + 1, dim);
      const auto found = snapshot.search(Rows(query.data(), 1, dim), 5);
      if (!whole || count != snapshot.size() || count % batch != 0 || sum % batch != 0 ||
          std::ssize(found[0]) != std::min<std::int64_t>(count, 5))
        return 1;
      for (const Match& match : found[0]) {
        if (!snapshot.contains(match.id)) return 2;
      }
      last = count;
      ++rounds;
    }
    return 0;
  };
  std::vector<Child> processes;
  for (int i = 0; i < 8; ++i) {
    processes.emplace_back([&] {
      ::close(until[1]);
      PlaceMap map = PlaceMap::open(path);
      std::atomic<bool> ended = false;
      std::thread waits([&] {
        char byte;
        static_cast<void>(::read(until[0], &byte, 1) == 0);
        ended = true;
      });
      const int status = read(map, [&] { return ended.load(); });
      waits.join();
      return status;
    });
  }
  PlaceMap map = PlaceMap::open(path, MapAccess::write);
  std::atomic<bool> ended = false;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      try {
        failures += read(map, [&] { return ended.load(); }) != 0;
      } catch (const std::exception& error) {
        std::cerr << "thread: " << error.what() << '\n';
        ++failures;
      }
    });
  }
  for (std::int64_t i = 0; i < 60; ++i) {
    const std::vector<std::int64_t> ids = add(map, i * batch, batch);
    if (i % 3 == 2) map.remove(ids);
    if (i % 20 == 19) map.compact();
  }
  ended = true;
  ::close(until[1]);
  for (std::thread& thread : threads) thread.join();
  for (Child& process : processes) CHECK(process.wait() == 0);
  ::close(until[0]);
  CHECK(failures == 0);
  CHECK(map.size() == 40 * batch);
  CHECK(map.verify().empty());
}

TEST_CASE("Writers of several processes take turns, also where one compacts and another goes through a symbolic link") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m"), link = folder.file("link");
  std::filesystem::create_symlink("m", link);
  static_cast<void>(PlaceMap::create(link, {dim, MapPrecision::float32, {}}));
  std::vector<Child> writers;
  for (int w = 0; w < 3; ++w) {
    writers.emplace_back([&, w] {
      PlaceMap map = PlaceMap::open(w == 0 ? link : path, MapAccess::write);
      for (int i = 0; i < 12; ++i) {
        add(map, 1000 * w + i * batch, batch);
        if (w == 0 && i % 4 == 3) map.compact();
      }
      return 0;
    });
  }
  for (Child& writer : writers) CHECK(writer.wait() == 0);
  const PlaceMap map = PlaceMap::open(path);
  CHECK(map.size() == 3 * 12 * batch);
  CHECK(map.verify().empty());
  CHECK(std::filesystem::is_symlink(link));
  CHECK_FALSE(std::filesystem::exists(link + "-lock"));
}

TEST_CASE("A full disk or a limit on files is a clear error, and the map is as before") {
  const TemporaryFolder folder;
  const auto fill = [](const std::string& path) {
    PlaceMap map = PlaceMap::create(path, {512, MapPrecision::float32, {}});
    std::string reason;
    try {
      for (std::int64_t i = 0; i < 10000; i += batch) add(map, i, batch);
    } catch (const IoError& error) {
      reason = error.what();
    }
    const std::int64_t size = map.size();
    if (reason.find("the map is as the last commit left it") == reason.npos || size == 0 || size % batch != 0 || !map.verify().empty()) {
      std::cerr << "child: " << size << " places, " << reason << '\n';
      return 1;
    }
    std::vector<std::int64_t> most;
    for (std::int64_t id = 0; id < size; id += 2) most.push_back(id);
    try {
      map.compact();  // which has not the room either
    } catch (const IoError& error) {
      reason = error.what();
    }
    const MapSnapshot snapshot = map.snapshot();
    return snapshot.size() == size && snapshot.descriptor(size - 1) == descriptor_of(size - 1, 512) && map.verify().empty() ? 0 : 2;
  };
  SECTION("a limit") {
    Child child([&] {
      const rlimit limit{3000000, 3000000};
      static_cast<void>(::signal(SIGXFSZ, SIG_IGN));
      if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 3;
      return fill(folder.file("m"));
    });
    CHECK(child.wait() == 0);
    CHECK(PlaceMap::open(folder.file("m")).verify().empty());
  }
  SECTION("a small file system") {
    if (::mount("none", folder.path().c_str(), "tmpfs", 0, "size=3m") != 0) {
      WARN("no file system of its own can be mounted here");
      return;
    }
    Child child([&] { return fill(folder.file("m")); });
    CHECK(child.wait() == 0);
    CHECK(PlaceMap::open(folder.file("m")).verify().empty());
    ::umount(folder.path().c_str());
  }
}

#ifndef VPR_TEST_SANITIZED  // sanitizers need more
TEST_CASE("A process with little address space opens and fills a map nevertheless") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m");
  Child child([&] {
    const rlimit limit{rlim_t{1} << 31, rlim_t{1} << 31};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) return 3;
    PlaceMap map = PlaceMap::create(path, {dim, MapPrecision::float32, {}});
    for (std::int64_t i = 0; i < 100; i += batch) add(map, i, batch);
    return map.size() == 100 ? 0 : 1;
  });
  CHECK(child.wait() == 0);
  CHECK(PlaceMap::open(path).size() == 100);
}
#endif
