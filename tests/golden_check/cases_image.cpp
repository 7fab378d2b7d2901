// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include "tests/golden_check/registry.hpp"

#include <vpr/image/preprocess.hpp>
#include <vpr/image/read.hpp>

#include <numeric>

namespace {

using namespace vpr;
using test::Check;
using test::Golden;
using test::Options;

/// `images/...` lies beside the golden file, `data/...` in the folder of shared photos.
std::filesystem::path photo_path(const Golden& golden) {
  const auto image = golden.config().at("image").get<std::string>();
  return image.starts_with("data/") ? std::filesystem::path(vpr::test::shared()) / image : golden.folder() / image;
}

Image photo_of(const Golden& golden) { return read_image(photo_path(golden).string()); }

std::array<float, 3> three(const Golden& golden, const char* key) { return golden.config().at(key).get<std::array<float, 3>>(); }

Normalisation normalisation_of(const Golden& golden) { return {three(golden, "mean"), three(golden, "std")}; }

/// Sums over the pixels of each channel of `value(byte)`.
template <class Value>
std::vector<std::int64_t> channel_sums(const Image& photo, Value value) {
  std::vector<std::int64_t> sums(3);
  for (std::size_t i = 0; i < photo.pixels().size(); ++i) sums[i % 3] += value(std::int64_t{photo.pixels()[i]});
  return sums;
}

/// `ties`: whether halves may be rounded the other way, which the files' notes allow. Their relative tolerance holds for the sums then.
void check_photo(Check& check, const std::string& name, const Image& photo, const Golden& golden, bool ties = false) {
  check(name, photo.pixels(), ties ? 1 : 0);
  const auto sums = channel_sums(photo, [](std::int64_t byte) { return byte; });
  check(name + ".channel_sums", sums, ties ? golden.rtol() * static_cast<double>(*std::max_element(sums.begin(), sums.end())) : 0);
}

const test::Register decode("image_decode", [](const Golden& golden, const Options&, Check& check) {
  const Image photo = photo_of(golden);
  check("pixels_u8", photo.pixels());
});

const test::Register decode_photo("image_decode_photo", [](const Golden& golden, const Options&, Check& check) {
  const Image photo = photo_of(golden);
  const auto corner = golden.config().at("crop_top_left").get<std::array<std::int64_t, 2>>();
  const auto side = golden.config().at("crop_size").get<std::int64_t>();
  std::vector<std::uint8_t> crop;
  for (std::int64_t y = corner[0]; y < corner[0] + side; ++y) {
    const std::uint8_t* row = photo.row(y) + 3 * corner[1];
    crop.insert(crop.end(), row, row + 3 * side);
  }
  check("crop_u8", crop);
  check("shape", std::vector{photo.height(), photo.width(), std::int64_t{3}});
  check("channel_sums", channel_sums(photo, [](std::int64_t byte) { return byte; }));
  check("channel_square_sums", channel_sums(photo, [](std::int64_t byte) { return byte * byte; }));
});

const test::Register resize("image_resize", [](const Golden& golden, const Options&, Check& check) {
  const Image photo = photo_of(golden);
  const auto sides = golden.config().at("size").get<std::array<std::int64_t, 2>>();
  const ImageSize size{sides[0], sides[1]};
  const Normalisation normalisation = normalisation_of(golden);
  const Planes planes = normalise(photo, Normalisation{{0, 0, 0}, {1, 1, 1}});
  check_photo(check, "pil_bilinear_u8", resize_as_pil(photo, size), golden);
  check_photo(check, "pil_bicubic_u8", resize_as_pil(photo, size, Interpolation::bicubic), golden);
  check_photo(check, "tensor_u8_bilinear_antialias_u8", resize_as_torchvision(photo, size), golden, true);
  check("pil_bilinear_normalised", ResizeThenNormalise<>{{size}, Interpolation::bilinear, normalisation}(photo).values);
  check("tensor_bilinear_antialias", resize_as_torchvision(planes, size).values);
  check("tensor_bilinear_plain", resize_as_torchvision(planes, size, Interpolation::bilinear, false).values);
  check("tensor_bicubic_antialias", resize_as_torchvision(planes, size, Interpolation::bicubic).values);
  check("tensor_bicubic_plain", resize_as_torchvision(planes, size, Interpolation::bicubic, false).values);
  check("tensor_bilinear_antialias_normalised", NormaliseThenResize<>{{size}, Interpolation::bilinear, true, normalisation}(photo).values);
});

const test::Register pipeline("image_pipeline", [](const Golden& golden, const Options&, Check& check) {
  const Image photo = photo_of(golden);
  const Normalisation normalisation = normalisation_of(golden);
  const auto side = golden.config().at("size").get<std::int64_t>(), salad = golden.config().at("salad_size").get<std::int64_t>();
  const auto sides = golden.config().at("crica_resize").get<std::array<std::int64_t, 2>>();
  const ImageSize square{side, side}, crica{sides[0], sides[1]};
  const auto tensor = [&](auto rule, bool antialias = true) {
    return NormaliseThenResize<decltype(rule)>{rule, Interpolation::bilinear, antialias, normalisation};
  };
  const auto compare = [&](const std::string& name, const auto& preprocess) {
    const Planes planes = preprocess(photo);
    check(name, planes.values);
    check(name + ".shape", std::vector{std::int64_t{3}, planes.size.height, planes.size.width});
    VPR_REQUIRE(vpr::Error, planes.size == preprocess.size(photo.size()), name, ": the size foretold is not the size made");
  };
  const auto compare_size = [&](const std::string& name, ImageSize size) { check(name, std::vector{size.height, size.width}); };
  compare("to_tensor_normalise", tensor(OriginalSize{}));
  compare("vpr_methods_evaluation_square", tensor(ExactSize{square}));
  compare("vpr_methods_evaluation_shorter_side", tensor(ShorterSide{side}));
  compare("resize_wrapper_int", tensor(ExactSize{square}));
  compare("dino_v2_resize", tensor(NearestMultiple{14}));
  compare("salad_eval", ResizeThenNormalise<>{{{salad, salad}}, Interpolation::bilinear, normalisation});
  compare("crica_hard_resize", tensor(ExactSize{square}));
  compare("crica_hard_resize_without_antialias", tensor(ExactSize{square}, false));
  compare("crica_single_query", tensor(ExactSize{crica}));
  compare("crica_central_crop", CentralCrop{crica, normalisation});
  compare("anyloc_crop", AnyLocCrop{golden.config().at("anyloc_max_side").get<std::int64_t>(), normalisation});
  compare_size("shorter_side_size", ShorterSide{side}(photo.size()));
  compare_size("dino_v2_size", NearestMultiple{14}(photo.size()));

  const std::int64_t shorter = std::min(crica.height, crica.width);
  std::vector<float> crops;
  for (const Planes& crop : five_crops(tensor(ShorterSide{shorter})(photo), {shorter, shorter}))
    crops.insert(crops.end(), crop.values.begin(), crop.values.end());
  check("crica_five_crops", crops);
});

const test::Register size_rules("image_size_rules", [](const Golden& golden, const Options&, Check& check) {
  // The reference gives 0 for what we refuse.
  const auto side_by = [&](auto rule) {
    std::vector<std::int64_t> sides = golden.integers("in.sides");
    for (std::int64_t& side : sides) {
      try {
        side = rule(ImageSize{side, side}).height;
      } catch (const ShapeError&) {
        side = 0;
      }
    }
    return sides;
  };
  check("nearest_multiple_of_14", side_by(NearestMultiple{14}));
  check("floor_multiple_of_14", side_by(FloorMultiple{14}));
  for (const std::int64_t side : {14, 224, 322}) {
    std::vector<std::int64_t> sizes = golden.integers("in.sizes_hw");
    for (std::size_t i = 0; i < sizes.size(); i += 2) {
      const ImageSize size = ShorterSide{side}({sizes[i], sizes[i + 1]});
      sizes[i] = size.height;
      sizes[i + 1] = size.width;
    }
    check("shorter_side_" + std::to_string(side), sizes);
  }
});

}  // namespace
