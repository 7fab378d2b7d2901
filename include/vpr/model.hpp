// SPDX-License-Identifier: MIT
/// @file
/// Pipelines and the named systems.
#pragma once

#include <vpr/model/any_pipeline.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

#ifdef VPR_WITH_IO
#include <vpr/model/named.hpp>
#endif
