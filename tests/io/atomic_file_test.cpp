// SPDX-License-Identifier: MIT
#include <vpr/io/atomic_file.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;
using vpr::AtomicFile;
using vpr::IoError;

static std::ptrdiff_t files_in(const TemporaryFolder& folder) { return std::distance(fs::directory_iterator(folder.path()), {}); }

TEST_CASE("atomic file: the old content stays until the new one is whole") {
  const TemporaryFolder folder;
  const std::string path = folder.write("f", "old");
  {
    AtomicFile file(path);
    file.write("new");
    CHECK(file.size() == 3);
    CHECK(file_content(path) == "old");
  }
  CHECK(file_content(path) == "old");
  CHECK(files_in(folder) == 1);
  AtomicFile file(path);
  file.write("new");
  file.commit();
  CHECK(file_content(path) == "new");
  CHECK(files_in(folder) == 1);
  CHECK((fs::status(path).permissions() & fs::perms::owner_write) != fs::perms::none);
}

TEST_CASE("atomic file: threads that write leave the process's umask alone, and files have the permissions it allows") {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  std::atomic<bool> stop = false;
  std::atomic<int> odd = 0;
  std::thread watcher([&] {
    const std::string path = folder.file("watcher");
    while (!stop) {
      const int file = ::open(path.c_str(), O_CREAT | O_WRONLY, 0666);
      struct stat status {};
      ::fstat(file, &status);
      odd += (status.st_mode & 0777) != 0640;
      ::close(file);
      ::unlink(path.c_str());
    }
  });
  std::vector<std::thread> writers;
  for (int t = 0; t < 2; ++t) {
    writers.emplace_back([&folder, name = std::to_string(t)] {
      for (int i = 0; i < 500; ++i) AtomicFile(folder.file(name)).commit();
    });
  }
  for (std::thread& writer : writers) writer.join();
  stop = true;
  watcher.join();
  CHECK(odd == 0);
  CHECK(fs::status(folder.path() / "1").permissions() == static_cast<fs::perms>(0640));
  CHECK(files_in(folder) == 2);
  CHECK(::umask(before) == 027);
}

TEST_CASE("atomic file: a folder that is not there and a name that is a folder are errors") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(AtomicFile(folder.file("none/f")), IoError);
  CHECK_THROWS_WITH(AtomicFile(folder.file("none/f")), ContainsSubstring("none/f: cannot be written: No such file"));
  fs::create_directory(folder.path() / "sub");
  AtomicFile file(folder.file("sub"));
  file.write("x");
  CHECK_THROWS_WITH(file.commit(), ContainsSubstring("sub: cannot be replaced"));
}

TEST_CASE("atomic file: a full disk is an error, and the old content stays") {
  const TemporaryFolder folder;
  const std::string path = folder.write("f", "old");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string big(100'000, 'x');
  std::string message;
  try {
    AtomicFile file(path);
    file.write(big);
    file.commit();
  } catch (const IoError& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  CHECK_THAT(message, ContainsSubstring(path) && ContainsSubstring("File too large"));
  CHECK(file_content(path) == "old");
  CHECK(files_in(folder) == 1);
}
