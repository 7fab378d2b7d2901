// SPDX-License-Identifier: MIT
// refused: deleted
#define VPR_WITH_IO
#include <vpr/io/open.hpp>

void list(void (*show)(const vpr::TensorInfo&)) {
  for (const vpr::TensorInfo& tensor : vpr::open_weights("weights.pth").tensors()) show(tensor);
}
