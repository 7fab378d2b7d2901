// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/index/signs.hpp>
#include <vpr/io/load.hpp>
#include <vpr/matcher/rerank.hpp>
#include <vpr/model/selavprpp.hpp>

namespace {

using namespace vpr::test;
using vpr::Shape;
using vpr::Tensor;

/// Whether the file has the float descriptor, and whether the binary one.
struct Parts {
  bool binary, floats;

  explicit Parts(const Golden& golden) : binary(golden.config("hashing", false)), floats(!binary || golden.config("rerank", false)) {}
};

vpr::VitConfig network_of(const Golden& golden) {
  vpr::VitConfig config = vit_config(golden);
  config.depth = golden.config("blocks", std::int64_t{golden.config<std::string>("layout", "base") == "large" ? 24 : 12});
  return config;
}

vpr::SelaVprPpSettings settings_of(const Golden& golden) {
  vpr::SelaVprPpSettings settings;
  if (golden.config<std::string>("layout", "base") == "large") settings = settings.large();
  const auto sizes = golden.config<std::vector<std::int64_t>>("adapter", {});
  if (!sizes.empty()) {
    settings.adapter = {.hidden = sizes.at(1),
                        .one = sizes.at(2),
                        .reduced_3 = sizes.at(3),
                        .three = sizes.at(4),
                        .reduced_5 = sizes.at(5),
                        .five = sizes.at(6)};
  }
  const auto heads = golden.config<std::vector<std::int64_t>>("heads", {});
  if (!heads.empty()) {
    settings.outputs = heads.at(1);
    settings.bits = heads.at(2);
  }
  return settings;
}

/// The first adapter of a side network.
template <class B, class Network>
void check_adapter(Check& check, const Network& network, const Tensor<B>& images, const vpr::SelaVprPpSettings& settings, std::size_t side,
                   const std::string& name) {
  const Tensor<B> start = network.network.before(images, settings.first);
  const Tensor<B> sum = add(start, network.network.before(images, settings.first + 1));
  check_intermediate(check, name + ".input", sum.to_vector());
  const vpr::TokenLayout layout = network.layout(network.grid(images.shape()[2], images.shape()[3]));
  check_intermediate(check, name, network.adapters(side)[0].convolution(sum, layout).to_vector());
}

/// The signs, and their bits, the first in the highest bit of a byte.
template <class B>
void check_signs(Check& check, const Tensor<B>& values) {
  std::vector<std::int64_t> signs, packed;
  for (const float value : vpr::ProjectedGem<B>::signs(values).to_vector()) signs.push_back(value > 0 ? 1 : -1);
  for (std::size_t i = 0; i < signs.size(); i += 8) {
    std::int64_t byte = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) byte = 2 * byte + (i + bit < signs.size() && signs[i + bit] > 0 ? 1 : 0);
    packed.push_back(byte);
  }
  check("hash", signs);
  check("hash_packed", packed);
}

