// SPDX-License-Identifier: MIT
// refused: deleted
#define VPR_WITH_IO
#include <vpr/backend/cpu.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/safetensors.hpp>
#include <vpr/layer/linear.hpp>

vpr::Linear<vpr::Cpu<>> layer(1, 1);
vpr::Loading<vpr::Linear<vpr::Cpu<>>, vpr::WeightFile> loading(layer, vpr::read_safetensors("weights.safetensors"), {});
