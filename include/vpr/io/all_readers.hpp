// SPDX-License-Identifier: MIT
/// @file
/// Every reader of weight files: for the file of a program that has them for all others, see `VPR_IO_APART` in `vpr/io/apart.hpp`.
#pragma once

#include <vpr/io/open.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/save.hpp>
