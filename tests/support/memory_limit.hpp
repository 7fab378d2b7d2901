// SPDX-License-Identifier: MIT
/// @file
/// Whether something fits into an amount of memory.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vpr::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VPR_TEST_SANITIZED 1
#elif defined(__has_feature)  // clang's way to say it
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VPR_TEST_SANITIZED 1
#endif
#endif
#ifdef VPR_TEST_SANITIZED
inline constexpr bool measures_memory = false;  // sanitizers take memory of their own
#else
inline constexpr bool measures_memory = true;
#endif

/// Bytes of this process that are no file's pages.
inline std::size_t own_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t kilobytes = 0;
    if (word == "VmData:" && status >> kilobytes) return 1024 * kilobytes;
  }
  return 0;
}

/// Whether `body` comes to its end in a process of its own whose memory may grow by so many bytes. Pages of mapped files are not counted.
inline bool fits_into(std::size_t bytes, const std::function<void()>& body) {
  malloc_trim(0);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlim_t before = own_memory();
    const auto limit_to = [](rlim_t most) {
      const rlimit limit{most, RLIM_INFINITY};
      return ::setrlimit(RLIMIT_DATA, &limit) == 0;
    };
    bool done = limit_to(before);
    // What earlier tests freed is not taken again.
    void* volatile taken = nullptr;
    for (std::size_t size = std::size_t{1} << 30; size >= 4096; size /= 2) {
      do taken = std::malloc(size);
      while (taken != nullptr);
    }
    done = limit_to(before + bytes) && done;
    try {
      body();
    } catch (...) {
      done = false;
    }
    ::_exit(done ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace vpr::test
