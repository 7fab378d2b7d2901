// SPDX-License-Identifier: MIT
/// @file
/// Matching photos by their local features, and re-ranking by it.
#pragma once

#include <vpr/matcher/any.hpp>
#include <vpr/matcher/concept.hpp>
#include <vpr/matcher/descriptor_distance.hpp>
#include <vpr/matcher/fundamental.hpp>
#include <vpr/matcher/homography.hpp>
#include <vpr/matcher/masked.hpp>
#include <vpr/matcher/match_score.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/matcher/nearest.hpp>
#include <vpr/matcher/patches.hpp>
#include <vpr/matcher/r2former.hpp>
#include <vpr/matcher/ransac.hpp>
#include <vpr/matcher/rerank.hpp>
#include <vpr/matcher/super_glue.hpp>
#include <vpr/matcher/verified.hpp>
