// SPDX-License-Identifier: MIT
/// @file
/// Weight files. Needs the CMake target `vpr::io`.
#pragma once

#include <vpr/io/dtype.hpp>
#include <vpr/io/mapped_file.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/io/weight_file.hpp>
#include <vpr/io/weight_source.hpp>
