// SPDX-License-Identifier: MIT
#include <vpr/image/named_preprocess.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

static_assert(Preprocess<AnyPreprocess>);

TEST_CASE("A name finds its preprocessing") {
  const Image photo = noise({40, 60});
  const ImageSize size{28, 42};
  const auto check = [&](const char* name, const auto& expected) {
    const AnyPreprocess found = find_preprocess(name, size);
    CHECK(found(photo).values == expected(photo).values);
    CHECK(found.size(photo.size()) == expected.size(photo.size()));
  };
  check("normalise-then-resize-tensor", NormaliseThenResize<>{{size}});
  check("resize-8-bit-then-normalise", ResizeThenNormalise<>{{size}});
  check("normalise-then-resize-tensor+exact-size+no-antialias", NormaliseThenResize<>{{size}, Interpolation::bilinear, false});
  check("resize-8-bit-then-normalise+shorter-side+bicubic", ResizeThenNormalise<ShorterSide>{{28}, Interpolation::bicubic});
  check("normalise-then-resize-tensor+multiple-of-14", NormaliseThenResize<NearestMultiple>{});
  check("normalise-then-resize-tensor+floor-multiple-of-14", NormaliseThenResize<FloorMultiple>{});
  const Normalisation halves{{.5F, .5F, .5F}, {.5F, .5F, .5F}};
  check("normalise-then-resize-tensor+half-normalised", NormaliseThenResize<>{{size}, Interpolation::bilinear, true, halves});
  check("resize-8-bit-then-normalise+half-normalised", ResizeThenNormalise<>{{size}, Interpolation::bilinear, halves});
  check("resize-8-bit-then-normalise+longest-side", ResizeThenNormalise<LongestSide>{{42}});
  check("resize-8-bit-then-normalise+subtract-mean", ResizeThenNormalise<>{{size}, Interpolation::bilinear, mean_of_bytes});
  check("normalise-then-resize-tensor+subtract-mean", NormaliseThenResize<>{{size}, Interpolation::bilinear, true, mean_of_bytes});
  check("central-crop", CentralCrop{size});
  check("anyloc", AnyLocCrop{42});
  check("central-crop+half-normalised", CentralCrop{size, halves});
  check("anyloc+subtract-mean", AnyLocCrop{42, mean_of_bytes});
}

TEST_CASE("A name's option of normalisation is found wherever it stands") {
  CHECK(normalisation_option("normalise-then-resize-tensor+bicubic+clip-normalised") == "+clip-normalised");
  CHECK(normalisation_option("resize-8-bit-then-normalise+subtract-mean+longest-side") == "+subtract-mean");
  CHECK(normalisation_option("anyloc+clip-normalised+half-normalised") == "+half-normalised");  // the last counts
  CHECK(normalisation_option("resize-8-bit-then-normalise+bicubic").empty());
  CHECK(normalisation_option("half-normalised").empty());
  CHECK(normalisation_option("").empty());
}

TEST_CASE("Bytes less their mean stay bytes") {
  const Image white(ImageSize{2, 2}, std::vector<std::uint8_t>(12, 255));
  const Planes planes = normalise(white, mean_of_bytes);
  CHECK(planes.values[0] == Approx(255 - 123.68));
  CHECK(planes.values[4] == Approx(255 - 116.779));
  CHECK(planes.values[8] == Approx(255 - 103.939));
}

TEST_CASE("Rules of size in a name apply from left to right") {
  CHECK(find_preprocess("normalise-then-resize-tensor+shorter-side+multiple-of-14", {224, 224}).size({480, 614}) == ImageSize{224, 280});
  CHECK(find_preprocess("normalise-then-resize-tensor+shorter-side", {322, 224}).size({480, 640}) == ImageSize{224, 298});
}

TEST_CASE("Every listed word is known") {
  const Image photo = noise({40, 60});
  for (const PreprocessWord& order : preprocess_orders) CHECK(find_preprocess(order.name, {28, 28})(photo).size.height > 0);
  for (const PreprocessWord& option : preprocess_options) {
    CHECK(find_preprocess("normalise-then-resize-tensor+" + std::string(option.name), {28, 28})(photo).size.height > 0);
  }
}

TEST_CASE("An unknown name is refused with the list of the known ones") {
  CHECK_THROWS_WITH(find_preprocess("imagenet", {224, 224}),
                    ContainsSubstring("unknown name 'imagenet'; there are: normalise-then-resize-tensor"));
  CHECK_THROWS_WITH(find_preprocess("", {224, 224}), ContainsSubstring("unknown name ''"));
  CHECK_THROWS_WITH(find_preprocess("resize-8-bit-then-normalise+tall", {224, 224}),
                    ContainsSubstring("unknown option 'tall'") && ContainsSubstring("shorter-side"));
  CHECK_THROWS_WITH(find_preprocess("normalise-then-resize-tensor+", {224, 224}), ContainsSubstring("unknown option ''"));
  CHECK_THROWS_WITH(find_preprocess("resize-8-bit-then-normalise+no-antialias", {224, 224}),
                    ContainsSubstring("only normalise-then-resize-tensor"));
  CHECK_THROWS_WITH(find_preprocess("anyloc+bicubic", {224, 224}), ContainsSubstring("takes no options"));
  CHECK_THROWS_AS(find_preprocess("central-crop", {0, 224}), ConfigError);
  CHECK_THROWS_WITH(find_preprocess("anyloc", {224, 65536}), ContainsSubstring("got the size 224x65536, both sides must be 1 to 65535"));
}
