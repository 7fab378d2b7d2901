// SPDX-License-Identifier: MIT
/// @file
/// Losses and miners.
#pragma once

#include <vpr/loss/circle.hpp>
#include <vpr/loss/concept.hpp>
#include <vpr/loss/contrastive.hpp>
#include <vpr/loss/fast_ap.hpp>
#include <vpr/loss/hard_triplets.hpp>
#include <vpr/loss/hashing.hpp>
#include <vpr/loss/large_margin_cosine.hpp>
#include <vpr/loss/local_mutual.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/loss/multi_similarity_miner.hpp>
#include <vpr/loss/pairs.hpp>
#include <vpr/loss/selavpr.hpp>
#include <vpr/loss/sfrs.hpp>
#include <vpr/loss/softmax.hpp>
#include <vpr/loss/triplet.hpp>
