#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times DINOv2 in PyTorch and in this library in turn, in one run, on the same threads, and prints the ratio.

    python3 benchmarks/peers/vit_torch.py build/release/bin/bench_backbone [--size s|b] [--threads 1] [--rounds 5]

Needs PyTorch. Weights are random; the arithmetic is the published network's, by PyTorch's own fused attention."""
import argparse
import json
import os
import statistics
import subprocess
import time

parser = argparse.ArgumentParser()
parser.add_argument("bench")
parser.add_argument("--size", choices=["s", "b"], default="s")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--rounds", type=int, default=5)
options = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)

import torch
import torch.nn.functional as F

torch.set_num_threads(options.threads)
torch.manual_seed(0)
channels, heads, depth = {"s": (384, 6, 12), "b": (768, 12, 12)}[options.size]
blocks = [
    {
        name: torch.randn(shape) * 0.02
        for name, shape in {
            "qkv": (3 * channels, channels), "proj": (channels, channels), "fc1": (4 * channels, channels), "fc2": (channels, 4 * channels),
        }.items()
    }
    for _ in range(depth)
]
patch = torch.randn(channels, 3, 14, 14) * 0.02
ones, zeros, wide = torch.ones(channels), torch.zeros(channels), torch.zeros(4 * channels)


def describe(image):
    tokens = F.conv2d(image, patch, zeros, stride=14).flatten(2).transpose(1, 2)
    x = torch.cat([zeros.expand(1, 1, -1), tokens], 1)
    for block in blocks:
        qkv = F.linear(F.layer_norm(x, (channels,), ones, zeros, 1e-6), block["qkv"], zeros.repeat(3))
        q, k, v = qkv.view(1, -1, 3, heads, channels // heads).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
        x = x + ones * F.linear(attended, block["proj"], zeros)
        hidden = F.gelu(F.linear(F.layer_norm(x, (channels,), ones, zeros, 1e-6), block["fc1"], wide))
        x = x + ones * F.linear(hidden, block["fc2"], zeros)
    return F.layer_norm(x, (channels,), ones, zeros, 1e-6)


def theirs():
    image = torch.randn(1, 3, 224, 224)
    with torch.inference_mode():
        times = []
        for _ in range(4):
            start = time.process_time() if options.threads == 1 else time.perf_counter()
            describe(image)
            times.append((time.process_time() if options.threads == 1 else time.perf_counter()) - start)
    return 1000 * min(times[1:])


def ours():
    command = [options.bench, f"--benchmark_filter=vit_{options.size}14/1/{options.threads}$", "--benchmark_format=json", "--benchmark_min_time=0.5"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    run = report["benchmarks"][0]
    return run["cpu_time"] if options.threads == 1 else run["real_time"]


rounds = [(ours(), theirs()) for _ in range(options.rounds)]
print(f"ViT-{options.size.upper()}/14, one photo at 224, float32, {options.threads} thread(s), torch {torch.__version__}, median of {options.rounds} rounds:")
print(f"  vpr {statistics.median(o for o, _ in rounds):.1f} ms, PyTorch {statistics.median(t for _, t in rounds):.1f} ms, "
      f"vpr / PyTorch {statistics.median(o / t for o, t in rounds):.2f}")
