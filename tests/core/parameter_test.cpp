// SPDX-License-Identifier: MIT
#include <vpr/core/parameter.hpp>

#include "tests/support/catch.hpp"

#include <map>
#include <string>
#include <type_traits>
#include <vector>

using namespace vpr;

namespace {

struct Value {
  std::vector<float> values;

  Shape shape() const { return Shape{static_cast<std::int64_t>(values.size())}; }
  void assign(std::span<const float> from) { values.assign(from.begin(), from.end()); }
  std::vector<float> to_vector() const { return values; }
};

/// Two parameters, one of which can be made of a tensor of any shape, and the name of one that it leaves out.
struct Component {
  Value weight{{1, 2}}, positions{{3}};

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "weight", weight);
    if constexpr (requires { visitor.convertible(prefix, positions, ParameterConversion()); }) {
      visitor.convertible(prefix + "positions", positions, ParameterConversion{[](const Shape&) { return std::string("resized"); }, {}});
    } else {
      visitor(prefix + "positions", positions);
    }
    if constexpr (requires { visitor.unused(prefix); }) visitor.unused(prefix + "rest");
  }
};

/// A visitor that takes all that a component tells.
struct Listing {
  std::map<std::string, std::string>& all;

  void operator()(const std::string& name, const Value&) const { all[name] = "as it is"; }
  void convertible(const std::string& name, const Value&, const ParameterConversion& conversion) const {
    all[name] = conversion.described(Shape{7});
  }
  void unused(const std::string& name) const { all[name] = "unused"; }
};

}  // namespace

TEST_CASE("The parameters of a constant component are shown as constants") {
  const Component component;
  std::map<std::string, std::vector<float>> values;
  visit_const(
      component,
      [&](const std::string& name, auto& parameter) {
        STATIC_REQUIRE(std::is_const_v<std::remove_reference_t<decltype(parameter)>>);
        values[name] = parameter.to_vector();
      },
      "a.");
  CHECK(values == std::map<std::string, std::vector<float>>{{"a.weight", {1, 2}}, {"a.positions", {3}}});
}

TEST_CASE("A visitor of constants is told of conversions and of what is left out, if it asks") {
  const Component component;
  std::map<std::string, std::string> all;
  visit_const(component, Listing{all});
  CHECK(all == std::map<std::string, std::string>{{"weight", "as it is"}, {"positions", "resized"}, {"rest", "unused"}});
}
