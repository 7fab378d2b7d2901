// SPDX-License-Identifier: MIT
/// @file
/// Measures of recognition, and reports; with the CMake target `vpr::io` also as JSON, with `vpr::image` with thumbnails.
#pragma once

#include <vpr/eval/comparison.hpp>
#include <vpr/eval/heat_map.hpp>
#include <vpr/eval/keep_photos.hpp>
#include <vpr/eval/match_lines.hpp>
#include <vpr/eval/mean_average_precision.hpp>
#include <vpr/eval/missing.hpp>
#include <vpr/eval/precision_recall.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/eval/report.hpp>
#include <vpr/eval/report_html.hpp>
#include <vpr/eval/report_svg.hpp>
#include <vpr/eval/timing.hpp>
#include <vpr/eval/training_report.hpp>

#ifdef VPR_WITH_IO
#include <vpr/eval/evaluation_json.hpp>
#endif
#ifdef VPR_WITH_IMAGE
#include <vpr/eval/report_thumbnails.hpp>
#endif
