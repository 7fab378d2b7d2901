// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

/// Of ops that move elements.
struct Moves {
  static constexpr Tolerance value = exact, gradient = exact;
};

struct Slice : Moves {
  struct Range {
    std::size_t axis;
    std::int64_t begin, end;
  };
  static constexpr auto name = "slice";
  VPR_SPEC_KERNELS(slice);
  static Cases<Range> cases() {
    Cases<Range> cases;
    for (const std::int64_t extent : {0, 1, 3, 5}) {
      cases.push_back({{{{5, 3}}}, {1, 5 - extent, 5}});
      cases.push_back({{{{3, 5}}}, {2, 5 - extent, 5}});
    }
    cases.push_back({{{{4, 3}, false}}, {0, 1, 3}});
    return cases;
  }
  static Case<Range> speed() { return {{{{257, 768}}}, {1, 1, 257}}; }
  static constexpr auto apply = [](auto& in, Range range) { return slice(in[0], range.axis, range.begin, range.end); };
};

struct Concat : Moves {
  struct Axis {
    std::size_t axis;
  };
  static constexpr auto name = "concat";
  VPR_SPEC_KERNELS(insert);
  static constexpr Tolerance gradient{2, "of a token that is repeated, a sum over the images"};
  static Cases<Axis> cases() {
    Cases<Axis> cases;
    for (const std::int64_t extent : {0, 1, 3, 5}) {
      cases.push_back({{{{extent, 3}}, {{4, 3}}}, {1}});
      cases.push_back({{{{1, extent, 3}, false}, {{4, 3}}}, {1}});  // a class token, one for all images
    }
    cases.push_back({{{{2, 1}}, {{2, 3}}}, {2}});
    return cases;
  }
  static Case<Axis> speed() { return {{{{1, 1, 768}, false}, {{256, 768}}}, {1}}; }
  static constexpr auto apply = [](auto& in, Axis settings) { return concat(in[0], in[1], settings.axis); };
};

struct Transpose : Moves {
  static constexpr auto name = "transpose";
  VPR_SPEC_KERNELS(transpose);
  static Cases<> cases() {
    Cases<> cases;
    for (const std::int64_t extent : {0, 1, 3, 17}) {
      cases.push_back({{{{5, extent}}}});
      cases.push_back({{{{2, 5, extent}}}});
    }
    return cases;
  }
  static Case<> speed() { return {{{{256, 768}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return transpose(in[0], 1); };
};

struct Reshape : Moves {
  static constexpr auto name = "reshape";
  struct Kernels {};
  static constexpr bool in_place = true;
  static Cases<> cases() { return {{{{{2, 3}}}}, {{{{0}}}}}; }
  static Case<> speed() { return {{{{256, 768}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) {
    const Shape flat{in[0].shape().elements()};
    return reshape(std::move(in[0]), flat);
  };
};

struct Patches : Moves {
  struct Side {
    std::int64_t size;
  };
  static constexpr auto name = "patches";
  VPR_SPEC_KERNELS(patches, patches_gradient);
  static Cases<Side> cases() {
    Cases<Side> cases;
    for (const std::int64_t size : {1, 2, 3, 14}) {
      for (const std::int64_t channels : {1, 3}) cases.push_back({{{{channels, 2 * size, 3 * size}}}, {size}});
    }
    return cases;
  }
  static Case<Side> speed() { return {{{{3, 224, 224}}}, {14}}; }
  static constexpr auto apply = [](auto& in, Side settings) { return patches(in[0], settings.size); };
};

struct Resample {
  static constexpr auto name = "resample";
  VPR_SPEC_KERNELS(resample, resample_gradient);
  static constexpr Tolerance value{4, "sums over a row and a column"}, gradient{4, "likewise"};
  static Case<> of(Shape map, std::int64_t height, std::int64_t width) {
    return {{{map, false}, {{height, map[0]}, false, -1, 1, true}, {{width, map[1]}, false, -1, 1, true}}};
  }
  static Cases<> cases() {
    Cases<> cases{of({4, 3, 2}, 3, 5)};
    for (const std::int64_t height : {0, 1, 4, 7}) cases.push_back(of({4, 6, 5}, height, 3));
    return cases;
  }
  static Case<> speed() { return of({37, 37, 384}, 16, 16); }
  static constexpr auto apply = [](auto& in, NoSettings) { return resample(in[0], in[1], in[2]); };
};

using LayoutSpecs = Specs<Slice, Concat, Transpose, Reshape, Patches, Resample>;

}  // namespace vpr::test
