// SPDX-License-Identifier: MIT
#include <vpr/adapter/both.hpp>
#include <vpr/ops/arithmetic.hpp>

#include "tests/adapter/adapter_test.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

/// At every place x becomes 10 x + digit.
template <class B, int Digit>
struct Append {
  using X = typename B::tensor;

  explicit Append(const VitConfig&) {}
  X after_attention(X x, const X&, const TokenLayout&) const { return appended(x, 0); }
  X beside_attention(X x, const X&, const TokenLayout&) const { return appended(x, 2); }
  X after_mlp(X x, const X&, const TokenLayout&) const { return appended(x, 4); }
  X beside_mlp(X x, const X&, const TokenLayout&) const { return appended(x, 6); }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    X parameter = X::zeros(Shape{Digit});
    visitor(prefix + std::to_string(Digit), parameter);
  }

 private:
  static X appended(const X& x, int place) { return add(add_scaled(x, x, 9), X::full(x.shape(), static_cast<float>(Digit + place))); }
};
template <class B>
using One = Append<B, 1>;
template <class B>
using Two = Append<B, 2>;

}  // namespace

TEST_CASE("Of two adapters the first one's turn comes first, at each place") {
  const adapter::Both<One, Two>::In<Cpu<>> both(small_vit);
  const X x = X::full(Shape{1, 2, 1}, 5);
  const TokenLayout layout{1, {1, 1}};
  CHECK(both.after_attention(x, x, layout).to_vector() == std::vector<float>{512, 512});
  CHECK(both.beside_attention(x, x, layout).to_vector() == std::vector<float>{534, 534});
  CHECK(both.after_mlp(x, x, layout).to_vector() == std::vector<float>{556, 556});
  CHECK(both.beside_mlp(x, x, layout).to_vector() == std::vector<float>{578, 578});
  CHECK(parameters(both) == std::vector<std::string>{"1 [1]", "2 [2]"});
}

TEST_CASE("Two adapters are themselves one, so three can be put together") {
  using Pair = adapter::Both<One, Two>;
  const adapter::Both<Pair::In, One>::In<Cpu<>> three(small_vit);
  CHECK(three.after_attention(X::zeros(Shape{1, 1, 1}), X(), {1, {0, 0}}).to_vector() == std::vector<float>{121});
}

TEST_CASE("No adapter leaves a block as it is, and takes no room in it") {
  BlockWithAndWithout<adapter::None> blocks;
  const X tokens = random_tokens(1, odd_layout, 3);
  CHECK(blocks.with(tokens, odd_layout).to_vector() == blocks.without(tokens, odd_layout).to_vector());
  CHECK(adapter_parameters<adapter::None>().empty());
  static_assert(std::is_empty_v<adapter::None<Cpu<>>>);
}
