# SPDX-License-Identifier: MIT
"""A consumer that is compiled by -O2 alone against the same source with -march=native, and ViT-S/14 by AVX2 alone against Eigen's products of that
network, which are compiled for AVX2."""
from work import Ours, Work

VIT = "vit_s14_f32/1/1/224"


def works():
    yield Work("ViT-S/14, 1 at 224, f32, compiled by -O2", Ours("bench_flags_plain", VIT, 1),
               {"-O2 -march=native": Ours("bench_flags_native", VIT, 1)}, 0.95)
    avx2 = {"VPR_ISA": "avx2"}
    yield Work("ViT-S/14, 1 at 224, f32, VPR_ISA=avx2", Ours("bench_backbone", VIT, 1, environment=avx2),
               {"Eigen's products": Ours("bench_backend", "eigen_vit_s14/manual_time", 1, environment=avx2)}, 1.05)
