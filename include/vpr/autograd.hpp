// SPDX-License-Identifier: MIT
/// @file
/// Recording ops and computing gradients: the vocabulary of `<vpr/ops.hpp>` over `Var`. Each op states its gradient once.
#pragma once

#include <vpr/autograd/activation.hpp>
#include <vpr/autograd/arithmetic.hpp>
#include <vpr/autograd/attention.hpp>
#include <vpr/autograd/checkpoint.hpp>
#include <vpr/autograd/convolution.hpp>
#include <vpr/autograd/gather.hpp>
#include <vpr/autograd/layout.hpp>
#include <vpr/autograd/linear.hpp>
#include <vpr/autograd/maps.hpp>
#include <vpr/autograd/metric.hpp>
#include <vpr/autograd/normalization.hpp>
#include <vpr/autograd/pooling.hpp>
#include <vpr/autograd/product.hpp>
#include <vpr/autograd/residuals.hpp>
#include <vpr/autograd/transport.hpp>
#include <vpr/autograd/var.hpp>
