// SPDX-License-Identifier: MIT
/// @file
/// Measures of recognition, and reports. With vpr::io also as JSON.
#pragma once

#include <vpr/eval/mean_average_precision.hpp>
#include <vpr/eval/precision_recall.hpp>
#include <vpr/eval/recall.hpp>
#include <vpr/eval/timing.hpp>

#ifdef VPR_WITH_IO
#include <vpr/eval/evaluation_json.hpp>
#endif
