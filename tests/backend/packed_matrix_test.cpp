// SPDX-License-Identifier: MIT
#include <vpr/backend/concept.hpp>
#include <vpr/backend/cpu/packed_matrix.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace vpr;
using namespace vpr::detail;

static_assert(LinearWeight<PackedMatrix>);

namespace {

constexpr Precision precisions[] = {Precision::f32, Precision::bf16, Precision::int8};

struct Case {
  std::int64_t rows, outputs, inputs;
  std::vector<float> x, weights;

  Case(std::int64_t m, std::int64_t n, std::int64_t k)
      : rows(m), outputs(n), inputs(k), x(random_floats(m * k, 1)), weights(random_floats(n * k, 2)) {}
};

std::vector<float> product(const PackedMatrix& matrix, const std::vector<float>& x, std::int64_t rows,
                           const EpilogueOperands<float>& epilogue = {}) {
  std::vector<float> out(static_cast<std::size_t>(rows * matrix.outputs()));
  matrix.multiply({x.data(), matrix.inputs(), rows}, epilogue, out.data());
  return out;
}

/// An element in double, and how far one computed in a precision may be from it.
struct Reference {
  double value, bound;
};

/// Sums in float are off by at most a half unit in the last place of a partial sum for each addition and, where it is apart, for each
/// multiplication; bytes by half a step of each operand.
Reference reference(const Case& c, const PackedMatrix& matrix, std::int64_t row, std::int64_t output) {
  const float* const x = c.x.data() + row * c.inputs;
  const float* const w = c.weights.data() + output * c.inputs;
  double sum = 0, magnitude = 0, least = 0, most = 0, largest = 0, bound = 0;
  for (std::int64_t k = 0; k < c.inputs; ++k) {
    least = std::min<double>(least, x[k]), most = std::max<double>(most, x[k]);
    largest = std::max<double>(largest, std::abs(w[k]));
  }
  const double x_off = (most - least) / 253 * 0.5001, w_off = largest / 127 * 0.5001;
  for (std::int64_t k = 0; k < c.inputs; ++k) {
    const bool rounded = matrix.precision() == Precision::bf16;
    const double a = rounded ? static_cast<float>(bf16(x[k])) : x[k], b = rounded ? static_cast<float>(bf16(w[k])) : w[k];
    sum += a * b;
    magnitude += std::abs(a * b);
    bound += std::abs(a) * w_off + std::abs(b) * x_off + w_off * x_off;
  }
  const double unit = std::numeric_limits<float>::epsilon() / 2, terms = static_cast<double>(c.inputs) + 4;
  return {sum, matrix.precision() == Precision::int8 ? bound + 8 * unit * magnitude : 2 * terms * unit * magnitude + 1e-30};
}

/// The largest difference from the reference, as a share of what is allowed.
double worst(const Case& c, const PackedMatrix& matrix, const std::vector<float>& found) {
  double worst = 0;
  for (std::int64_t r = 0; r < c.rows; ++r) {
    for (std::int64_t o = 0; o < c.outputs; ++o) {
      const Reference want = reference(c, matrix, r, o);
      const double share =
          std::abs(static_cast<double>(found[static_cast<std::size_t>(r * c.outputs + o)]) - want.value) / (want.bound + 1e-30);
      worst = std::isnan(share) ? std::numeric_limits<double>::infinity() : std::max(worst, share);
    }
  }
  return worst;
}

double worst(std::int64_t rows, std::int64_t outputs, std::int64_t inputs, Precision precision) {
  const Case c(rows, outputs, inputs);
  const PackedMatrix matrix = PackedMatrix::from(Shape{outputs, inputs}, c.weights, precision);
  return worst(c, matrix, product(matrix, c.x, rows));
}

}  // namespace

TEST_CASE("A product is right for every number of rows, outputs and inputs up to three vectors and beyond the blocks", "[every_set]") {
  for (const Precision precision : precisions) {
    INFO(name_of(precision));
    for (std::int64_t rows = 1; rows <= 38; ++rows) REQUIRE(worst(rows, 35, 21, precision) <= 1);
    for (std::int64_t outputs = 1; outputs <= 98; ++outputs) REQUIRE(worst(7, outputs, 19, precision) <= 1);
    for (std::int64_t inputs = 1; inputs <= 196; ++inputs) REQUIRE(worst(5, 37, inputs, precision) <= 1);
    for (const auto [rows, outputs, inputs] :
         {GemmSize{13, 300, 1030}, GemmSize{2, 33, 4500}, GemmSize{300, 40, 70}, GemmSize{601, 1, 515}})
      REQUIRE(worst(rows, outputs, inputs, precision) <= 1);
  }
}

