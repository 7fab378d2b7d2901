// SPDX-License-Identifier: MIT
// A program of two parts compiled with different flags: each is right with what either made, and both use the same threads.
#include "tests/flags/part.hpp"

#include <cstdio>

Part one();
Part other();

int main() {
  const Part parts[] = {one(), other()};
  vpr::set_thread_count(3);
  int failures = 0;
  for (int user = 0; user < 2; ++user) {
    for (int maker = 0; maker < 2; ++maker) {
      const std::string problems = parts[user].problems(parts[maker].make());
      if (problems.empty()) continue;
      std::printf("part %d with what part %d made is wrong in:%s\n", user, maker, problems.c_str());
      ++failures;
    }
    const int counted = parts[user].thread_count(), used = parts[user].threads_of_a_loop();
    if (counted == 3 && used == 3) continue;
    std::printf("part %d has %d threads and uses %d, expected 3\n", user, counted, used);
    ++failures;
  }
  return failures;
}
