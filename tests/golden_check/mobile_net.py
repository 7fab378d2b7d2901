#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes tests/data/backbone_mobilenet_v2.safetensors: what torchvision's MobileNetV2 makes of weights and images by recipe (tests/data/README.md),
after its stem and each row of the paper's table 2. Needs torch, torchvision and numpy. Usage: mobile_net.py FILE [HEIGHT WIDTH]"""
import json
import struct
import sys

import numpy
import torch
import torchvision

LAYERS = {"stem": 0, "main": 18} | {f"features{layer}": layer for layer in (1, 3, 6, 10, 13, 16, 17)}


def of_recipe(name, shape, offset, amplitude):
    start = 0xCBF29CE484222325
    for byte in name.encode():
        start = (start ^ byte) * 0x100000001B3 % 2**64
    with numpy.errstate(over="ignore"):
        z = numpy.arange(numpy.prod(shape), dtype=numpy.uint64) + numpy.uint64(start) + numpy.uint64(0x9E3779B97F4A7C15)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            z = (z ^ (z >> numpy.uint64(shift))) * numpy.uint64(factor)
        z ^= z >> numpy.uint64(31)
    u = (z >> numpy.uint64(40)).astype(numpy.float64) / 2**24
    return torch.from_numpy((offset + amplitude * (2 * u - 1)).astype(numpy.float32).reshape(shape))


def recipe_of(name, shape):
    """Maps keep their size from layer to layer, and some per cent of what ReLU6 gets is beyond 6."""
    projects = name.split(".")[-2] in ("2", "3")  # the normalisation that no ReLU6 follows
    if len(shape) == 4:
        return [name, shape, 0.0, round(0.55 * (6 / (shape[1] * shape[2] * shape[3])) ** 0.5, 6)]
    if name.endswith("running_var"):
        return [name, shape, 1.0, 0.5]
    if name.endswith("running_mean"):
        return [name, shape, 0.0, 0.5]
    if name.endswith("weight"):
        return [name, shape, 1.0 if projects else 0.8, 0.3]
    return [name, shape, 0.0, 0.3 if projects else 5.0]


def outputs(network, x):
    found = {}
    with torch.inference_mode():
        for i, layer in enumerate(network.features):
            x = layer(x)
            found |= {"out." + name: x for name, at in LAYERS.items() if at == i}
    return found


def stored(name, values):
    """A large output's every k-th element, shape and statistics."""
    flat = values.flatten()
    if flat.size <= 2048:
        return {name: values}
    statistics = numpy.array([flat.mean(dtype=float), flat.std(dtype=float), flat.min(), flat.max()], numpy.float32)
    return {name + ".subset": flat[:: -(-flat.size // 2048)], name + ".shape": numpy.array(values.shape), name + ".stats": statistics}


def main(path, height=75, width=101):
    size = [2, 3, int(height), int(width)]
    network = torchvision.models.mobilenet_v2().eval()
    state = network.state_dict()
    recipe = [["in.image", size, 0.0, 2.0]]
    recipe += [recipe_of(name, list(p.shape)) for name, p in state.items() if name.startswith("features") and p.ndim > 0]
    made = {entry[0]: of_recipe(*entry) for entry in recipe}
    image = made.pop("in.image")
    network.load_state_dict(state | made)
    found = outputs(network, image)
    exact = outputs(network.double(), image.double())
    error = max(float((found[name] - exact[name]).abs().max() / exact[name].abs().max()) for name in found)

    tensors, header, body = {}, {}, b""
    for name, values in found.items():
        tensors |= stored(name, values.numpy())
    for name, values in sorted(tensors.items(), key=lambda item: (item[1].dtype != numpy.int64, item[0])):
        data = numpy.ascontiguousarray(values).tobytes()
        kind = "I64" if values.dtype == numpy.int64 else "F32"
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    header["__metadata__"] = {
        "case": "torchvision", "config": json.dumps({"input": size, "kind": "torchvision", "model": "mobilenet_v2", "until": 19}),
        "recipe": json.dumps(recipe), "source": f"torchvision {torchvision.__version__}, torch {torch.__version__}",
        "err64": str(error), "rtol": "1e-05", "atol": "1e-06"}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


main(*sys.argv[1:])
