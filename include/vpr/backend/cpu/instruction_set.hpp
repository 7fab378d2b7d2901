// SPDX-License-Identifier: MIT
/// @file
/// The instruction sets that kernels are compiled for, and the one that this processor runs.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/target.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

// Whether kernels are compiled for several sets in one file: compilers that can, for processors that have several. nvcc's front end can't.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__CUDACC__)
#define VPR_SEVERAL_INSTRUCTION_SETS 1
#else
#define VPR_SEVERAL_INSTRUCTION_SETS 0
#endif

#if VPR_SEVERAL_INSTRUCTION_SETS && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace vpr {

/// The instruction sets that kernels are compiled for whatever the compiler's flags, each with all of those before it. On other processors
/// than x86-64 there is one, `baseline`: what the flags allow.
enum class InstructionSet {
  baseline,     ///< what the compiler's flags allow, at least SSE2
  avx2,         ///< AVX2 and FMA
  avx512,       ///< AVX-512 F, BW, CD, DQ and VL
  avx512_bf16,  ///< AVX-512 BF16, VNNI and VPOPCNTDQ
  amx,          ///< AMX TILE, BF16 and INT8, for products of bfloat16 and of bytes
};

inline constexpr std::array<std::string_view, 5> instruction_set_names = {"baseline", "avx2", "avx512", "avx512_bf16", "amx"};

inline std::string_view name_of(InstructionSet set) { return instruction_set_names[static_cast<std::size_t>(set)]; }

namespace detail {

/// Whether the processor has AMX and Linux lets this process use it: its registers are large, so a process asks for them once.
inline bool may_use_amx() {
#if VPR_SEVERAL_INSTRUCTION_SETS && defined(__linux__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned bf16 = 1U << 22, tile = 1U << 24, int8 = 1U << 25, all = bf16 | tile | int8;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & all) != all) return false;
  constexpr long ask_for_state = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, ask_for_state, tile_data) == 0;
#else
  return false;
#endif
}

}  // namespace detail

/// The largest set that this processor and its operating system have.
inline InstructionSet best_instruction_set() {
#if VPR_SEVERAL_INSTRUCTION_SETS
  const auto all = [](auto... has) { return ((has != 0) && ...); };
  if (!all(__builtin_cpu_supports("avx2"), __builtin_cpu_supports("fma"), __builtin_cpu_supports("popcnt")))
    return InstructionSet::baseline;
  if (!all(__builtin_cpu_supports("avx512f"), __builtin_cpu_supports("avx512bw"), __builtin_cpu_supports("avx512cd"),
           __builtin_cpu_supports("avx512dq"), __builtin_cpu_supports("avx512vl")))
    return InstructionSet::avx2;
  if (!all(__builtin_cpu_supports("avx512bf16"), __builtin_cpu_supports("avx512vnni"), __builtin_cpu_supports("avx512vpopcntdq")))
    return InstructionSet::avx512;
  return detail::may_use_amx() ? InstructionSet::amx : InstructionSet::avx512_bf16;
#else
  return InstructionSet::baseline;
#endif
}

namespace detail {

/// The set that `name` asks for, or without a name the best.
inline InstructionSet asked_instruction_set(const char* name) {
  const InstructionSet best = best_instruction_set();
  if (name == nullptr || *name == '\0') return best;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(best); ++i) {
    if (instruction_set_names[i] == name) return static_cast<InstructionSet>(i);
  }
  std::string known;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(best); ++i) known += (i > 0 ? ", " : "") + std::string(instruction_set_names[i]);
  fail<ConfigError>("VPR_ISA=", name, ": want one that this processor has: ", known);
}

}  // namespace detail

/// The set whose kernels run: the best that this processor has, or a smaller one that the environment variable `VPR_ISA` names when the
/// program first asks. Results have the same bits within one set.
/// @throws ConfigError  where `VPR_ISA` names none that this processor has.
inline InstructionSet instruction_set() {
  static const InstructionSet chosen = detail::asked_instruction_set(std::getenv("VPR_ISA"));
  return chosen;
}

namespace detail {

/// Of the same kernels compiled for each set, those that run: with AMX, which has instructions for some products alone, those of the set before it.
template <class Kernel>
Kernel chosen_kernel(const std::array<Kernel, 4>& compiled) {
  return compiled[static_cast<std::size_t>(std::min(instruction_set(), InstructionSet::avx512_bf16))];
}
template <class Kernels>
const Kernels& chosen_kernels(const std::array<const Kernels*, 4>& compiled) {
  return *chosen_kernel(compiled);
}

}  // namespace detail
}  // namespace vpr

/// Kernels are compiled in every file that uses them, or in one for all: a program all of whose files define `VPR_KERNELS_APART` has one
/// that defines `VPR_KERNELS_HERE` and includes `vpr/backend/cpu/all_kernels.hpp`, compiled with the flags of the others.
#if !defined(VPR_KERNELS_APART)
#define VPR_HAS_KERNELS 1
#define VPR_KERNELS_INLINE inline
#elif defined(VPR_KERNELS_HERE)
#define VPR_HAS_KERNELS 1
#define VPR_KERNELS_INLINE
#else
#define VPR_HAS_KERNELS 0
#endif

/// The table `name` of the set that runs, of those that `vpr/backend/cpu/each_instruction_set.inl` compiled into the namespaces of the sets; and of
/// that table the function that the pointer to member `kernel` is.
#if VPR_SEVERAL_INSTRUCTION_SETS
#define VPR_CHOSEN_KERNELS(name) \
  ::vpr::detail::chosen_kernels(::std::array{&baseline::name, &avx2::name, &avx512::name, &avx512_bf16::name})
#define VPR_CHOSEN_KERNEL(name, kernel) \
  ::vpr::detail::chosen_kernel(::std::array{baseline::name.*kernel, avx2::name.*kernel, avx512::name.*kernel, avx512_bf16::name.*kernel})
#else
#define VPR_CHOSEN_KERNELS(name) baseline::name
#define VPR_CHOSEN_KERNEL(name, kernel) baseline::name.*kernel
#endif

/// Defines `const Kernels& name()`, which is declared in `vpr::detail` and `VPR_TARGET`: the table `name` of the set that runs. For files with
/// `VPR_HAS_KERNELS`, after they include the kernels.
#define VPR_DEFINE_CHOSEN_KERNELS(Kernels, name)             \
  namespace vpr::detail {                                    \
  inline namespace VPR_TARGET {                              \
  VPR_KERNELS_INLINE const Kernels& name() {                 \
    static const Kernels& chosen = VPR_CHOSEN_KERNELS(name); \
    return chosen;                                           \
  }                                                          \
  }                                                          \
  }

/// Defines `one<&Kernels::kernel>()`: a kernel of the table `all` of the set that runs. Where kernels are compiled in every file, only those that a
/// program names are.
#if VPR_HAS_KERNELS
#define VPR_DEFINE_CHOSEN_KERNEL(one, all) VPR_DEFINE_KERNEL(one, VPR_CHOSEN_KERNEL(all, Kernel))
#else
#define VPR_DEFINE_CHOSEN_KERNEL(one, all) VPR_DEFINE_KERNEL(one, all().*Kernel)
#endif
#define VPR_DEFINE_KERNEL(one, chosen) \
  namespace vpr::detail {              \
  inline namespace VPR_TARGET {        \
  template <auto Kernel>               \
  auto one() {                         \
    return chosen;                     \
  }                                    \
  }                                    \
  }
