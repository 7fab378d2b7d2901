// SPDX-License-Identifier: MIT
/// @file
/// Backbones. `<vpr/backbone/dense_sift.hpp>`, which takes OpenCV's headers, is left out.
#pragma once

#include <vpr/backbone/any.hpp>
#include <vpr/backbone/block.hpp>
#include <vpr/backbone/concept.hpp>
#include <vpr/backbone/convnext.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/features.hpp>
#include <vpr/backbone/mobile_net.hpp>
#include <vpr/backbone/multi_level.hpp>
#include <vpr/backbone/position_embedding.hpp>
#include <vpr/backbone/r2former.hpp>
#include <vpr/backbone/resnet.hpp>
#include <vpr/backbone/rotary_turns.hpp>
#include <vpr/backbone/side_network.hpp>
#include <vpr/backbone/staged.hpp>
#include <vpr/backbone/super_point.hpp>
#include <vpr/backbone/tap.hpp>
#include <vpr/backbone/tapped.hpp>
#include <vpr/backbone/token_insertion.hpp>
#include <vpr/backbone/trans_vpr.hpp>
#include <vpr/backbone/vgg.hpp>
#include <vpr/backbone/vit_config.hpp>
