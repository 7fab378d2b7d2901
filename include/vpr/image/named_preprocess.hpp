// SPDX-License-Identifier: MIT
/// @file
/// Preprocessing chosen by name at run time, as a command line or a model's description does.
#pragma once

#include <vpr/image/preprocess.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

namespace vpr {

/// Any `Preprocess`, chosen at run time.
struct AnyPreprocess {
  std::function<Planes(const ImageView&)> run;
  std::function<ImageSize(ImageSize)> size_of;

  AnyPreprocess() = default;
  template <Preprocess P>
  requires(!std::same_as<P, AnyPreprocess>) AnyPreprocess(P preprocess)
      : run(preprocess), size_of([preprocess](ImageSize photo) { return preprocess.size(photo); }) {}

  Planes operator()(const RgbPhoto& photo) const { return run(photo); }
  ImageSize size(ImageSize photo) const { return size_of(photo); }
};

/// A word of a preprocessing name and what it means.
struct PreprocessWord {
  std::string_view name;
  std::string_view meaning;
};

inline constexpr std::string_view resize_8_bit = "resize-8-bit-then-normalise", resize_tensor = "normalise-then-resize-tensor";

/// How a name begins.
inline constexpr auto preprocess_orders = std::to_array<PreprocessWord>({
    {"normalise-then-resize-tensor", "normalise, then resize the float tensor, antialiased (VPR-methods-evaluation, CricaVPR)"},
    {"resize-8-bit-then-normalise", "resize the 8-bit photo as PIL does, then normalise (SALAD)"},
    {"central-crop", "nearest-neighbour resize until the size just fits, cut the middle (CricaVPR's central_crop)"},
    {"anyloc", "bicubic until the longer side fits the size's, cut the middle to multiples of 14 (AnyLoc)"},
});

/// What may follow one of the first two, each after a `+`; those of normalisation may follow any. Rules of size apply from left to right; with none
/// the size is exact.
inline constexpr auto preprocess_options = std::to_array<PreprocessWord>({
    {"exact-size", "to the size given, whatever the aspect"},
    {"shorter-side", "the shorter side to the size's shorter side, keeping the aspect"},
    {"longest-side", "shrunk until the longer side is at most the size's longer side, keeping the aspect"},
    {"multiple-of-14", "both sides to the nearest multiple of 14, halves to even; alone: of the photo's own sides"},
    {"floor-multiple-of-14", "both sides down to a multiple of 14; alone: of the photo's own sides"},
    {"bicubic", "bicubic in place of bilinear"},
    {"no-antialias", "as torchvision before 0.17 resized tensors"},
    {"half-normalised", "with mean and deviation .5, as timm's vision transformers, in place of ImageNet's"},
    {"clip-normalised", "with CLIP's mean and deviation in place of ImageNet's"},
    {"subtract-mean", "the bytes less a mean, in place of ImageNet's normalisation (NetVLAD's original, hloc, SFRS)"},
});

namespace detail {

struct NamedNormalisation {
  std::string_view name;
  Normalisation values;
};
inline constexpr auto named_normalisations = std::to_array<NamedNormalisation>({
    {"half-normalised", {{.5F, .5F, .5F}, {.5F, .5F, .5F}}},
    {"clip-normalised", {{0.48145466F, 0.4578275F, 0.40821073F}, {0.26862954F, 0.26130258F, 0.27577711F}}},
    {"subtract-mean", mean_of_bytes},
});
inline const NamedNormalisation* find_normalisation(std::string_view word) {
  const auto found = std::find_if(named_normalisations.begin(), named_normalisations.end(),
                                  [word](const NamedNormalisation& named) { return named.name == word; });
  return found == named_normalisations.end() ? nullptr : &*found;
}

}  // namespace detail

/// The option of a preprocessing's name that says how photos are normalised, with its `+`: `+clip-normalised`. Empty where that is ImageNet's way.
inline std::string_view normalisation_option(std::string_view name) {
  for (std::size_t at = name.rfind('+'); at != name.npos; at = at == 0 ? name.npos : name.rfind('+', at - 1)) {
    const std::string_view option = name.substr(at, name.find('+', at + 1) - at);
    if (detail::find_normalisation(option.substr(1)) != nullptr) return option;
  }
  return {};
}

/// The preprocessing that `name` describes, as in `normalise-then-resize-tensor+shorter-side+multiple-of-14`, for a wanted `size`.
/// @throws ConfigError for an unknown word, with the list of all, and for words that exclude each other.
inline AnyPreprocess find_preprocess(std::string_view name, ImageSize size) {
  VPR_REQUIRE(ConfigError, size.height > 0 && size.width > 0 && size.height < 65536 && size.width < 65536, "preprocess: got the size ",
              size, ", both sides must be 1 to 65535");
  std::function<ImageSize(ImageSize)> rule;
  const auto then = [&rule](std::function<ImageSize(ImageSize)> next) {
    rule = rule ? SizeRules<std::function<ImageSize(ImageSize)>, std::function<ImageSize(ImageSize)>>{rule, next} : next;
  };
  Interpolation interpolation = Interpolation::bilinear;
  Normalisation normalisation;
  bool antialias = true;
  const std::string_view order = name.substr(0, name.find('+'));
  std::string_view rest = name.substr(order.size());
  while (!rest.empty()) {
    const std::string_view word = rest.substr(1, rest.find('+', 1) - 1);
    rest.remove_prefix(1 + word.size());
    if (word == "exact-size") {
      then(ExactSize{size});
    } else if (word == "shorter-side") {
      then(ShorterSide{std::min(size.height, size.width)});
    } else if (word == "longest-side") {
      then(LongestSide{std::max(size.height, size.width)});
    } else if (word == "multiple-of-14") {
      then(NearestMultiple{14});
    } else if (word == "floor-multiple-of-14") {
      then(FloorMultiple{14});
    } else if (word == "bicubic") {
      interpolation = Interpolation::bicubic;
    } else if (word == "no-antialias") {
      antialias = false;
    } else if (const detail::NamedNormalisation* const named = detail::find_normalisation(word)) {
      normalisation = named->values;
    } else {
      std::string known;
      for (const PreprocessWord& option : preprocess_options) known.append(" ").append(option.name);
      fail<ConfigError>("preprocess: unknown option '", word, "' in '", name, "'; there are:", known);
    }
  }
  if (!rule) rule = ExactSize{size};

  if (order == "normalise-then-resize-tensor") return NormaliseThenResize<decltype(rule)>{rule, interpolation, antialias, normalisation};
  VPR_REQUIRE(ConfigError, antialias, "preprocess: '", name, "' asks for no-antialias, which only normalise-then-resize-tensor offers");
  if (order == "resize-8-bit-then-normalise") return ResizeThenNormalise<decltype(rule)>{rule, interpolation, normalisation};
  VPR_REQUIRE(ConfigError, order.size() + normalisation_option(name).size() == name.size(), "preprocess: '", order,
              "' takes no options but one of normalisation, got '", name, "'");
  if (order == "central-crop") return CentralCrop{size, normalisation};
  if (order == "anyloc") return AnyLocCrop{std::max(size.height, size.width), normalisation};
  std::string known;
  for (const PreprocessWord& word : preprocess_orders) known.append(" ").append(word.name);
  fail<ConfigError>("preprocess: unknown name '", name, "'; there are:", known,
                    " (the first two take options, and all one of normalisation, each after a +)");
}

/// Whether the preprocessing of that name brings photos to a size that is asked for; one to multiples of a photo's own sides does not.
/// @throws ConfigError  as `find_preprocess`
inline bool takes_size(std::string_view name) {
  constexpr ImageSize photo{600, 800};
  return find_preprocess(name, {224, 224}).size(photo) != find_preprocess(name, {448, 448}).size(photo);
}

}  // namespace vpr
