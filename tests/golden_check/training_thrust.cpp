// SPDX-License-Identifier: MIT
#include "tests/golden_check/trainings.hpp"

#ifdef VPR_WITH_THRUST
namespace vpr::test {

template void train_salad<Thrust<f32>>(const Golden&, Check&);
template void train_crica<Thrust<f32>>(const Golden&, Check&);
template void train_sela<Thrust<f32>>(const Golden&, Check&);

}  // namespace vpr::test
#endif
