// SPDX-License-Identifier: MIT
#include "tests/golden_check/trainings.hpp"

namespace vpr::test {

template void train_salad<Reference<f32>>(const Golden&, Check&);
template void train_crica<Reference<f32>>(const Golden&, Check&);
template void train_sela<Reference<f32>>(const Golden&, Check&);

}  // namespace vpr::test
