# SPDX-License-Identifier: MIT
"""Ours against ours: two threads against one, and times of a multiply-add as photos and maps grow."""
import dataclasses

import search
import vit
from preprocess import ours as jpeg
from work import Work


def two_threads(name, ours, goal):
    """`ours(threads)` on two and one, both by the clock on the wall."""
    return Work(f"{name}, two threads", ours(2), {"one thread": dataclasses.replace(ours(1), wall=True)}, goal)


def multiply_adds(side, channels=768, depth=12):
    """Of ViT-B/14."""
    patches = (side // 14) ** 2
    tokens = patches + 1
    return depth * (12 * tokens * channels**2 + 2 * tokens**2 * channels) + patches * 588 * channels


def at_side(side):
    return dataclasses.replace(vit.ours("b", "f32", 1, 1, side), units=multiply_adds(side) / 1e9)


def places(size):
    return dataclasses.replace(search.flat(size, 512, 16, 1), units=16 * size * 512 / 1e9)


def works():
    for precision in vit.PEERS:
        yield two_threads(f"ViT-B/14, 8 at 224, {precision}", lambda threads: vit.ours("b", precision, 8, threads), 1.85)
    for name in ("resize_then_normalise", "normalise_then_resize"):
        yield two_threads(f"JPEG 1280x960 to 224x224, {name.replace('_', ' ')}", lambda threads: jpeg(name, threads), 1.0)
    yield Work("10^9 multiply-adds of ViT-B/14 at 518", at_side(518), {"at 224": at_side(224)}, 0.9)
    for size in (10000, 100000, 1000000):
        yield Work(f"10^9 multiply-adds of 16 queries of {size}x512", places(size), {"of 1000x512": places(1000)}, 0.9)
