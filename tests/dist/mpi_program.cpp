// SPDX-License-Identifier: MIT
// Run by mpirun: whether the answers of its processes are those of one.
#include <vpr/dist/mpi.hpp>

#include "tests/dist/tasks.hpp"

#include <cstdio>
#include <iostream>

namespace {
void require(bool right, const char* what) {
  if (!right) throw vpr::Error(what);
}
}  // namespace

int main() {
  try {
    const vpr::MpiSession session;
    const vpr::Mpi processes;
    for (const std::int64_t count : {0, 3, 1000}) {
      require(searched<vpr::InnerProduct>(processes, count, 10) == searched<vpr::InnerProduct>(vpr::OneProcess(), count, 10),
              "another answer by cosine");
      require(searched<vpr::L2>(processes, count, 10) == searched<vpr::L2>(vpr::OneProcess(), count, 10), "another answer by distance");
    }
    const std::vector<float> one = trained(vpr::OneProcess(), 10), all = trained(processes, 10);
    require(largest_difference(one, all) < 1e-5F, "another model");
    std::vector<double> numbers{1, static_cast<double>(processes.rank())};
    processes.sum(std::span(numbers));
    require(numbers[0] == processes.size() && numbers[1] == processes.size() * (processes.size() - 1) / 2, "another sum");
    if (processes.rank() == 0) std::printf("the answers of %d processes are those of one\n", processes.size());
    return 0;
  } catch (const vpr::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
