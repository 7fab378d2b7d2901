// SPDX-License-Identifier: MIT
/// @file
/// The fit of a PCA, compiled in a source of its own: Eigen's solver takes as long as a command.
#pragma once

#include <vpr/index/pca.hpp>

#include <cstdint>

namespace cli {

/// `vpr::fit_pca`.
vpr::Pca fit_pca(vpr::Rows descriptors, std::int64_t components, bool or_fewer, bool whiten);

}  // namespace cli
