// SPDX-License-Identifier: MIT
/// @file
/// Data sets: photos, positions and right answers.
#pragma once

#include <vpr/dataset/csv.hpp>
#include <vpr/dataset/dataset.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/photo_list.hpp>
#include <vpr/dataset/positions.hpp>
#include <vpr/dataset/positives.hpp>
#include <vpr/dataset/utm.hpp>
#include <vpr/dataset/utm_name.hpp>
