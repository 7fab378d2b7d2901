// SPDX-License-Identifier: MIT
/// @file
/// The vocabulary: every op as a free function over `Tensor`. `<vpr/autograd.hpp>` has the same words over `Var`.
#pragma once

#include <vpr/ops/activation.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/attention.hpp>
#include <vpr/ops/checkpoint.hpp>
#include <vpr/ops/convolution.hpp>
#include <vpr/ops/gather.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/maps.hpp>
#include <vpr/ops/metric.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/pooling.hpp>
#include <vpr/ops/product.hpp>
#include <vpr/ops/residuals.hpp>
#include <vpr/ops/transport.hpp>
