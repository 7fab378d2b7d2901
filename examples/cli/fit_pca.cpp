// SPDX-License-Identifier: MIT
#include "fit_pca.hpp"

#include <vpr/index/fit_pca.hpp>

namespace cli {

vpr::Pca fit_pca(vpr::Rows descriptors, std::int64_t components, bool or_fewer, bool whiten) {
  return vpr::fit_pca(descriptors, {.components = components, .or_fewer = or_fewer, .power = whiten ? -0.5F : 0.0F});
}

}  // namespace cli
