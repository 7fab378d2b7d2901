// SPDX-License-Identifier: MIT
/// @file
/// Loop closing: candidates, sequences, decisions.
#pragma once

#include <vpr/loop/bayes_filter.hpp>
#include <vpr/loop/decision.hpp>
#include <vpr/loop/find_loops.hpp>
#include <vpr/loop/fit_decision.hpp>
#include <vpr/loop/loop_closer.hpp>
#include <vpr/loop/loop_report.hpp>
#include <vpr/loop/sequence_matching.hpp>
#include <vpr/loop/submap_loops.hpp>
