// SPDX-License-Identifier: MIT
// What is right in the programs of /cases/programs, as far as they run within a test.
#include <vpr/autograd/arithmetic.hpp>
#include <vpr/autograd/checkpoint.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/index/concept.hpp>
#include <vpr/io/atomic_file.hpp>
#include <vpr/train/schedule.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <sys/stat.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace vpr;

TEST_CASE("umask: threads that write files leave the process's umask, and other threads' files, alone") {
  const TemporaryFolder folder;
  const ::mode_t before = ::umask(022);
  const auto write = [&](const std::string& name) {
    for (int i = 0; i < 300; ++i) AtomicFile(folder.file(name)).commit();
  };
  std::thread one(write, "one"), other(write, "other");
  int changed = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string path = folder.file("plain" + std::to_string(i));
    std::ofstream(path) << 'x';
    struct ::stat status {};
    changed += ::stat(path.c_str(), &status) != 0 || (status.st_mode & 0777) != 0644;
  }
  one.join();
  other.join();
  CHECK(changed == 0);
  CHECK(::umask(before) == 022);
}

TEST_CASE("ids: sizes that overflow are refused") {
  const std::vector<Matches> found(8, Matches{{3, 1}, {5, 0.5F}});
  const std::vector<std::int64_t> at{1};
  CHECK_THROWS_AS(ids_of(found, std::int64_t{1} << 61), Error);
  CHECK_THROWS_AS(recall({}, std::int64_t{1} << 61, Positives(8, {1}), at), Error);
}

TEST_CASE("traps: a schedule over nothing is refused") {
  CHECK_THROWS_AS(StepDecay{.size = 0}(1, 3), ConfigError);
  CHECK_THROWS_AS(CosineDecay{.total = 0}(1, 0), ConfigError);
}

TEST_CASE("ckpt: a checkpoint may leave out its input, and a moved-from variable says so") {
  using B = Cpu<f32>;
  const Tensor<B> ones = Tensor<B>::full({2, 3}, 1);
  const Var<B> w(Tensor<B>::full({2, 3}, 2), true);
  for (const bool detached : {false, true}) {
    Var<B> x(ones, true);
    const auto branch = [&](const Var<B>& v) { return detached ? multiply(w, v.detached()) : multiply(w, w); };
    add(checkpoint(branch, x), x).backward(ones);
    CHECK(x.gradient().values() == std::vector<float>(6, 1));
  }
  CHECK(w.gradient().values() == std::vector<float>(6, 5));  // 2 w, and 1

  Var<B> from(ones, true);
  const Var<B> to = std::move(from);
  CHECK_THROWS_AS(from.shape(), Error);
}
