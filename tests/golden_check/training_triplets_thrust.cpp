// SPDX-License-Identifier: MIT
#include "tests/golden_check/training_triplets.hpp"

#ifdef VPR_WITH_THRUST
#include <vpr/backend/thrust.hpp>

namespace vpr::test {

template void train_sela<Thrust<f32>>(const Golden&, Check&);

}  // namespace vpr::test
#endif