#if VPR_SEVERAL_INSTRUCTION_SETS
TEST_CASE("Products of bfloat16 by instructions of their own are as close as by those of floats") {
  if (best_instruction_set() < InstructionSet::avx512_bf16) {
    WARN("skipped: this processor has no AVX-512 BF16");
    return;
  }
  const Case c(29, 70, 1100);
  const PackedMatrix matrix = PackedMatrix::from(Shape{c.outputs, c.inputs}, c.weights, Precision::bf16);
  std::vector<float> out(static_cast<std::size_t>(c.rows * c.outputs));
  matrix.multiply(avx512_bf16::float_products[1], {c.x.data(), c.inputs, c.rows}, {}, out.data(), c.outputs);
  CHECK(worst(c, matrix, out) <= 1);
}

TEST_CASE("Products by AMX are as close as others, read nothing behind a panel, and of bytes give the same bits") {
  if (best_instruction_set() < InstructionSet::amx) {
    WARN("skipped: this processor has no AMX");
    return;
  }
  for (const std::int64_t rows : {1, 2, 16, 17, 33, 48, 49, 97}) {
    for (const std::int64_t inputs : {1, 31, 64, 65, 1030, 2100}) {
      const Case c(rows, 34, inputs);
      std::vector<float> out(static_cast<std::size_t>(c.rows * c.outputs)), other(out.size());
      // The panel behind the first holds infinities, which times the zeros of a row's end would be no number.
      std::vector<float> weights = c.weights;
      std::fill(weights.begin() + 32 * inputs, weights.end(), std::numeric_limits<float>::infinity());
      const PackedMatrix rounded = PackedMatrix::from(Shape{c.outputs, inputs}, weights, Precision::bf16);
      rounded.multiply(avx512_bf16::amx_products[0], {c.x.data(), inputs, rows}, {}, out.data(), c.outputs);
      rounded.multiply(avx512::float_products[1], {c.x.data(), inputs, rows}, {}, other.data(), c.outputs);
      for (std::int64_t i = 0; i < rows * c.outputs; ++i) {
        if (i % c.outputs < 32) REQUIRE(std::abs(out[static_cast<std::size_t>(i)] - other[static_cast<std::size_t>(i)]) <= 1e-4F);
      }
      const PackedMatrix bytes = PackedMatrix::from(Shape{c.outputs, inputs}, c.weights, Precision::int8);
      bytes.multiply(avx512_bf16::amx_products[1], {c.x.data(), inputs, rows}, {}, out.data(), c.outputs);
      bytes.multiply(avx512_bf16::float_products[2], {c.x.data(), inputs, rows}, {}, other.data(), c.outputs);
      REQUIRE(out == other);
    }
  }
}
#endif

TEST_CASE("Bias, activation, scale, gate and residual follow a product in this order, each or none", "[every_set]") {
  const Case c(14, 45, 30);
  const std::vector<float> bias = random_floats(45, 3), gates = random_floats(45, 4), residual = random_floats(14 * 45, 5);
  for (const Precision precision : precisions) {
    const PackedMatrix matrix = PackedMatrix::from(Shape{45, 30}, c.weights, precision);
    const std::vector<float> plain = product(matrix, c.x, c.rows);
    for (const float* b : {static_cast<const float*>(nullptr), bias.data()}) {
      for (const Activation activation :
           {Activation::none, Activation::relu, Activation::relu6, Activation::gelu, Activation::quick_gelu}) {
        for (const int kind : {0, 1, 2}) {
          for (const int kept : {0, 1, 2}) {
            EpilogueOperands<float> epilogue{.bias = b, .activation = activation};
            if (kind > 0) epilogue.scale = 0.37F;
            if (kind > 1) epilogue.gate = gates.data();
            std::vector<float> out = residual;
            if (kept > 0) epilogue.residual = kept == 1 ? residual.data() : out.data();
            matrix.multiply({c.x.data(), 30, c.rows}, epilogue, out.data());
            double worst = 0;
            for (std::size_t i = 0; i < out.size(); ++i) {
              double want = plain[i] + static_cast<double>(b != nullptr ? b[i % 45] : 0.0F);
              want =
                  activate(activation, want) * static_cast<double>(epilogue.scale) * static_cast<double>(kind == 2 ? gates[i % 45] : 1.0F);
              if (kept > 0) want += residual[i];
              worst = std::max(worst, std::abs(out[i] - want));
            }
            INFO(name_of(precision) << ' ' << (b != nullptr) << ' ' << static_cast<int>(activation) << ' ' << kind << ' ' << kept);
            const bool near = activation == Activation::gelu && precision != Precision::f32;
            REQUIRE(worst <= (near ? 7.4e-5 : 4e-6));  // values up to 16
          }
        }
      }
    }
  }
}

