// SPDX-License-Identifier: MIT
/// @file
/// Every kernel that is compiled for each instruction set: for the file of a program that has them for all others, see
/// `VPR_KERNELS_APART` in `vpr/backend/cpu/instruction_set.hpp`.
#pragma once

#include <vpr/backend/cpu/attention.hpp>
#include <vpr/backend/cpu/elements.hpp>
#include <vpr/backend/cpu/filter_scores.hpp>
#include <vpr/backend/cpu/hamming.hpp>
#include <vpr/backend/cpu/map_kernels.hpp>
#include <vpr/backend/cpu/product_kernels.hpp>
#include <vpr/backend/cpu/row_scores.hpp>
#include <vpr/backend/cpu/rows.hpp>
#include <vpr/backend/cpu/transport.hpp>

#ifdef VPR_KERNELS_HERE
template const vpr::detail::ProductKernels<double>& vpr::detail::plain_product_kernels<double>();
#endif
