// SPDX-License-Identifier: MIT
// refused: conversion from
#include <vpr/core/eigen.hpp>
#include <vpr/core/rows.hpp>

vpr::Matrix<float> descriptors();
vpr::Rows rows = descriptors();
