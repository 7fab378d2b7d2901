# SPDX-License-Identifier: MIT
"""A forward and a backward pass of DINOv2 with its last four blocks and GeM trained, four photos at 224, in float32 and bfloat16: PyTorch."""
from compare import Work
from vit import SIZES, network, pixels


def pytorch(size, rounded):
    def make(threads):
        import torch
        import torch.nn.functional as F

        model, images, power = network(size), torch.from_numpy(pixels(4)), torch.full((1,), 3.0, requires_grad=True)
        for name, parameter in model.named_parameters():
            parts = name.split(".")
            parameter.requires_grad_(parts[0] == "norm" or (parts[0] == "blocks" and int(parts[1]) >= 8))

        def call():
            torch.set_num_threads(threads)
            with torch.autocast("cpu", torch.bfloat16, enabled=rounded):
                patches = model(images)[:, 1:].float()
            F.normalize(patches.clamp(min=1e-6).pow(power).mean(1).pow(1 / power)).sum().backward()

        return call

    return make


def works():
    for size in SIZES:
        for precision, suffix in (("f32", ""), ("bf16", "_bf16")):
            for threads in (1, 2):
                yield Work(f"training ViT-{size.upper()}/14, last 4 blocks, 4 photos, {precision}", threads, "bench_autograd",
                           f"train_{size}14{suffix}/4/{threads}/real_time", {"PyTorch": pytorch(size, suffix != "")}, 1.5)
