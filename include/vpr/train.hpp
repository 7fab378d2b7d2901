// SPDX-License-Identifier: MIT
/// @file
/// Training: optimisers, schedules and early stopping. Two headers are left out, since they need the component vpr::io: `<vpr/train/trainer.hpp>` and
/// `<vpr/train/training_log.hpp>`.
#pragma once

#include <vpr/train/adam.hpp>
#include <vpr/train/clip.hpp>
#include <vpr/train/copy_parameters.hpp>
#include <vpr/train/early_stopping.hpp>
#include <vpr/train/optimizer.hpp>
#include <vpr/train/parameters.hpp>
#include <vpr/train/schedule.hpp>
#include <vpr/train/sgd.hpp>
#include <vpr/train/training_row.hpp>
