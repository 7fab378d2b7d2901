# SPDX-License-Identifier: MIT
"""DINOv2's network at 224×224, with random weights: PyTorch, ONNX Runtime and OpenVINO."""
import functools

from work import Ours, Work, onnx_export, onnx_session

SIZES = {"s": (384, 6, 12), "b": (768, 12, 12)}


@functools.cache
def network(size, adapters=False):
    """With SelaVPR's adapters where asked."""
    import torch
    import torch.nn.functional as F

    channels, heads, depth = SIZES[size]

    def bottleneck():
        return torch.nn.Sequential(torch.nn.Linear(channels, channels // 2), torch.nn.ReLU(), torch.nn.Linear(channels // 2, channels))

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = torch.nn.LayerNorm(channels, 1e-6), torch.nn.LayerNorm(channels, 1e-6)
            self.qkv, self.proj = torch.nn.Linear(channels, 3 * channels), torch.nn.Linear(channels, channels)
            self.fc1, self.fc2 = torch.nn.Linear(channels, 4 * channels), torch.nn.Linear(4 * channels, channels)
            self.ls1, self.ls2 = torch.nn.Parameter(torch.ones(channels)), torch.nn.Parameter(torch.ones(channels))
            if adapters:
                self.adapter1, self.adapter2 = bottleneck(), bottleneck()

        def forward(self, x):
            q, k, v = self.qkv(self.norm1(x)).view(x.shape[0], -1, 3, heads, channels // heads).permute(2, 0, 3, 1, 4)
            attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
            attended = self.proj(attended)
            x = x + self.ls1 * (attended + self.adapter1(attended) if adapters else attended)
            normed = self.norm2(x)
            fed = self.fc2(F.gelu(self.fc1(normed)))
            return x + self.ls2 * (fed + 0.2 * self.adapter2(normed) if adapters else fed)

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.patch = torch.nn.Conv2d(3, channels, 14, 14)
            self.cls, self.positions = torch.nn.Parameter(torch.zeros(1, 1, channels)), torch.nn.Parameter(torch.zeros(1, 257, channels))
            self.blocks, self.norm = torch.nn.Sequential(*(Block() for _ in range(depth))), torch.nn.LayerNorm(channels, 1e-6)

        def forward(self, images):
            tokens = self.patch(images).flatten(2).transpose(1, 2)
            return self.norm(self.blocks(torch.cat([self.cls.expand(images.shape[0], -1, -1), tokens], 1) + self.positions))

    torch.manual_seed(0)
    return Network().eval()


@functools.cache
def exported(size, batch):
    """The network as an ONNX file."""
    import torch

    return onnx_export(network(size), torch.from_numpy(pixels(batch)), "images")


def pixels(batch):
    import numpy

    return numpy.random.default_rng(0).standard_normal((batch, 3, 224, 224), numpy.float32)


def pytorch(size, batch, precision):
    def make(threads):
        import torch

        model, images = network(size), torch.from_numpy(pixels(batch))

        def call():
            torch.set_num_threads(threads)
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
                model(images)

        return call

    return make


def onnx_runtime(size, batch, precision):
    def make(threads):
        path = exported(size, batch)
        if precision == "int8":
            from onnxruntime.quantization import QuantType, quantize_dynamic

            plain, path = path, path.with_suffix(".int8.onnx")
            quantize_dynamic(str(plain), str(path), weight_type=QuantType.QInt8, per_channel=True)
        run, images = onnx_session(path, threads), pixels(batch)
        return lambda: run(images=images)

    return make


def openvino(size, batch, precision):
    def make(threads):
        import openvino as ov

        model = ov.Core().read_model(str(exported(size, batch)))
        if precision == "int8":
            import nncf

            data = nncf.Dataset([pixels(batch) for _ in range(2)])
            model = nncf.quantize(model, data, model_type=nncf.ModelType.TRANSFORMER, subset_size=2)
        hint = {"f32": "f32", "bf16": "bf16", "int8": "f32"}[precision]
        compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": hint, "NUM_STREAMS": 1})
        request, images = compiled.create_infer_request(), pixels(batch)
        return lambda: request.infer({0: images})

    return make


PEERS = {
    "f32": {"PyTorch": pytorch, "ONNX Runtime": onnx_runtime, "OpenVINO": openvino},
    "bf16": {"PyTorch autocast": pytorch, "OpenVINO": openvino},
    "int8": {"ONNX Runtime, dynamic": onnx_runtime, "OpenVINO, calibrated": openvino},
}
GOALS = {"f32": 1.0, "bf16": 1.1, "int8": {"ONNX Runtime, dynamic": 1.3, "OpenVINO, calibrated": 1.0}}


def ours(size, precision, batch, threads, side=224):
    clock = "" if threads == 1 else "/real_time"
    return Ours("bench_backbone", f"vit_{size}14_{precision}/{batch}/{threads}/{side}{clock}", threads)


def works():
    for precision, peers in PEERS.items():
        for size in SIZES:
            for batch in (1, 8):
                for threads in (1, 2):
                    yield Work(f"ViT-{size.upper()}/14, {batch} at 224, {precision}", ours(size, precision, batch, threads),
                               {peer: make(size, batch, precision) for peer, make in peers.items()}, GOALS[precision])
