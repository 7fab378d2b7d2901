// SPDX-License-Identifier: MIT
/// @file
/// Training: optimisers and schedules.
#pragma once

#include <vpr/train/adam.hpp>
#include <vpr/train/clip.hpp>
#include <vpr/train/optimizer.hpp>
#include <vpr/train/parameters.hpp>
#include <vpr/train/schedule.hpp>
#include <vpr/train/sgd.hpp>
