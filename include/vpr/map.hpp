// SPDX-License-Identifier: MIT
/// @file
/// Maps of places on disk. Needs the CMake target `vpr::map`.
#pragma once

#include <vpr/map/missing.hpp>

#ifdef VPR_WITH_MAP
#include <vpr/map/place_map.hpp>
#ifdef VPR_WITH_HNSW
#include <vpr/map/place_graph.hpp>
#endif
#ifdef VPR_WITH_IO
#include <vpr/map/export.hpp>
#endif
#endif
