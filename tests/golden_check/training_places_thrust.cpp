// SPDX-License-Identifier: MIT
#include "tests/golden_check/training_places.hpp"

#ifdef VPR_WITH_THRUST
#include <vpr/backend/thrust.hpp>

namespace vpr::test {

template void train_salad<Thrust<f32>>(const Golden&, Check&);
template void train_crica<Thrust<f32>>(const Golden&, Check&);

}  // namespace vpr::test
#endif
