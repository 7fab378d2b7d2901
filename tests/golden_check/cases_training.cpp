// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

namespace vpr::test {

template <class B>
void train_salad(const Golden& golden, Check& check);
template <class B>
void train_crica(const Golden& golden, Check& check);
template <class B>
void train_sela(const Golden& golden, Check& check);

namespace {

const Register salad_case("train_salad", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() { train_salad<B>(golden, check); });
});

const Register cricavpr_case("train_crica", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() { train_crica<B>(golden, check); });
});

const Register selavpr_case("train_sela", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() { train_sela<B>(golden, check); });
});

}  // namespace
}  // namespace vpr::test
