// SPDX-License-Identifier: MIT
/// @file
/// Data sets: photos, positions and right answers; batches to train on; a town to render where there are none.
#pragma once

#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/csv.hpp>
#include <vpr/dataset/dataset.hpp>
#include <vpr/dataset/gsv_cities.hpp>
#include <vpr/dataset/mined_batches.hpp>
#include <vpr/dataset/missing.hpp>
#include <vpr/dataset/msls.hpp>
#include <vpr/dataset/pairs.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/photo_batches.hpp>
#include <vpr/dataset/photo_folder.hpp>
#include <vpr/dataset/photo_list.hpp>
#include <vpr/dataset/photo_loader.hpp>
#include <vpr/dataset/place_sampler.hpp>
#include <vpr/dataset/position_extent.hpp>
#include <vpr/dataset/position_unit.hpp>
#include <vpr/dataset/positions.hpp>
#include <vpr/dataset/positives.hpp>
#include <vpr/dataset/prefetch.hpp>
#include <vpr/dataset/read_training_places.hpp>
#include <vpr/dataset/synthetic_town.hpp>
#include <vpr/dataset/training_photo.hpp>
#include <vpr/dataset/training_places.hpp>
#include <vpr/dataset/triplet_batches.hpp>
#include <vpr/dataset/triplet_miner.hpp>
#include <vpr/dataset/triplet_photos.hpp>
#include <vpr/dataset/utm.hpp>
#include <vpr/dataset/utm_name.hpp>

#ifdef VPR_WITH_HASH
#include <vpr/dataset/feature_cache.hpp>
#include <vpr/dataset/frozen_blocks.hpp>
#endif

#ifdef VPR_WITH_IMAGE
#include <vpr/dataset/read_photo.hpp>
#include <vpr/dataset/write_town.hpp>
#endif
