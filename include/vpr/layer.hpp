// SPDX-License-Identifier: MIT
/// @file
/// The learned layers that backbones, adapters and aggregators are made of.
#pragma once

#include <vpr/layer/batch_norm.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/layer/feed_forward.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/layer/multihead_attention.hpp>
#include <vpr/layer/normed_convolution.hpp>
#include <vpr/layer/patch_embedding.hpp>
#include <vpr/layer/self_attention.hpp>
#include <vpr/layer/transformer_encoder.hpp>
