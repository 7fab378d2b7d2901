// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu/instruction_set.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;

TEST_CASE("Without a name the best instruction set of the processor runs, and each set below it may be asked for") {
  const InstructionSet best = best_instruction_set();
  CHECK(detail::asked_instruction_set(nullptr) == best);
  CHECK(detail::asked_instruction_set("") == best);
  for (std::size_t i = 0; i <= static_cast<std::size_t>(best); ++i) {
    const auto set = static_cast<InstructionSet>(i);
    CHECK(detail::asked_instruction_set(std::string(name_of(set)).c_str()) == set);
  }
}

TEST_CASE("An instruction set that is unknown, or that the processor does not have, is refused with the names of those it has") {
  CHECK_THROWS_WITH(detail::asked_instruction_set("AVX2"),
                    ContainsSubstring("VPR_ISA=AVX2") && ContainsSubstring(std::string(name_of(best_instruction_set()))));
  for (const InstructionSet set : {InstructionSet::avx512_bf16, InstructionSet::amx}) {
    if (best_instruction_set() < set) CHECK_THROWS_AS(detail::asked_instruction_set(std::string(name_of(set)).c_str()), ConfigError);
  }
}
