// SPDX-License-Identifier: MIT
/// @file
/// A table of kernels as each instruction set of this processor has it.
#pragma once

#include <vpr/backend/cpu/instruction_set.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace vpr::test {

template <class Kernels>
std::vector<std::pair<std::string, const Kernels*>> of_this_processor(const std::vector<const Kernels*>& compiled) {
  std::vector<std::pair<std::string, const Kernels*>> named;
  const std::size_t count = std::min(static_cast<std::size_t>(best_instruction_set()) + 1, compiled.size());
  for (std::size_t i = 0; i < count; ++i) named.emplace_back(name_of(static_cast<InstructionSet>(i)), compiled[i]);
  return named;
}

}  // namespace vpr::test

/// Pairs of a set's name and the address of its table `name`, which stands in the namespaces of the sets inside `vpr::detail`.
#if VPR_SEVERAL_INSTRUCTION_SETS
#define VPR_EACH_SET(name)                                                                                                               \
  ::vpr::test::of_this_processor(::std::vector{&::vpr::detail::baseline::name, &::vpr::detail::avx2::name, &::vpr::detail::avx512::name, \
                                               &::vpr::detail::avx512_bf16::name})
#else
#define VPR_EACH_SET(name) ::vpr::test::of_this_processor(::std::vector{&::vpr::detail::baseline::name})
#endif
