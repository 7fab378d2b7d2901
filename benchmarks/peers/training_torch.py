#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times a forward and a backward pass of DINOv2 with its last blocks trained, in PyTorch and in this library in turn, in one run, on the same
threads, and prints the ratio.

    python3 benchmarks/peers/training_torch.py build/release/bin/bench_autograd [--size s|b] [--threads 2] [--rounds 3]

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
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--rounds", type=int, default=3)
options = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)

import torch
import torch.nn.functional as F

torch.set_num_threads(options.threads)
torch.manual_seed(0)
channels, heads, depth = {"s": (384, 6, 12), "b": (768, 12, 12)}[options.size]
batch, trained = 4, 4


def parameters(train):
    shapes = {
        "qkv": (3 * channels, channels), "qkv_bias": (3 * channels,), "proj": (channels, channels), "proj_bias": (channels,),
        "fc1": (4 * channels, channels), "fc1_bias": (4 * channels,), "fc2": (channels, 4 * channels), "fc2_bias": (channels,),
        "norm1": (channels,), "norm1_bias": (channels,), "norm2": (channels,), "norm2_bias": (channels,), "ls1": (channels,), "ls2": (channels,),
    }
    return {name: (torch.randn(shape) * 0.02).requires_grad_(train) for name, shape in shapes.items()}


blocks = [parameters(i >= depth - trained) for i in range(depth)]
patch, zeros = torch.randn(channels, 3, 14, 14) * 0.02, torch.zeros(channels)
norm, norm_bias, power = torch.ones(channels).requires_grad_(), torch.zeros(channels).requires_grad_(), torch.full((1,), 3.0).requires_grad_()
images = torch.randn(batch, 3, 224, 224)


def step():
    tokens = F.conv2d(images, patch, zeros, stride=14).flatten(2).transpose(1, 2)
    x = torch.cat([zeros.expand(batch, 1, -1), tokens], 1)
    for block in blocks:
        qkv = F.linear(F.layer_norm(x, (channels,), block["norm1"], block["norm1_bias"], 1e-6), block["qkv"], block["qkv_bias"])
        q, k, v = qkv.view(batch, -1, 3, heads, channels // heads).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
        x = x + block["ls1"] * F.linear(attended, block["proj"], block["proj_bias"])
        hidden = F.gelu(F.linear(F.layer_norm(x, (channels,), block["norm2"], block["norm2_bias"], 1e-6), block["fc1"], block["fc1_bias"]))
        x = x + block["ls2"] * F.linear(hidden, block["fc2"], block["fc2_bias"])
    x = F.layer_norm(x, (channels,), norm, norm_bias, 1e-6)[:, 1:]
    F.normalize(x.clamp(min=1e-6).pow(power).mean(1).pow(1 / power)).sum().backward()


def theirs():
    times = []
    for _ in range(4):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return 1000 * min(times[1:])


def ours():
    command = [options.bench, f"--benchmark_filter=train_{options.size}14/{batch}/{options.threads}/", "--benchmark_format=json", "--benchmark_min_time=1"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return report["benchmarks"][0]["real_time"]


rounds = [(ours(), theirs()) for _ in range(options.rounds)]
print(f"ViT-{options.size.upper()}/14, {batch} photos at 224, last {trained} blocks and GeM trained, forward and backward, float32, {options.threads} "
      f"thread(s), torch {torch.__version__}, median of {options.rounds} rounds:")
print(f"  vpr {statistics.median(o for o, _ in rounds):.0f} ms, PyTorch {statistics.median(t for _, t in rounds):.0f} ms, "
      f"vpr / PyTorch {statistics.median(o / t for o, t in rounds):.2f}")
