// SPDX-License-Identifier: MIT
/// @file
/// Local features. One header is left out, since it needs the component vpr::io: `<vpr/local/disk_store.hpp>`, which keeps them in a file.
#pragma once

#include <vpr/local/any.hpp>
#include <vpr/local/attended.hpp>
#include <vpr/local/concept.hpp>
#include <vpr/local/descriptor.hpp>
#include <vpr/local/features.hpp>
#include <vpr/local/most_attended.hpp>
#include <vpr/local/patch_net_vlad.hpp>
#include <vpr/local/patches.hpp>
#include <vpr/local/precision.hpp>
#include <vpr/local/store.hpp>
#include <vpr/local/super_point.hpp>
#include <vpr/local/up_conv.hpp>
