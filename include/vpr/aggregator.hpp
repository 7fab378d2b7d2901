// SPDX-License-Identifier: MIT
/// @file
/// Aggregators.
#pragma once

#include <vpr/aggregator/any.hpp>
#include <vpr/aggregator/batch_context.hpp>
#include <vpr/aggregator/concept.hpp>
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/aggregator/edtformer.hpp>
#include <vpr/aggregator/first_centres.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/kmeans.hpp>
#include <vpr/aggregator/mix_vpr.hpp>
#include <vpr/aggregator/net_vlad.hpp>
#include <vpr/aggregator/projected.hpp>
#include <vpr/aggregator/projected_gem.hpp>
#include <vpr/aggregator/reservoir.hpp>
#include <vpr/aggregator/salad.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/aggregator/soft_assignment.hpp>
#include <vpr/aggregator/split.hpp>
#include <vpr/aggregator/super_vlad.hpp>
#include <vpr/aggregator/vlad.hpp>
#include <vpr/aggregator/vocabulary.hpp>
