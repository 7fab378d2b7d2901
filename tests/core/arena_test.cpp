// SPDX-License-Identifier: MIT
#include <vpr/core/arena.hpp>

#include <vpr/core/buffer.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/core/random.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

using vpr::Buffer, vpr::Execution, vpr::ExecutionScope, vpr::MemoryUse;
using OwnedArena = std::unique_ptr<vpr::detail::Arena, vpr::detail::Arena::Abandon>;

constexpr std::size_t mebibyte = 1 << 20;

/// Whether buffers take memory from executions; under the address sanitizer they do not.
bool has_arena() {
  const Execution execution = Execution::serial();
  const ExecutionScope scope(execution);
  const Buffer<int> buffer(1);
  return execution.memory().used > 0;
}

}  // namespace

TEST_CASE("An arena gives aligned memory of its own to each, whatever comes and goes") {
  const OwnedArena arena(new vpr::detail::Arena);
  struct Taken {
    unsigned char* memory;
    std::size_t size;
    unsigned char content;
  };
  std::vector<Taken> taken;
  vpr::Random random(1);
  const auto drop = [&](std::size_t i) {
    const auto is_right = [&](unsigned char byte) { return byte == taken[i].content; };
    REQUIRE(std::all_of(taken[i].memory, taken[i].memory + taken[i].size, is_right));
    vpr::detail::Arena::release(taken[i].memory);
    taken[i] = taken.back();
    taken.pop_back();
  };
  std::size_t used = 0;
  for (int step = 0; step < 3000; ++step) {
    if (!taken.empty() && random.uniform() < 0.5) {
      const auto i = static_cast<std::size_t>(random.uniform() * static_cast<double>(taken.size()));
      used -= taken[i].size;
      drop(i);
      continue;
    }
    const double draw = random.uniform();
    const auto size = static_cast<std::size_t>(draw < 0.9 ? draw * 3000 : draw * 300'000);
    auto* const memory = static_cast<unsigned char*>(arena->allocate(size));
    REQUIRE(memory != nullptr);
    REQUIRE(reinterpret_cast<std::uintptr_t>(memory) % 64 == 0);
    const auto content = static_cast<unsigned char>(step);
    std::memset(memory, content, size);
    taken.push_back({memory, size, content});
    used += size;
    const MemoryUse use = arena->use();
    REQUIRE(use.used >= used);
    REQUIRE(use.used <= use.held);
    REQUIRE(use.held <= use.peak);
  }
  while (!taken.empty()) drop(0);
  CHECK(arena->use().used == 0);
  CHECK(arena->use().held > 0);
  arena->trim();
  CHECK(arena->use().held == 0);
  CHECK(arena->use().peak > 0);
}

TEST_CASE("An arena has nothing for sizes beyond all memory, and goes on") {
  const OwnedArena arena(new vpr::detail::Arena);
  CHECK(arena->allocate(static_cast<std::size_t>(-1)) == nullptr);
  CHECK(arena->allocate(static_cast<std::size_t>(-1) / 2 - 100) == nullptr);
  void* const memory = arena->allocate(100);
  CHECK(memory != nullptr);
  vpr::detail::Arena::release(memory);
}

TEST_CASE("Freed blocks join to larger ones, and a larger slab takes the place of idle ones") {
  const OwnedArena arena(new vpr::detail::Arena);
  for (const std::size_t order : {0U, 1U, 2U}) {
    std::vector<void*> parts;
    for (int i = 0; i < 3; ++i) parts.push_back(arena->allocate(mebibyte / 4));
    std::rotate(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(order), parts.end());
    for (void* part : parts) vpr::detail::Arena::release(part);
    void* const whole = arena->allocate(mebibyte - 64);
    CHECK(arena->use().held == mebibyte);
    vpr::detail::Arena::release(whole);
  }
  void* const large = arena->allocate(5 * mebibyte);
  CHECK(arena->use().held < 5 * mebibyte + 100);
  vpr::detail::Arena::release(large);
}

TEST_CASE("A loop's buffers are given again, and a size less is found in a size more") {
  if (!has_arena()) return;
  const Execution execution = Execution::serial();
  const ExecutionScope scope(execution);
  const auto work = [](std::size_t scale) {
    Buffer<float> x(scale * 1000);
    for (int layer = 0; layer < 10; ++layer) {
      Buffer<float> wide(scale * 4000);
      const Buffer<float> scratch(scale * 300);
      x = Buffer<float>(scale * 1000);
    }
  };
  work(100);
  const MemoryUse first = execution.memory();
  CHECK(first.used == 0);
  CHECK(first.held < 2 * 6300 * 100 * sizeof(float));
  for (const std::size_t scale : {100U, 70U, 99U, 3U, 100U}) work(scale);
  CHECK(execution.memory().peak == first.peak);
  CHECK(execution.memory().held == first.held);
  execution.trim();
  CHECK(execution.memory().held == 0);
  CHECK(execution.memory().peak == first.peak);
}

TEST_CASE("A buffer may be freed on another thread, without a scope, and after its execution") {
  std::optional<Execution> execution(3);
  std::optional<Buffer<int>> kept;
  std::vector<Buffer<int>> many(200);
  {
    const ExecutionScope scope(*execution);
    vpr::parallel_for(200, [&](std::int64_t i) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
      many[static_cast<std::size_t>(i)] = Buffer<int>(static_cast<std::size_t>(i));
      std::fill_n(many[static_cast<std::size_t>(i)].data(), i, static_cast<int>(i));
    });
    kept.emplace(1000);
    std::fill_n(kept->data(), 1000, 7);
  }
  std::thread([&] {
    for (std::size_t i = 0; i < many.size(); i += 2) many[i] = Buffer<int>();
  }).join();
  if (has_arena()) CHECK(execution->memory().used > 0);
  execution.reset();
  for (std::size_t i = 1; i < many.size(); i += 2)
    REQUIRE(std::all_of(many[i].data(), many[i].data() + i, [i](int value) { return value == static_cast<int>(i); }));
  many.clear();
  CHECK(kept->data()[999] == 7);
  std::thread([&] { kept.reset(); }).join();
}

TEST_CASE("Without a scope buffers come from the system") {
  const std::size_t before = Execution().memory().used;
  const Buffer<int> outside(1000);
  CHECK(Execution().memory().used == before);
  const ExecutionScope scope{Execution()};
  const Buffer<int> inside(1000);
  if (has_arena()) CHECK(Execution().memory().used > before);
}

TEST_CASE("A size for which there is no memory is refused by name within a scope too") {
  const ExecutionScope scope(Execution::serial());
  CHECK_THROWS_WITH(Buffer<double>(std::size_t{1} << 55), "no memory for 36028797018963968 elements of 8 bytes");
  CHECK_THROWS_AS(Buffer<double>(static_cast<std::size_t>(-1) / 8 + 2), vpr::Error);
}

TEST_CASE("Scratch vectors are an execution's, and may leave it") {
  vpr::ScratchVector<float> kept;
  {
    const Execution execution = Execution::serial();
    const ExecutionScope scope(execution);
    vpr::ScratchVector<float> made(1000, 2.0F);
    if (has_arena()) CHECK(execution.memory().used >= 4000);
    kept = std::move(made);
  }
  kept.resize(100'000, 3.0F);
  CHECK(kept[999] == 2.0F);
  CHECK(kept[99'999] == 3.0F);
  CHECK(vpr::ScratchVector<float>{1, 2} == std::vector<float>{1, 2});
  CHECK_FALSE(vpr::ScratchVector<float>{1, 2} == std::vector<float>{1});
}
