// SPDX-License-Identifier: MIT
/// @file
/// The whole library, as far as the components that were linked allow: `vpr::io` brings weight files,
/// `vpr::image` the decoders, `vpr::map` maps of places, `vpr::mpi` several processes. To compile faster include what you use.
#pragma once

#include <vpr/adapter.hpp>
#include <vpr/aggregator.hpp>
#include <vpr/autograd.hpp>
#include <vpr/backbone.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/dataset.hpp>
#include <vpr/dist.hpp>
#include <vpr/eval.hpp>
#include <vpr/image.hpp>
#include <vpr/index.hpp>
#include <vpr/io/missing.hpp>
#include <vpr/layer.hpp>
#include <vpr/local.hpp>
#include <vpr/loop.hpp>
#include <vpr/loss.hpp>
#include <vpr/map.hpp>
#include <vpr/matcher.hpp>
#include <vpr/model.hpp>
#include <vpr/ops.hpp>
#include <vpr/train.hpp>
#include <vpr/version.hpp>

#ifdef VPR_WITH_IO
#include <vpr/io.hpp>
#include <vpr/local/disk_store.hpp>
#endif
