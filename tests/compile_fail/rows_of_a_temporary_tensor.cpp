// SPDX-License-Identifier: MIT
// refused: conversion from
#include <vpr/backend/cpu.hpp>
#include <vpr/core/rows.hpp>

vpr::Tensor<vpr::Cpu<>> descriptors();
vpr::Rows rows = descriptors();
