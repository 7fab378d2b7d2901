// SPDX-License-Identifier: MIT
/// @file
/// The specs of every op, by the headers of `ops/`. A kernel without one does not compile.
#pragma once

#include "tests/specs/activation.hpp"
#include "tests/specs/arithmetic.hpp"
#include "tests/specs/attention.hpp"
#include "tests/specs/gather.hpp"
#include "tests/specs/layout.hpp"
#include "tests/specs/linear.hpp"
#include "tests/specs/maps.hpp"
#include "tests/specs/metric.hpp"
#include "tests/specs/normalization.hpp"
#include "tests/specs/pooling.hpp"
#include "tests/specs/product.hpp"
#include "tests/specs/residuals.hpp"
#include "tests/specs/transport.hpp"
#include "tests/specs/updates.hpp"

namespace vpr::test {

using AllSpecs =
    Complete<Joined<ActivationSpecs, ArithmeticSpecs, AttentionSpecs, GatherSpecs, LayoutSpecs, LinearSpecs, MapSpecs, MetricSpecs,
                    NormalizationSpecs, PoolingSpecs, ProductSpecs, ResidualSpecs, TransportSpecs, UpdateSpecs>::type>::type;

}  // namespace vpr::test
