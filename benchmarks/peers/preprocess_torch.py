# SPDX-License-Identifier: MIT
"""Times what preprocess_bench.cpp times, by PIL and torchvision on one thread, on the file that it left behind: milliseconds of the processor."""
import io
import pathlib
import statistics
import tempfile
import time

import PIL
import torch
import torchvision
import torchvision.transforms as T
from PIL import Image

torch.set_num_threads(1)
data = (pathlib.Path(tempfile.gettempdir()) / "vpr_preprocess_bench.jpg").read_bytes()
normalise = T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
orders = {
    "decode": lambda photo: photo,
    "jpeg_normalise_then_resize": T.Compose([T.ToTensor(), normalise, T.Resize((224, 224), antialias=True)]),
    "jpeg_resize_then_normalise": T.Compose([T.Resize((224, 224)), T.ToTensor(), normalise]),
}
print(f"Pillow {PIL.__version__}, torch {torch.__version__}, torchvision {torchvision.__version__}, {len(data)} bytes")
for name, order in orders.items():
    times = []
    for _ in range(60):
        start = time.process_time()
        order(Image.open(io.BytesIO(data)).convert("RGB"))
        times.append(1e3 * (time.process_time() - start))
    print(f"{name:30} {statistics.median(times):7.2f} ms")
