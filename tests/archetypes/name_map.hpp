// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/io/name_map.hpp>

/// A file that calls weights `kernel` and biases `offset`, and puts `net/` before every name.
struct KernelAndOffset {
  std::vector<std::string> operator()(const std::string& official) const {
    if (official.ends_with("weight")) return {"net/" + official.substr(0, official.size() - 6) + "kernel"};
    if (official.ends_with("bias")) return {"net/" + official.substr(0, official.size() - 4) + "offset"};
    return {"net/" + official};
  }
};

static_assert(vpr::NameMap<KernelAndOffset>);
