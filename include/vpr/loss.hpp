// SPDX-License-Identifier: MIT
/// @file
/// Losses and miners.
#pragma once

#include <vpr/loss/concept.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/loss/multi_similarity_miner.hpp>
#include <vpr/loss/pairs.hpp>
