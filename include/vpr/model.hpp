// SPDX-License-Identifier: MIT
/// @file
/// Pipelines. `<vpr/model/named.hpp>`, which makes every model by name at run time, is left to the one source that needs it: it
/// instantiates them all.
#pragma once

#include <vpr/model/any_system.hpp>
#include <vpr/model/anyloc.hpp>
#include <vpr/model/boq.hpp>
#include <vpr/model/cricavpr.hpp>
#include <vpr/model/descriptors.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/megaloc.hpp>
#include <vpr/model/pipeline.hpp>
#include <vpr/model/record.hpp>
#include <vpr/model/resnet.hpp>
#include <vpr/model/salad.hpp>
#include <vpr/model/selavpr.hpp>
#include <vpr/model/two_stage.hpp>
