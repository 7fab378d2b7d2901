# SPDX-License-Identifier: MIT
"""Ours against ours: two threads against one, and times of a multiply-add as photos and maps grow."""
import search
import vit
from preprocess import ours as jpeg
from work import Work


def multiply_adds(side, channels=768, depth=12):
    """Of ViT-B/14."""
    patches = (side // 14) ** 2
    tokens = patches + 1
    return depth * (12 * tokens * channels**2 + 2 * tokens**2 * channels) + patches * 588 * channels


def at_side(side):
    ours = vit.ours("b", "f32", 1, 1, side)
    ours.units = multiply_adds(side) / 1e9
    return ours


def places(size):
    ours = search.flat(size, 64, 16, 1)
    ours.units = 16 * size * 64 / 1e9
    return ours


def works():
    for precision in vit.PEERS:
        yield Work(f"ViT-B/14, 8 at 224, {precision}, two threads", vit.ours("b", precision, 8, 2), {"one thread": vit.ours("b", precision, 8, 1)}, 1.85)
    for name in ("resize_then_normalise", "normalise_then_resize"):
        yield Work(f"JPEG 1280x960 to 224x224, {name.replace('_', ' ')}, two threads", jpeg(name, 2), {"one thread": jpeg(name, 1)}, 1.0)
    yield Work("10^9 multiply-adds of ViT-B/14 at 518", at_side(518), {"at 224": at_side(224)}, 0.9)
    for size in (10000, 100000, 1000000):
        yield Work(f"10^9 multiply-adds of 16 queries of {size}x64", places(size), {"of 1000x64": places(1000)}, 0.9)
