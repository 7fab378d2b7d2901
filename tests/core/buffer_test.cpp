// SPDX-License-Identifier: MIT
#include <vpr/core/buffer.hpp>

#include "tests/support/catch.hpp"

#include <cstdint>

using vpr::Buffer;

TEST_CASE("A buffer is aligned and as large as asked") {
  for (const std::size_t size : {1U, 5U, 4097U}) {
    const Buffer<double> buffer(size);
    CHECK(buffer.size() == size);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
  }
}

TEST_CASE("An empty buffer holds no memory and can be copied and moved") {
  const Buffer<float> nothing, none(0);
  CHECK(nothing.data() == nullptr);
  CHECK(none.data() == nullptr);
  Buffer<float> copy = none;
  copy = nothing;
  const Buffer<float> moved = std::move(copy);
  CHECK(moved.size() == 0);
}

TEST_CASE("A size whose bytes overflow or for which there is no memory is refused by name") {
  CHECK_THROWS_AS(Buffer<double>(static_cast<std::size_t>(-1) / 8 + 2), vpr::Error);
  CHECK_THROWS_WITH(Buffer<double>(std::size_t{1} << 55), "no memory for 36028797018963968 elements of 8 bytes");
}

TEST_CASE("A buffer's copy is its own, its move leaves it empty") {
  Buffer<int> a(2);
  a.data()[0] = 1;
  a.data()[1] = 2;
  Buffer<int> b = a;
  b.data()[0] = 9;
  CHECK(a.data()[0] == 1);
  const int* memory = a.data();
  b = std::move(a);
  CHECK(b.data() == memory);
  CHECK(a.size() == 0);
  CHECK(a.data() == nullptr);
  const Buffer<int>& same = b;
  b = same;
  CHECK(b.data()[1] == 2);
}
