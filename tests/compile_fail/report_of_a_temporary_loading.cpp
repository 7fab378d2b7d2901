// SPDX-License-Identifier: MIT
// refused: deleted
#define VPR_WITH_IO
#include <vpr/backend/cpu.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/weight_file.hpp>
#include <vpr/layer/linear.hpp>

vpr::Loading<vpr::Linear<vpr::Cpu<>>, vpr::WeightFile> loading();
const vpr::LoadReport& report = loading().report();
