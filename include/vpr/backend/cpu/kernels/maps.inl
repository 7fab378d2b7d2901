// SPDX-License-Identifier: MIT
/// @file
/// Windows over maps, in vectors over the channels. See `MapKernels` and `vpr/backend/cpu/each_instruction_set.inl`.

namespace vpr::detail {
inline namespace VPR_TARGET {
namespace VPR_INSTRUCTION_SET {

#if VPR_BF16_AND_VNNI

inline constexpr const MapKernels& map_kernels = avx512::map_kernels;  // none needs the instructions that this set adds

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
        // The processor itself asks for nothing beyond a page of memory.
        constexpr std::int64_t page = 1024;
        for (std::int64_t i = 0; i < windows.stride * channels; i += 16) __builtin_prefetch(from + page + i);
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
  if (epilogue.activation == Activation::relu6) x = relu6(x);
  if (epilogue.activation == Activation::gelu) x = gelu(x);
  if (epilogue.activation == Activation::quick_gelu) x = quick_gelu(x);
  Floats gate = splat(epilogue.scale);
  if (epilogue.gate != nullptr) gate *= load_some(epilogue.gate + column, count);
  x *= gate;
  if (epilogue.residual != nullptr) x += load_some(epilogue.residual + element, count);
  return epilogue.relu_of_sum ? relu(x) : x;
}

template <int Tap, int Kernel>
VPR_INLINE void add_tap(Floats& sum, Floats x, const Floats* weight) {
  if constexpr (Tap >= 0 && Tap < Kernel) sum += x * weight[Tap];
}

/// Adds a column of the map to all positions that see it.
template <int Kernel, int Column, int... P>
VPR_INLINE void add_column(Floats* sums, Floats x, const Floats* weight, std::integer_sequence<int, P...>) {
  (add_tap<Column - P, Kernel>(sums[P], x, weight), ...);
}

/// Up to `Positions` positions beside each other with a stride of 1, for a vector of channels: each column of the map is read once for all.
template <int Kernel, int Positions, int... K, int... Columns>
VPR_INLINE void depthwise_tile(const MapWindows& windows, const float* weight, std::int64_t y, std::int64_t x, std::int64_t positions,
                               std::int64_t channel, std::int64_t count, const EpilogueOperands<float>& epilogue, float* out,
                               std::integer_sequence<int, K...>, std::integer_sequence<int, Columns...>) {
  Floats sums[Positions] = {};
  const std::int64_t top = y - windows.padding, left = x - windows.padding, step = windows.step;
  const Overlap rows(top, Kernel, windows.height);
  for (std::int64_t ky = rows.begin; ky < rows.end; ++ky) {
    const float* const from = windows.data + ((top + ky) * windows.width + left) * step + channel;
    const float* const factors = weight + ky * Kernel * step + channel;
    const Floats taps[] = {load_some(factors + K * step, count)...};
    ((left + Columns >= 0 && left + Columns < windows.width
          ? add_column<Kernel, Columns>(sums, load_some(from + Columns * step, count), taps, std::make_integer_sequence<int, Positions>())
          : void()),
     ...);
  }
  for (std::int64_t p = 0; p < positions; ++p) {
    const std::int64_t element = (y * windows.across + x + p) * step + channel;
    store_some(out + element, finished(sums[p], epilogue, channel, element, count), count);
  }
}

template <int Kernel, int Positions>
void depthwise_tile(const MapWindows& windows, const float* weight, std::int64_t y, std::int64_t x, std::int64_t positions,
                    std::int64_t channel, std::int64_t count, const EpilogueOperands<float>& epilogue, float* out) {
  constexpr auto taps = std::make_integer_sequence<int, Kernel>();
  constexpr auto columns = std::make_integer_sequence<int, Kernel + Positions - 1>();
  if (count >= lanes) {
    depthwise_tile<Kernel, Positions>(windows, weight, y, x, positions, channel, lanes, epilogue, out, taps, columns);
  } else {
    depthwise_tile<Kernel, Positions>(windows, weight, y, x, positions, channel, count, epilogue, out, taps, columns);
  }
}

template <int Kernel>
void depthwise_by_tiles(const MapWindows& windows, const float* weight, std::int64_t begin, std::int64_t end,
                        const EpilogueOperands<float>& epilogue, float* out) {
  constexpr int third = VPR_VECTOR_REGISTERS == 32 ? 4 : 2;
  for (std::int64_t y = 0; y < windows.down; ++y) {
    for (std::int64_t x = 0; x < windows.across; x += 3 * third) {
      const std::int64_t rest = windows.across - x;
      for (std::int64_t c = begin; c < end; c += lanes) {
        if (rest > 2 * third) {
          const std::int64_t wanted = rest < 3 * third ? rest : 3 * third;
          depthwise_tile<Kernel, 3 * third>(windows, weight, y, x, wanted, c, end - c, epilogue, out);
        } else if (rest > third) {
          depthwise_tile<Kernel, 2 * third>(windows, weight, y, x, rest, c, end - c, epilogue, out);
        } else {
          depthwise_tile<Kernel, third>(windows, weight, y, x, rest, c, end - c, epilogue, out);
        }
      }
    }
  }
}

inline void depthwise(const MapWindows& windows, const float* weight, std::int64_t begin, std::int64_t end,
                      const EpilogueOperands<float>& epilogue, float* out) {
  if (windows.stride == 1 && windows.kernel == 3) return depthwise_by_tiles<3>(windows, weight, begin, end, epilogue, out);
  if (windows.stride == 1 && windows.kernel == 7) return depthwise_by_tiles<7>(windows, weight, begin, end, epilogue, out);
  const std::int64_t step = windows.step;
  for (std::int64_t y = 0; y < windows.down; ++y) {
    for (std::int64_t x = 0; x < windows.across; ++x) {
      const std::int64_t top = y * windows.stride - windows.padding, left = x * windows.stride - windows.padding;
      const Overlap rows(top, windows.kernel, windows.height), columns(left, windows.kernel, windows.width);
      for (std::int64_t c = begin; c < end; c += lanes) {
        Floats sum{};
        for (std::int64_t ky = rows.begin; ky < rows.end; ++ky) {
          for (std::int64_t kx = columns.begin; kx < columns.end; ++kx) {
            sum += load_some(windows.data + ((top + ky) * windows.width + left + kx) * step + c, end - c) *
                   load_some(weight + (ky * windows.kernel + kx) * step + c, end - c);
          }
        }
        const std::int64_t element = (y * windows.across + x) * step + c;
        store_some(out + element, finished(sum, epilogue, c, element, end - c), end - c);
      }
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

inline constexpr MapKernels map_kernels{copy_windows, depthwise, max_pool, normalize};

#endif

}  // namespace VPR_INSTRUCTION_SET
}  // namespace VPR_TARGET
}  // namespace vpr::detail
