// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/aggregator/boq.hpp>

namespace {

using namespace vpr::test;

const Register boq_case("boq", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const vpr::BoqSettings settings{.channels = golden.config("in_channels", std::int64_t{1024}),
                                    .projected = golden.config("proj_channels", std::int64_t{512}),
                                    .queries = golden.config("num_queries", std::int64_t{32}),
                                    .layers = golden.config("num_layers", std::int64_t{2}),
                                    .rows = golden.config("row_dim", std::int64_t{32})};
    vpr::Boq<B> aggregator(settings);
    load_from(golden, aggregator);
    const auto features = map_features<B>(golden, "in.features");
    auto x = aggregator.reduced(features);
    check("norm_input", x.to_vector());
    for (std::int64_t i = 0; i < settings.layers; ++i) {
      x = aggregator.encoded(std::move(x), i);
      check("boq" + std::to_string(i) + ".x", x.to_vector());
      check("boq" + std::to_string(i) + ".queries", aggregator.answers(x, i).to_vector());
    }
    check("main", aggregator(features).to_vector());
  });
});

}  // namespace
