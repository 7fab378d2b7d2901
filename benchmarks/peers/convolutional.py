# SPDX-License-Identifier: MIT
"""ResNet-50 at 320×320 and VGG-16 up to conv5_3 at 480×640, with random weights: PyTorch and ONNX Runtime."""
import functools

from work import Ours, Work, onnx_export, onnx_session

NETWORKS = {"ResNet-50": (320, 320), "VGG-16": (480, 640)}


@functools.cache
def network(name):
    import torch
    import torchvision

    torch.manual_seed(0)
    if name == "ResNet-50":
        layers = list(torchvision.models.resnet50().children())[:-2]
    else:
        layers = list(torchvision.models.vgg16().features.children())[:-2]
    return torch.nn.Sequential(*layers).eval()


def pixels(name):
    import numpy

    return numpy.random.default_rng(0).standard_normal((1, 3, *NETWORKS[name]), numpy.float32)


def pytorch(name):
    def make(threads):
        import torch

        model = network(name).to(memory_format=torch.channels_last)
        image = torch.from_numpy(pixels(name)).contiguous(memory_format=torch.channels_last)

        def call():
            torch.set_num_threads(threads)
            with torch.inference_mode():
                model(image)

        return call

    return make


def onnx_runtime(name):
    def make(threads):
        import torch

        image = pixels(name)
        run = onnx_session(onnx_export(network(name), torch.from_numpy(image), "image"), threads)
        return lambda: run(image=image)

    return make


def works():
    for name, (height, width) in NETWORKS.items():
        yield Work(f"{name} at {height}x{width}, f32", Ours("bench_backbone", name.lower().replace("-", ""), 1),
                   {"PyTorch": pytorch(name), "ONNX Runtime": onnx_runtime(name)}, 0.9)
