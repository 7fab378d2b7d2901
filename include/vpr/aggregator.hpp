// SPDX-License-Identifier: MIT
/// @file
/// Aggregators.
#pragma once

#include <vpr/aggregator/any.hpp>
#include <vpr/aggregator/batch_context.hpp>
#include <vpr/aggregator/concept.hpp>
#include <vpr/aggregator/conv_ap.hpp>
#include <vpr/aggregator/cos_place.hpp>
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/aggregator/first_centres.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/kmeans.hpp>
#include <vpr/aggregator/mix_vpr.hpp>
#include <vpr/aggregator/net_vlad.hpp>
#include <vpr/aggregator/projected.hpp>
#include <vpr/aggregator/region_vlad.hpp>
#include <vpr/aggregator/reservoir.hpp>
#include <vpr/aggregator/salad.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/aggregator/split.hpp>
#include <vpr/aggregator/vlad.hpp>
#include <vpr/aggregator/vocabulary.hpp>