TEST_CASE("A product has the same bits on any number of threads and for any rows that are computed with it", "[every_set]") {
  const Case c(330, 210, 1100);
  for (const Precision precision : precisions) {
    INFO(name_of(precision));
    const PackedMatrix matrix = PackedMatrix::from(Shape{210, 1100}, c.weights, precision);
    const std::vector<float> all = product(matrix, c.x, c.rows);
    for (const int threads : {1, 2, 3}) {
      const Threads scope(threads);
      CHECK(product(matrix, c.x, c.rows) == all);
    }
    for (const auto& [begin, count] : {std::pair{0, 1}, {1, 2}, {7, 5}, {11, 12}, {12, 13}, {100, 200}, {329, 1}}) {
      const std::vector<float> some(c.x.begin() + begin * 1100, c.x.begin() + (begin + count) * 1100);
      const std::vector<float> found = product(matrix, some, count);
      CHECK(std::equal(found.begin(), found.end(), all.begin() + begin * 210));
    }
    const std::vector<float> first(c.weights.begin(), c.weights.begin() + 41 * 1100);
    const std::vector<float> fewer = product(PackedMatrix::from(Shape{41, 1100}, first, precision), c.x, c.rows);
    for (std::int64_t r = 0; r < c.rows; ++r)
      REQUIRE(std::equal(fewer.begin() + r * 41, fewer.begin() + (r + 1) * 41, all.begin() + r * 210));
  }
}

TEST_CASE("The sums of bytes are exact, however many and however large", "[every_set]") {
  const std::int64_t inputs = GENERATE(1, 3, 17, 64, 3000, PackedMatrix::most_int8_inputs);
  // Whole numbers of which the rows reach from -126 to 127 and the outputs to 127 are held exactly.
  std::vector<float> x(static_cast<std::size_t>(3 * inputs)), weights(static_cast<std::size_t>(2 * inputs));
  for (std::int64_t k = 0; k < inputs; ++k) {
    const auto at = static_cast<std::size_t>(k), count = static_cast<std::size_t>(inputs);
    x[at] = static_cast<float>(k % 2 == 0 ? 127 : -126);
    x[count + at] = static_cast<float>((k + 1) * 37 % 254 - 126);
    x[2 * count + at] = 253;
    weights[at] = static_cast<float>(k % 2 == 0 ? 127 : -127);
    weights[count + at] = 127;
  }
  const std::vector<float> found = product(PackedMatrix::from(Shape{2, inputs}, weights, Precision::int8), x, 3);
  for (std::size_t r = 0; r < 3; ++r) {
    if (inputs < 254 && r < 2) continue;  // these do not reach as far
    for (std::size_t o = 0; o < 2; ++o) {
      double sum = 0;
      for (std::size_t k = 0; k < static_cast<std::size_t>(inputs); ++k)
        sum += static_cast<double>(x[r * static_cast<std::size_t>(inputs) + k]) *
               static_cast<double>(weights[o * static_cast<std::size_t>(inputs) + k]);
      CHECK(std::abs(found[r * 2 + o] - sum) <= 1e-6 * std::abs(sum));
    }
  }
  CHECK_THROWS_AS(PackedMatrix::zeros(Shape{2, PackedMatrix::most_int8_inputs + 1}, Precision::int8), ConfigError);
}

TEST_CASE("What is not finite stays so", "[every_set]") {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  Case c(14, 40, 50);
  c.x[3 * 50 + 7] = nan, c.x[5 * 50 + 49] = infinity, c.x[13 * 50] = -infinity, c.weights[6 * 50 + 2] = nan,
               c.weights[39 * 50 + 1] = infinity;
  for (const Precision precision : precisions) {
    INFO(name_of(precision));
    const std::vector<float> found = product(PackedMatrix::from(Shape{40, 50}, c.weights, precision), c.x, c.rows);
    for (std::int64_t r = 0; r < c.rows; ++r) {
      for (std::int64_t o = 0; o < c.outputs; ++o) {
        double sum = 0;
        for (std::int64_t k = 0; k < 50; ++k)
          sum += static_cast<double>(c.x[static_cast<std::size_t>(r * 50 + k)]) *
                 static_cast<double>(c.weights[static_cast<std::size_t>(o * 50 + k)]);
        const float value = found[static_cast<std::size_t>(r * 40 + o)];
        INFO(r << ' ' << o);
        REQUIRE(std::isfinite(value) == std::isfinite(sum));
        if (precision != Precision::int8) REQUIRE(std::isnan(value) == std::isnan(sum));
        if (precision != Precision::int8 && std::isinf(sum)) REQUIRE((value > 0) == (sum > 0));
      }
    }
  }
}

