// SPDX-License-Identifier: MIT
/// @file
/// Windows over maps, in vectors over the channels. See `MapKernels` and `vpr/backend/cpu/each_instruction_set.inl`.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

#if VPR_BF16_AND_VNNI

inline constexpr const MapKernels& maps = avx512::maps;  // has no use for the instructions that this set adds

#else

/// Copies `count` floats, or writes zeros where `from` is null; returns where the next ones go.
VPR_INLINE float* copy_run(const float* from, std::int64_t count, float* to, std::int64_t line_step) {
  constexpr int line = 16;
  for (; count >= line; count -= line, to += line_step) {
    for (int v = 0; v < line; v += lanes) store(to + v, from != nullptr ? load(from + v) : Floats{});
    if (from != nullptr) from += line;
  }
  for (std::int64_t v = 0; v < count; v += lanes)
    store_some(to + v, from != nullptr ? load_some(from + v, count - v) : Floats{}, count - v);
  return to + count;
}

/// The part [begin, end) of a window's side of `kernel` cells at `start` that is on a side of the map of `size` cells.
struct Overlap {
  std::int64_t begin, end;

  Overlap(std::int64_t start, std::int64_t kernel, std::int64_t size)
      : begin(start >= 0        ? 0
              : -start < kernel ? -start
                                : kernel),
        end(size - start < kernel ? size - start : kernel) {
    if (end < begin) end = begin;
  }
};

inline void copy_windows(const MapWindows& windows, std::int64_t first, std::int64_t count, float* to, std::int64_t row_step,
                         std::int64_t line_step) {
  const std::int64_t kernel = windows.kernel, channels = windows.channels, image_step = windows.height * windows.width * windows.step;
  const bool dense = channels == windows.step;
  std::int64_t x = first % windows.across, y = first / windows.across % windows.down;
  const float* image = windows.data + first / windows.across / windows.down * image_step;
  for (std::int64_t r = 0; r < count; ++r, to += row_step) {
    const std::int64_t top = y * windows.stride - windows.padding, left = x * windows.stride - windows.padding;
    const Overlap columns(left, kernel, windows.width);
    float* at = to;
    for (std::int64_t ky = 0; ky < kernel; ++ky) {
      if (top + ky < 0 || top + ky >= windows.height) {
        at = copy_run(nullptr, kernel * channels, at, line_step);
        continue;
      }
      at = copy_run(nullptr, columns.begin * channels, at, line_step);
      const float* from = image + ((top + ky) * windows.width + left + columns.begin) * windows.step;
      if (dense) {
        at = copy_run(from, (columns.end - columns.begin) * channels, at, line_step);
      } else {
        for (std::int64_t kx = columns.begin; kx < columns.end; ++kx, from += windows.step) at = copy_run(from, channels, at, line_step);
      }
      at = copy_run(nullptr, (kernel - columns.end) * channels, at, line_step);
    }
    if (++x < windows.across) continue;
    x = 0;
    if (++y < windows.down) continue;
    y = 0;
    image += image_step;
  }
}

VPR_INLINE Floats finished(Floats x, const EpilogueOperands<float>& epilogue, std::int64_t column, std::int64_t element,
                           std::int64_t count) {
  if (epilogue.bias != nullptr) x += load_some(epilogue.bias + column, count);
  if (epilogue.activation == Activation::relu) x = relu(x);
  if (epilogue.activation == Activation::gelu) x = gelu(x);
  if (epilogue.activation == Activation::quick_gelu) x = quick_gelu(x);
  Floats gate = splat(epilogue.scale);
  if (epilogue.gate != nullptr) gate *= load_some(epilogue.gate + column, count);
  x *= gate;
  return epilogue.residual != nullptr ? x + load_some(epilogue.residual + element, count) : x;
}

