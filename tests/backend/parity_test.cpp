// SPDX-License-Identifier: MIT
#include "tests/backend/parity.hpp"
#include <tests/support/paths.hpp>

#include <vpr/backend/cpu.hpp>
#ifdef VPR_WITH_THRUST
#include <vpr/backend/thrust.hpp>
#endif
#if defined(VPR_WITH_THRUST) && defined(VPR_WITH_OMP)
#include <vpr/backend/thrust_omp.hpp>
#endif
#ifdef VPR_WITH_TBB
#include <vpr/backend/thrust_tbb.hpp>
#endif

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <tuple>

using namespace vpr;

namespace {

/// The backends that this program was built with; what a list lacks is left out.
template <class... Bs>
struct List {
  template <class... More>
  using with = List<Bs..., More...>;
  using types = std::tuple<Bs...>;
};
using Plain = List<Cpu<f32>, Cpu<f64>, Reference<float>>;
#ifdef VPR_WITH_THRUST
using WithThrust = Plain::with<Thrust<float>>;
#else
using WithThrust = Plain;
#endif
#if defined(VPR_WITH_THRUST) && defined(VPR_WITH_OMP)
using WithOmp = WithThrust::with<Thrust<float, ThrustOmp>>;
#else
using WithOmp = WithThrust;
#endif
#ifdef VPR_WITH_TBB
using Backends = WithOmp::with<Thrust<float, ThrustTbb>>::types;
#else
using Backends = WithOmp::types;
#endif

}  // namespace

TEST_CASE("The table of kernels has every kernel that the concepts ask for") {
  std::ifstream file(vpr::test::data("/../../include/vpr/backend/concept.hpp"));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::set<std::string> asked, listed;
  const std::regex call(R"(\n +B::(\w+)\()");
  for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match) asked.insert((*match)[1]);
  for (const char* memory : {"upload", "download"}) asked.erase(memory);
  for (const auto& kernel_case : test::kernel_cases<Reference<double>>()) listed.insert(kernel_case.kernel);
  REQUIRE(asked.size() > 20);
  CHECK(asked == listed);
}

TEMPLATE_LIST_TEST_CASE("Every kernel agrees with the scalar reference in double", "", Backends) { test::check_parity<TestType>(); }

TEMPLATE_LIST_TEST_CASE("An image has the same bits alone and in a batch of seven", "", Backends) {
  test::check_batch_invariance<TestType>();
}

TEMPLATE_LIST_TEST_CASE("Overwriting the input gives the same bits", "", Backends) { test::check_in_place<TestType>(); }

TEMPLATE_LIST_TEST_CASE("A NaN stays a NaN", "", Backends) { test::check_nan<TestType>(); }

TEMPLATE_LIST_TEST_CASE("The number of threads does not change a bit", "", Backends) { test::check_thread_invariance<TestType>(); }
