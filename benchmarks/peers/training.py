# SPDX-License-Identifier: MIT
"""A forward and a backward pass over eight photos at 224 with SelaVPR's adapters in a frozen ViT-B/14, and with SALAD's head and its last four blocks
trained: PyTorch in float32 and under bfloat16 autocast, with the most memory that they take."""
from modules import salad
from vit import network, pixels
from work import Ours, Work


def gem():
    import torch
    import torch.nn.functional as F

    class GeM(torch.nn.Module):
        """Over patches of unit length, as SelaVPR has it."""

        def __init__(self):
            super().__init__()
            self.p = torch.nn.Parameter(torch.full((1,), 3.0))

        def forward(self, tokens):
            patches = F.normalize(tokens[:, 1:], dim=-1).clamp(min=1e-6)
            return F.normalize(patches.pow(self.p).mean(1).pow(1 / self.p), dim=-1)

    return GeM()


def is_trained(name, blocks):
    """Of the network's parameters: adapters, the last blocks and, with those, the norm behind them."""
    parts = name.split(".")
    return "adapter" in name or (blocks > 0 and (parts[0] == "norm" or (parts[0] == "blocks" and int(parts[1]) >= 12 - blocks)))


def pytorch(adapters, blocks, head, rounded):
    def make(threads):
        import torch

        model, aggregator, images = network("b", adapters), head(), torch.from_numpy(pixels(8))
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(is_trained(name, blocks))

        def call():
            torch.set_num_threads(threads)
            with torch.autocast("cpu", torch.bfloat16, enabled=rounded):
                tokens = model(images)
            aggregator(tokens.float()).sum().backward()
            for part in (model, aggregator):
                part.zero_grad()

        return call

    return make


TRAININGS = {  # as our benchmark is called: the meaning, whether with adapters, tuned blocks, the head
    "train_selavpr": ("SelaVPR's adapters", True, 0, gem),
    "train_salad": ("SALAD, last 4 blocks", False, 4, salad),
}


def works():
    for name, (meaning, *parts) in TRAININGS.items():
        for precision, suffix in (("f32", ""), ("bf16", "_bf16")):
            for threads in (1, 2):
                yield Work(f"training ViT-B/14, {meaning}, 8 photos, {precision}",
                           Ours("bench_autograd", f"{name}{suffix}/8/{threads}/real_time", threads),
                           {"PyTorch": pytorch(*parts, False), "PyTorch autocast": pytorch(*parts, True)}, 1.5, memory=True)
