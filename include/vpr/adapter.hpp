// SPDX-License-Identifier: MIT
/// @file
/// All adapters.
#pragma once

#include <vpr/adapter/both.hpp>
#include <vpr/adapter/bottleneck.hpp>
#include <vpr/adapter/convpass.hpp>
#include <vpr/adapter/mul_conv.hpp>
#include <vpr/adapter/none.hpp>
#include <vpr/adapter/side.hpp>
