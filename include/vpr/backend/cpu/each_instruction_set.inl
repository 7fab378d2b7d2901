// SPDX-License-Identifier: MIT
/// @file
/// Includes the file of kernels `VPR_KERNELS` once for each instruction set, compiled for it, and undefines that name: not guarded, and not to be
/// included by users.
///
/// The file sees `VPR_INSTRUCTION_SET`, the namespace it puts its kernels into (inside `vpr::detail` and `VPR_TARGET`), `VPR_VECTOR_BYTES`,
/// the width of the set's registers, `VPR_VECTOR_REGISTERS`, how many there are, and `VPR_BF16_AND_VNNI`, whether products of bfloat16 and
/// of bytes have instructions of their own. It includes nothing itself, and holds plain functions: GCC compiles a lambda inside for the
/// flags of the file, and a function of the standard library or of Eigen would be compiled for one set and be linked into another.

#define VPR_INSTRUCTION_SET baseline
#define VPR_VECTOR_BYTES 16
#if defined(__aarch64__)
#define VPR_VECTOR_REGISTERS 32
#else
#define VPR_VECTOR_REGISTERS 16
#endif
#define VPR_BF16_AND_VNNI 0
#include VPR_KERNELS
#undef VPR_INSTRUCTION_SET
#undef VPR_VECTOR_BYTES
#undef VPR_VECTOR_REGISTERS
#undef VPR_BF16_AND_VNNI

#if VPR_SEVERAL_INSTRUCTION_SETS

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpragma-clang-attribute"  // a file may have no kernels of a set, or take them from a smaller one
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,popcnt,lzcnt,f16c"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2,popcnt,lzcnt,f16c")
#endif
#define VPR_INSTRUCTION_SET avx2
#define VPR_VECTOR_BYTES 32
#define VPR_VECTOR_REGISTERS 16
#define VPR_BF16_AND_VNNI 0
#include VPR_KERNELS
#undef VPR_INSTRUCTION_SET
#undef VPR_VECTOR_BYTES
#undef VPR_VECTOR_REGISTERS
#undef VPR_BF16_AND_VNNI
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

// clang halves wide vectors where the flags name a processor that it tunes for narrow ones.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,fma,bmi,bmi2,popcnt,lzcnt,f16c"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,fma,bmi,bmi2,popcnt,lzcnt,f16c")
#endif
#define VPR_VECTOR_BYTES 64
#define VPR_VECTOR_REGISTERS 32
#define VPR_INSTRUCTION_SET avx512
#define VPR_BF16_AND_VNNI 0
#include VPR_KERNELS
#undef VPR_INSTRUCTION_SET
#undef VPR_BF16_AND_VNNI

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512cd,avx512dq,avx512vl,fma,bmi,bmi2,popcnt,lzcnt,f16c," \
                                                   "avx512bf16,avx512vnni,avx512vpopcntdq"))),                                   \
                             apply_to = function)
#else
#pragma GCC target("avx512bf16,avx512vnni,avx512vpopcntdq")
#endif
#define VPR_INSTRUCTION_SET avx512_bf16
#define VPR_BF16_AND_VNNI 1
#include VPR_KERNELS
#undef VPR_INSTRUCTION_SET
#undef VPR_BF16_AND_VNNI
#undef VPR_VECTOR_BYTES
#undef VPR_VECTOR_REGISTERS
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute pop
#pragma clang attribute pop
#pragma clang diagnostic pop
#else
#pragma GCC pop_options
#endif

#endif

#undef VPR_KERNELS
