// SPDX-License-Identifier: MIT
#include "tests/golden_check/training_triplets.hpp"

namespace vpr::test {

template void train_sela<Reference<f32>>(const Golden&, Check&);

}  // namespace vpr::test