const Register selavprpp_case("selavprpp", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const Parts parts(golden);
    const vpr::SelaVprPpSettings settings = settings_of(golden);
    // A file without the float descriptor has the side network of the binary one alone.
    auto model = vpr::make_selavprpp<B>(network_of(golden), settings);
    vpr::load(model, golden.weights(), {.strict = parts.binary && parts.floats});
    const Tensor<B> images = tensor<B>(golden, "in.image");
    const auto& network = model.pipeline.backbone;
    check_intermediate(check, "block0", network.network.before(images, 1).to_vector());
    if (parts.floats) check_adapter<B>(check, network, images, settings, 0, "adapters0");
    if (parts.binary) check_adapter<B>(check, network, images, settings, 1, "adapters_hashing0");
    // Of two, the normalisation got the binary descriptor's last.
    const std::int64_t channels = network.network.channels(), side = parts.binary ? 2 : 1;
    check_intermediate(check, "norm_input",
                       slice(network.before(images, network.depth()), 2, side * channels, (side + 1) * channels).to_vector());
    const auto features = network(images);
    const auto of_side = [&](std::int64_t i) {
      return vpr::Features<Tensor<B>>{slice(features.cls, 1, i * channels, (i + 1) * channels),
                                      slice(features.patches, 2, i * channels, (i + 1) * channels), features.grid};
    };
    const vpr::ProjectedGem<B>&floats = model.head.aggregator.inner, &bits = model.pipeline.aggregator.inner;
    if (parts.floats) {
      check_intermediate(check, "pooled", floats.pooled(of_side(0)).to_vector());
      check("main", model.head(features).tokens.to_vector());
    }
    if (!parts.binary) return;
    check_intermediate(check, "pooled_hashing", bits.pooled(of_side(1)).to_vector());
    const Tensor<B> values = bits.projected(of_side(1));
    check_intermediate(check, "hash_float", values.to_vector());
    if (!parts.floats) check("main", values.to_vector());
    check_signs(check, values);
    const std::vector<float> descriptors = model.pipeline(images).to_vector();
    VPR_REQUIRE(vpr::Error, descriptors == vpr::ProjectedGem<B>::signs(values).to_vector(), "the descriptor is not of the signs");
  });
});

/// Candidates by Hamming distance, then by the float descriptors.
const Register rerank_case("selavprpp_rerank", [](const Golden& golden, const Options&, Check& check) {
  const auto matrix = [&](const char* name, const std::vector<float>& values) {
    return vpr::Rows(values.data(), golden.shape(name)[0], golden.shape(name)[1]);
  };
  const std::vector<float> database_bits = golden.values("in.database_binary"), query_bits = golden.values("in.query_binary");
  const std::vector<float> database = golden.values("in.database_float"), queries = golden.values("in.query_float");
  const vpr::Rows database_rows = matrix("in.database_float", database), query_rows = matrix("in.query_float", queries);
  vpr::SignIndex index(golden.shape("in.database_binary")[1]);
  index.add(matrix("in.database_binary", database_bits));
  const std::int64_t k = golden.shape("out.first")[1];
  const std::vector<vpr::Matches> found = index.search(matrix("in.query_binary", query_bits), k);
  const auto one = [](vpr::Rows rows, std::int64_t i) { return vpr::LocalFeatures{{1, 1}, rows.dim(), {rows[i], rows[i] + rows.dim()}}; };
  vpr::MemoryLocalStore store(vpr::LocalPrecision::float32);
  for (std::int64_t i = 0; i < database_rows.size(); ++i) store.add(one(database_rows, i));
  std::vector<std::int64_t> first, hamming, reranked;
  std::vector<float> distances;
  std::vector<vpr::Matches> last;
  for (std::size_t q = 0; q < found.size(); ++q) {
    for (const vpr::Match& match : found[q]) {
      first.push_back(match.id);
      hamming.push_back(static_cast<std::int64_t>(match.score));
    }
    const vpr::Reranked second = vpr::rerank(found[q], k, one(query_rows, static_cast<std::int64_t>(q)), store, vpr::DescriptorDistance());
    for (const vpr::Match& match : second.matches) reranked.push_back(match.id);
    for (const vpr::LocalMatch& match : second.local) distances.push_back(-match.score);
    last.push_back(second.matches);
  }
  check("first", first);
  check("hamming", hamming);
  check("reranked", reranked);
  check("main", distances);
  const auto at = golden.config<std::vector<std::int64_t>>("recall_values", {});
  std::vector<float> recalls;
  for (const std::int64_t n : at) {
    float right = 0;
    for (std::size_t q = 0; q < last.size(); ++q) {
      bool any = false;
      for (std::int64_t i = 0; i < n; ++i)
        any = any || (last[q].at(static_cast<std::size_t>(i)).id + static_cast<std::int64_t>(q)) % 5 == 0;
      right += any ? 1 : 0;
    }
    recalls.push_back(100 * right / static_cast<float>(last.size()));
  }
  check("recalls_percent", recalls);
});

}  // namespace
