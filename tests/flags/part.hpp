// SPDX-License-Identifier: MIT
/// What the two parts of a program offer each other. They are the same source, compiled with different flags.
#pragma once

#include <vpr/backend/cpu.hpp>
#include <vpr/index/flat.hpp>
#include <vpr/index/pca.hpp>

#include <string>

/// Objects that one part makes and the other uses and destroys.
struct Made {
  vpr::Tensor<vpr::Cpu<>> descriptors;
  vpr::FlatIndex<vpr::InnerProduct> index;
  vpr::Pca pca;
};

struct Part {
  Made (*make)();
  /// What is wrong with the results of this part, computed with what either part made; empty if nothing is.
  std::string (*problems)(Made made);
  int (*thread_count)();
  int (*threads_of_a_loop)();
};
