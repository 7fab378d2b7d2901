// SPDX-License-Identifier: MIT
// What describing a photo takes from the system's memory: nothing, once a photo of that size was described.
#include <vpr/aggregator.hpp>
#include <vpr/backbone.hpp>
#include <vpr/model/pipeline.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/memory_limit.hpp"
#include "tests/support/photo.hpp"
#include "tests/support/random.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#ifndef VPR_TEST_SANITIZED  // a sanitizer's own allocation is left alone, and keeps nothing

namespace {

std::atomic<int> allocations = 0;

void* allocate(std::size_t size, std::size_t alignment) {
  ++allocations;
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment + (size == 0 ? alignment : 0));
}
void* allocate_or_throw(std::size_t size, std::size_t alignment) {
  if (void* const memory = allocate(size, alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) { return allocate_or_throw(size, 16); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return allocate_or_throw(size, 16); }
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size, 16); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace {

using vpr::Image, vpr::ImageSize, vpr::ImageView;

const vpr::VitConfig tiny{.channels = 48, .depth = 2, .heads = 3, .trained_side = 84};

/// How often the system was asked while `describe` ran on photos of these sizes, once photos of each size were described.
template <class P>
int allocations_of(P pipeline, int threads, std::vector<ImageSize> sizes) {
  std::uint64_t seed = 1;
  pipeline.visit(
      [&](const std::string& name, auto& parameter) {
        std::vector<float> values = random_floats(parameter.shape().elements(), seed++);
        for (float& value : values) value *= 0.3F;
        if (name != "aggregator.p") parameter.assign(std::span<const float>(values));
      },
      "");
  pipeline.execution = vpr::Execution(threads);
  std::vector<Image> photos;
  for (const ImageSize size : sizes) photos.push_back(random_photo(size, seed++));
  const std::vector<ImageView> views(photos.begin(), photos.end());
  std::vector<float> descriptors(photos.size() * static_cast<std::size_t>(pipeline.dimensions()));
  const auto once = [&] {
    for (std::size_t i = 0; i < views.size(); ++i) {
      const std::size_t each = descriptors.size() / views.size();
      pipeline.describe(std::span(&views[i], 1), std::span(descriptors).subspan(i * each, each));
    }
    pipeline.describe(views, descriptors);
  };
  once();
  const int before = allocations;
  once();
  const int made = allocations - before;
  CHECK(pipeline.execution.memory().used == 0);
  CHECK(pipeline.describe(views) == descriptors);
  return made;
}

}  // namespace

TEST_CASE("Describing a photo of a size that was described before takes no memory from the system") {
  for (const int threads : {1, 2}) {
    const auto gem = [] { return vpr::Pipeline(vpr::DinoV2<>(tiny), vpr::GeM<>(), vpr::NormaliseThenResize<>{{{70, 84}}}); };
    const auto salad = [] {
      const vpr::SaladSettings settings{.channels = tiny.channels, .clusters = 6, .cluster_dim = 8, .token_dim = 8};
      return vpr::Pipeline(vpr::DinoV2<>(tiny), vpr::SaladAggregator<>(settings), vpr::ResizeThenNormalise<>{{{84, 84}}});
    };
    CHECK(allocations_of(gem(), threads, {{90, 110}}) == 0);
    CHECK(allocations_of(gem(), threads, {{90, 110}, {200, 64}, {70, 84}}) == 0);
    CHECK(allocations_of(salad(), threads, {{90, 110}}) == 0);
    CHECK(allocations_of(salad(), threads, {{300, 84}, {84, 84}, {84, 300}, {500, 90}}) == 0);
  }
}

#endif