TEST_CASE("A product without rows, outputs or inputs is what follows it, and a matrix that was never assigned is zero", "[every_set]") {
  const std::vector<float> bias(33, 2.0F);
  for (const Precision precision : precisions) {
    const std::vector<float> none;
    CHECK(product(PackedMatrix::from(Shape{0, 4}, none, precision), std::vector<float>(8), 2).empty());
    CHECK(product(PackedMatrix::from(Shape{3, 4}, std::vector<float>(12, 1.0F), precision), none, 0).empty());
    CHECK(product(PackedMatrix::from(Shape{33, 0}, none, precision), none, 2, {.bias = bias.data()}) == std::vector<float>(66, 2.0F));
    const PackedMatrix zeros = PackedMatrix::zeros(Shape{33, 5}, precision);
    CHECK(zeros.words().empty());
    CHECK(zeros.values() == std::vector<float>(165));
    CHECK(product(zeros, std::vector<float>(15, 3.0F), 3, {.bias = bias.data()}) == std::vector<float>(99, 2.0F));
    CHECK(product(PackedMatrix::from(Shape{2, 2}, std::vector<float>(4), precision), std::vector<float>(2), 1) == std::vector<float>(2));
  }
}

TEST_CASE("A packed matrix gives its values back: exactly in f32, rounded to bfloat16, within half a step in bytes") {
  const auto [outputs, inputs] = GENERATE(std::pair{1, 1}, std::pair{32, 4}, std::pair{33, 5}, std::pair{65, 131});
  const std::vector<float> values = random_floats(outputs * inputs, 1);
  const PackedMatrix exact = PackedMatrix::from(Shape{outputs, inputs}, values);
  CHECK(exact.values() == values);
  const std::vector<float> rounded = exact.converted(Precision::bf16).values();
  for (std::size_t i = 0; i < values.size(); ++i) REQUIRE(rounded[i] == static_cast<float>(bf16(values[i])));
  const std::vector<float> bytes = exact.converted(Precision::int8).values();
  for (std::int64_t o = 0; o < outputs; ++o) {
    float largest = 0;
    for (std::int64_t k = 0; k < inputs; ++k) largest = std::max(largest, std::abs(values[static_cast<std::size_t>(o * inputs + k)]));
    for (std::int64_t k = 0; k < inputs; ++k) {
      const auto at = static_cast<std::size_t>(o * inputs + k);
      REQUIRE(std::abs(bytes[at] - values[at]) <= largest / 127 * 0.5001F);
    }
  }
  CHECK(exact.converted(Precision::bf16).converted(Precision::f32).values() == rounded);
}

TEST_CASE("A packed matrix has the official shape, takes as many values as that, and its memory is what its precision needs") {
  PackedMatrix kernel = PackedMatrix::zeros(Shape{64, 3, 7, 7}, Precision::int8);
  CHECK(kernel.shape() == Shape{64, 3, 7, 7});
  CHECK(kernel.inputs() == 147);
  CHECK_THROWS_AS(kernel.assign(std::span<const float>(std::vector<float>(9407))), ShapeError);
  kernel.assign(std::span<const float>(std::vector<float>(9408, 0.5F)));
  CHECK(kernel.words().size() == 64 * 37 + 2 * 64);
  CHECK(PackedMatrix::from(Shape{64, 8}, std::vector<float>(512), Precision::bf16).words().size() == 64 * 4);
  CHECK_THROWS_AS(PackedMatrix::zeros(Shape{}), ShapeError);
}

