# SPDX-License-Identifier: MIT
"""DINOv2's network at 224×224, with random weights: PyTorch, ONNX Runtime and OpenVINO."""
import functools
import pathlib
import tempfile

from compare import Work

SIZES = {"s": (384, 6, 12), "b": (768, 12, 12)}


@functools.cache
def network(size):
    import torch
    import torch.nn.functional as F

    channels, heads, depth = SIZES[size]

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = torch.nn.LayerNorm(channels, 1e-6), torch.nn.LayerNorm(channels, 1e-6)
            self.qkv, self.proj = torch.nn.Linear(channels, 3 * channels), torch.nn.Linear(channels, channels)
            self.fc1, self.fc2 = torch.nn.Linear(channels, 4 * channels), torch.nn.Linear(4 * channels, channels)
            self.ls1, self.ls2 = torch.nn.Parameter(torch.ones(channels)), torch.nn.Parameter(torch.ones(channels))

        def forward(self, x):
            q, k, v = self.qkv(self.norm1(x)).view(x.shape[0], -1, 3, heads, channels // heads).permute(2, 0, 3, 1, 4)
            attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
            x = x + self.ls1 * self.proj(attended)
            return x + self.ls2 * self.fc2(F.gelu(self.fc1(self.norm2(x))))

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
    import warnings

    import onnx  # noqa: F401, which the export needs
    import torch

    warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)

    path = pathlib.Path(tempfile.mkdtemp()) / f"vit_{size}_{batch}.onnx"
    torch.onnx.export(network(size), (torch.randn(batch, 3, 224, 224),), str(path), input_names=["images"], dynamo=False)
    return path


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
        import onnxruntime

        path = exported(size, batch)
        if precision == "int8":
            from onnxruntime.quantization import QuantType, quantize_dynamic

            plain, path = path, path.with_suffix(".int8.onnx")
            quantize_dynamic(str(plain), str(path), weight_type=QuantType.QInt8, per_channel=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session, images = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]), pixels(batch)
        return lambda: session.run(None, {"images": images})

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


def works():
    goals = {"f32": 1.0, "bf16": 1.1, "int8": 1.0}
    peers = {
        "f32": {"PyTorch": pytorch, "ONNX Runtime": onnx_runtime, "OpenVINO": openvino},
        "bf16": {"PyTorch autocast": pytorch, "OpenVINO": openvino},
        "int8": {"ONNX Runtime, dynamic": onnx_runtime, "OpenVINO, calibrated": openvino},
    }
    for precision, those in peers.items():
        for size in SIZES:
            for batch in (1, 8):
                for threads in (1, 2):
                    timing = "" if threads == 1 else "/real_time"
                    yield Work(f"ViT-{size.upper()}/14, {batch} at 224, {precision}", threads, "bench_backbone",
                               f"vit_{size}14_{precision}/{batch}/{threads}{timing}",
                               {peer: make(size, batch, precision) for peer, make in those.items()}, goals[precision])
