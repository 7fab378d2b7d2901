// SPDX-License-Identifier: MIT
/// @file
/// Every reader of weight files, and the comparison of such a file with a model: for the file of a program that has them for all others, see
/// `VPR_IO_APART` in `vpr/io/apart.hpp`.
#pragma once

#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>

#ifdef VPR_IO_HERE
namespace vpr {
template void WeightFile::walk<float>(std::size_t index, const std::function<void(const Reading<float>&)>& body) const;
template void WeightFile::walk<double>(std::size_t index, const std::function<void(const Reading<double>&)>& body) const;
template void WeightFile::walk<std::int64_t>(std::size_t index, const std::function<void(const Reading<std::int64_t>&)>& body) const;

namespace detail {
template LoadReport LoadPlan<WeightFile>::compare();
template LoadReport LoadPlan<WeightFile>::compare(const AnyNameMap& map);
}  // namespace detail
}  // namespace vpr
#endif