/// `Positions` positions beside each other, from (y, x) on, of up to `Vectors` vectors of channels, of which the last may be a part of one. All
/// windows must see the same columns of the kernel.
template <int Positions, int Vectors, bool Whole>
VPR_INLINE void depthwise_tile(const MapWindows& windows, const float* weight, std::int64_t y, std::int64_t x, std::int64_t channel,
                               std::int64_t count, const EpilogueOperands<float>& epilogue, float* out) {
  Floats sums[Positions * Vectors] = {};
  const std::int64_t top = y * windows.stride - windows.padding, left = x * windows.stride - windows.padding, step = windows.step;
  const Overlap rows(top, windows.kernel, windows.height), columns(left, windows.kernel, windows.width);
  for (std::int64_t ky = rows.begin; ky < rows.end; ++ky) {
    const float* from = windows.data + ((top + ky) * windows.width + left + columns.begin) * step + channel;
    const float* factor = weight + (ky * windows.kernel + columns.begin) * step + channel;
    for (std::int64_t kx = columns.begin; kx < columns.end; ++kx, from += step, factor += step) {
      for (int v = 0; v < Vectors; ++v) {
        const Floats w = Whole ? load(factor + v * lanes) : load_some(factor + v * lanes, count - v * lanes);
        for (int p = 0; p < Positions; ++p) {
          const float* const cell = from + p * windows.stride * step + v * lanes;
          sums[v * Positions + p] += (Whole ? load(cell) : load_some(cell, count - v * lanes)) * w;
        }
      }
    }
  }
  for (int p = 0; p < Positions; ++p) {
    for (int v = 0; v < Vectors; ++v) {
      const std::int64_t element = (y * windows.across + x + p) * step + channel + v * lanes, rest = Whole ? lanes : count - v * lanes;
      store_some(out + element, finished(sums[v * Positions + p], epilogue, channel + v * lanes, element, rest), rest);
    }
  }
}

inline void depthwise(const MapWindows& windows, const float* weight, std::int64_t begin, std::int64_t end,
                      const EpilogueOperands<float>& epilogue, float* out) {
  constexpr int tile = VPR_VECTOR_REGISTERS == 32 ? 8 : 4;
  // Columns of positions whose windows are on the map with all of their columns.
  const std::int64_t inner_begin = (windows.padding + windows.stride - 1) / windows.stride;
  const std::int64_t room = windows.width + windows.padding - windows.kernel, inner_end = room < 0 ? 0 : room / windows.stride + 1;
  for (std::int64_t y = 0; y < windows.down; ++y) {
    for (std::int64_t x = 0; x < windows.across;) {
      const bool inner = x >= inner_begin && x + tile <= inner_end;
      for (std::int64_t c = begin; c < end;) {
        const std::int64_t rest = end - c;
        if (inner) {
          rest >= lanes ? depthwise_tile<tile, 1, true>(windows, weight, y, x, c, rest, epilogue, out)
                        : depthwise_tile<tile, 1, false>(windows, weight, y, x, c, rest, epilogue, out);
          c += lanes;
        } else if (rest >= 4 * lanes) {
          depthwise_tile<1, 4, true>(windows, weight, y, x, c, rest, epilogue, out);
          c += 4 * lanes;
        } else {
          depthwise_tile<1, 1, false>(windows, weight, y, x, c, rest, epilogue, out);
          c += lanes;
        }
      }
      x += inner ? tile : 1;
    }
  }
}

inline void max_pool(const MapWindows& windows, std::int64_t y, std::int64_t x, float* out) {
  const std::int64_t top = y * windows.stride - windows.padding, left = x * windows.stride - windows.padding, step = windows.step;
  const Overlap rows(top, windows.kernel, windows.height), columns(left, windows.kernel, windows.width);
  for (std::int64_t c = 0; c < windows.channels; c += lanes) {
    const std::int64_t count = windows.channels - c;
    const float* const first = windows.data + ((top + rows.begin) * windows.width + left + columns.begin) * step + c;
    Floats best = load_some(first, count);
    for (std::int64_t ky = 0; ky < rows.end - rows.begin; ++ky) {
      const float* from = first + ky * windows.width * step;
      for (std::int64_t kx = columns.begin; kx < columns.end; ++kx, from += step) {
        const Floats value = load_some(from, count);
        const Ints nan = ((Ints)value & 0x7fffffff) > 0x7f800000;
        best = (value > best) | nan ? value : best;
      }
    }
    store_some(out + c, best, count);
  }
}

inline void normalize(std::int64_t columns, const float* x, const float* mean, const float* scale, const float* bias, float* out) {
  for (std::int64_t c = 0; c < columns; c += lanes) {
    const std::int64_t count = columns - c;
    const Floats centred = load_some(x + c, count) - load_some(mean + c, count);
    store_some(out + c, centred * load_some(scale + c, count) + load_some(bias + c, count), count);
  }
}

inline constexpr MapKernels maps{copy_windows, depthwise, max_pool, normalize};

#endif

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