TEST_CASE("Smoothed bytes give the same product, closer where a few inputs are much larger than the rest", "[every_set]") {
  const std::int64_t inputs = GENERATE(1, 15, 16, 17, 63, 64, 65, 600);
  Case c(13, 37, inputs);
  std::vector<float> factors(static_cast<std::size_t>(inputs), 1.0F);
  for (std::int64_t k = 0; k < inputs; k += 7) {
    const auto at = static_cast<std::size_t>(k);
    factors[at] = 0.011F;
    for (std::int64_t r = 0; r < c.rows; ++r) c.x[static_cast<std::size_t>(r * inputs + k)] *= 100;
    for (std::int64_t o = 0; o < c.outputs; ++o) c.weights[static_cast<std::size_t>(o * inputs + k)] /= 100;
  }
  const Shape shape{c.outputs, inputs};
  const PackedMatrix plain = PackedMatrix::from(shape, c.weights, Precision::int8);
  const PackedMatrix smoothed = PackedMatrix::from(shape, c.weights, Precision::int8, factors);
  // The bound of the smoothed product is that of what it multiplies.
  Case held = c;
  for (std::size_t i = 0; i < held.x.size(); ++i) held.x[i] *= factors[i % static_cast<std::size_t>(inputs)];
  for (std::size_t i = 0; i < held.weights.size(); ++i) held.weights[i] /= factors[i % static_cast<std::size_t>(inputs)];
  const std::vector<float> found = product(smoothed, c.x, c.rows);
  CHECK(worst(held, smoothed, found) <= 1);
  if (inputs >= 15) CHECK(worst(held, smoothed, product(plain, c.x, c.rows)) > 1);
  CHECK(std::equal(factors.begin(), factors.end(), smoothed.input_factors().begin(), smoothed.input_factors().end()));
  CHECK(plain.input_factors().empty());
  const std::vector<float> values = smoothed.values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t row = i / static_cast<std::size_t>(inputs) * static_cast<std::size_t>(inputs);
    float largest = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(inputs); ++k) largest = std::max(largest, std::abs(held.weights[row + k]));
    REQUIRE(std::abs(values[i] - c.weights[i]) <= largest / 127 * 0.5001F * factors[i % static_cast<std::size_t>(inputs)]);
  }
}

TEST_CASE("A packed matrix is made again from its words and factors, and from no others") {
  const std::vector<float> values = random_floats(33 * 21, 1), factors(21, 0.3F);
  for (const Precision precision : precisions) {
    const bool smooth = precision == Precision::int8;
    const PackedMatrix matrix =
        PackedMatrix::from(Shape{33, 21}, values, precision, smooth ? std::span(factors) : std::span<const float>());
    const std::vector<std::uint32_t> words(matrix.words().begin(), matrix.words().end());
    const PackedMatrix again = PackedMatrix::from_words(Shape{33, 21}, precision, words, matrix.input_factors());
    CHECK(again.values() == matrix.values());
    const std::vector<float> x = random_floats(3 * 21, 2);
    CHECK(product(again, x, 3) == product(matrix, x, 3));
    CHECK_THROWS_AS(PackedMatrix::from_words(Shape{33, 21}, precision, std::span(words).first(words.size() - 1)), ShapeError);
    if (!smooth) continue;
    for (const std::size_t at : {std::size_t{0}, words.size() - 1, words.size() - 64 - 33}) {  // a byte, a sum, a scale
      std::vector<std::uint32_t> changed = words;
      changed[at] = changed[at] == 0 ? 1 : ~changed[at];
      CHECK_THROWS_AS(PackedMatrix::from_words(Shape{33, 21}, precision, changed), ConfigError);
    }
  }
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {0.0F, -1.0F, infinity, std::numeric_limits<float>::quiet_NaN()})
    CHECK_THROWS_AS(PackedMatrix::zeros(Shape{2, 1}, Precision::int8, std::vector<float>{bad}), ConfigError);
  CHECK_THROWS_AS(PackedMatrix::zeros(Shape{2, 1}, Precision::int8, std::vector<float>(2, 1.0F)), ConfigError);
  CHECK_THROWS_AS(PackedMatrix::zeros(Shape{2, 1}, Precision::bf16, std::vector<float>(1, 1.0F)), ConfigError);
}

TEST_CASE("A matrix notes the largest magnitudes of what it multiplies for as long as it is asked to") {
  PackedMatrix matrix = PackedMatrix::from(Shape{2, 3}, std::vector<float>(6, 1.0F));
  const auto largest = std::make_shared<std::vector<float>>();
  matrix.observe(largest);
  product(matrix, {1, -2, 0, 0.5F, 1, 0}, 2);
  product(matrix, {-3, 0, 0}, 1);
  CHECK(*largest == std::vector<float>{3, 2, 0});
  matrix.observe(nullptr);
  product(matrix, {9, 9, 9}, 1);
  CHECK(*largest == std::vector<float>{3, 2, 0});
}
