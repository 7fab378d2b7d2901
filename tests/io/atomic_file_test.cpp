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
#include <sys/sysmacros.h>
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
  CHECK_THROWS_WITH(AtomicFile(folder.file("sub")), ContainsSubstring("sub: cannot be written: it is a folder"));
  CHECK_THROWS_WITH(AtomicFile(""), ContainsSubstring("a file without a name cannot be written"));
}

TEST_CASE("atomic file: a name as long as the file system allows") {
  const TemporaryFolder folder;
  const std::string path = folder.file(std::string(255, 'n'));
  AtomicFile file(path);
  file.write("x");
  file.commit();
  CHECK(file_content(path) == "x");
}

TEST_CASE("atomic file: what a symbolic link leads to is replaced, and the link stays") {
  const TemporaryFolder folder;
  folder.write("sub/f", "old");
  fs::create_symlink("sub/f", folder.path() / "link");
  fs::create_symlink("link", folder.path() / "link_to_link");
  fs::create_symlink("sub/new", folder.path() / "dangling");
  for (const char* name : {"link_to_link", "dangling"}) {
    CAPTURE(name);
    AtomicFile file(folder.file(name));
    file.write("new");
    file.commit();
    CHECK(fs::is_symlink(folder.path() / name));
    CHECK(file_content(folder.path() / name) == "new");
  }
  CHECK(file_content(folder.path() / "sub/f") == "new");
  CHECK(file_content(folder.path() / "sub/new") == "new");
}

TEST_CASE("atomic file: a device and a pipe are written to, and stay what they are") {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  {
    AtomicFile file(pipe);
    file.write("through");
    file.commit();
  }
  std::string read(7, ' ');
  CHECK(::read(reader, read.data(), read.size()) == 7);
  CHECK(read == "through");
  ::close(reader);
  CHECK(fs::is_fifo(pipe));

  std::string full = folder.file("full");  // one of its own: a program that replaced it would take the machine's from root
  if (::mknod(full.c_str(), S_IFCHR | 0666, ::makedev(1, 7)) != 0) full = "/dev/full";
  AtomicFile file(full);
  CHECK_THROWS_WITH(file.write("x"), ContainsSubstring("full: cannot be written: No space left"));
  CHECK(fs::is_character_file(full));
}

TEST_CASE("atomic file: an open file is written to where it stands") {
  const TemporaryFolder folder;
  const std::string path = folder.file("output");
  const int output = ::open(path.c_str(), O_CREAT | O_WRONLY, 0600);
  REQUIRE(output >= 0);
  fs::create_symlink("/proc/self/fd/" + std::to_string(output), folder.path() / "stdout");
  for (const std::string& name : {folder.file("stdout"), "/dev/fd/" + std::to_string(output)}) {
    REQUIRE(::write(output, "before ", 7) == 7);
    AtomicFile file(name);
    file.write("it ");
    file.commit();
  }
  REQUIRE(::write(output, "after", 5) == 5);
  ::close(output);
  CHECK(file_content(path) == "before it before it after");
  CHECK(fs::is_symlink(folder.path() / "stdout"));
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
