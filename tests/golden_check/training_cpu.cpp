// SPDX-License-Identifier: MIT
#include "tests/golden_check/trainings.hpp"

namespace vpr::test {

template void train_salad<Cpu<f32>>(const Golden&, Check&);
template void train_crica<Cpu<f32>>(const Golden&, Check&);
template void train_sela<Cpu<f32>>(const Golden&, Check&);

}  // namespace vpr::test
