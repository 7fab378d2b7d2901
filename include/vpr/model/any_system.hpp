// SPDX-License-Identifier: MIT
/// @file
/// Systems chosen at run time.
#pragma once

#include <vpr/aggregator/any.hpp>
#include <vpr/backbone/any.hpp>
#include <vpr/local/any.hpp>
#include <vpr/matcher/any.hpp>
#include <vpr/model/two_stage.hpp>

namespace vpr {

/// Any pipeline over backend `B`: every `Pipeline` over it converts to one.
template <class B = Cpu<f32>>
using AnyPipeline = Pipeline<AnyBackbone<B>, AnyAggregator<B>>;

/// Any system over backend `B`, with a second stage or without, in which case `head` is false: every `TwoStage` over it converts to one, and every
/// `Pipeline` by `AnySystem<B>(pipeline)`. What is written for it, to load, describe, train or save a system, is compiled once for all of them.
template <class B = Cpu<f32>>
using AnySystem = TwoStage<AnyPipeline<B>, AnyLocalHead<B>, AnyMatcher<B>>;

}  // namespace vpr
