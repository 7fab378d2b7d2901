# SPDX-License-Identifier: MIT
"""A JPEG photo to a normalised tensor of 224×224: Pillow and torchvision, on the file that our benchmark leaves behind."""
import io
import pathlib
import tempfile

from work import Ours, Work, left, require_equal


def torchvision_order(name):
    def make(threads):
        import torch
        import torchvision.transforms as T
        from PIL import Image

        data = (pathlib.Path(tempfile.gettempdir()) / "vpr_preprocess_bench.jpg").read_bytes()
        normalise = T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        order = {
            "normalise_then_resize": T.Compose([T.ToTensor(), normalise, T.Resize((224, 224), antialias=True)]),
            "resize_then_normalise": T.Compose([T.Resize((224, 224)), T.ToTensor(), normalise]),
        }[name]

        def call():
            torch.set_num_threads(threads)
            return order(Image.open(io.BytesIO(data)).convert("RGB"))

        require_equal(left(name)["values"], call(), 2e-6)
        return call

    return make


def ours(name, threads):
    return Ours("bench_image", f"jpeg_{name}/threads:{threads}/real_time", threads)


def works():
    for name in ("resize_then_normalise", "normalise_then_resize"):
        for threads in (1, 2):
            yield Work(f"JPEG 1280x960 to 224x224, {name.replace('_', ' ')}", ours(name, threads),
                       {"Pillow + torchvision": torchvision_order(name)}, 1.5)
