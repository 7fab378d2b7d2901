# SPDX-License-Identifier: MIT
"""Convolutions of networks, with random weights: PyTorch and ONNX Runtime."""
from work import Ours, Work, onnx_session

# Map height and width, inputs, outputs, kernel, stride, groups: as `convolution` in packed_convolution_bench.cpp has them.
LAYERS = {
    "ResNet-50 stem at 320x320": (320, 320, 3, 64, 7, 2, 1),
    "ResNet-50 3x3, stage 1": (80, 80, 64, 64, 3, 1, 1),
    "ResNet-50 3x3, stage 2": (40, 40, 128, 128, 3, 1, 1),
    "ResNet-50 3x3, stage 3": (20, 20, 256, 256, 3, 1, 1),
    "ResNet-50 3x3, stage 4": (10, 10, 512, 512, 3, 1, 1),
    "ResNet-50 1x1, stage 1": (80, 80, 64, 256, 1, 1, 1),
    "VGG-16 3x3 at 480x640": (480, 640, 64, 64, 3, 1, 1),
    "VGG-16 3x3 at 240x320": (240, 320, 128, 128, 3, 1, 1),
    "ConvNeXt 7x7 depthwise": (80, 80, 96, 96, 7, 1, 96),
    "MulConv 5x5": (16, 16, 24, 96, 5, 1, 1),
}


def operands(layer):
    import numpy

    height, width, inputs, outputs, kernel, _, groups = layer
    random = numpy.random.default_rng(0)
    x = random.standard_normal((1, inputs, height, width), numpy.float32)
    return x, random.standard_normal((outputs, inputs // groups, kernel, kernel), numpy.float32)


def pytorch(layer):
    def make(threads):
        import torch

        *_, kernel, stride, groups = layer
        x, weight = (torch.from_numpy(a).contiguous(memory_format=torch.channels_last) for a in operands(layer))

        def call():
            torch.set_num_threads(threads)
            with torch.inference_mode():
                torch.nn.functional.conv2d(x, weight, None, stride, kernel // 2, 1, groups)

        return call

    return make


def onnx_runtime(layer):
    def make(threads):
        import onnx

        *_, kernel, stride, groups = layer
        x, weight = operands(layer)
        value = lambda name, shape: onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        node = onnx.helper.make_node("Conv", ["x", "weight"], ["y"], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4, group=groups)
        graph = onnx.helper.make_graph([node], "convolution", [value("x", x.shape)], [value("y", None)], [onnx.numpy_helper.from_array(weight, "weight")])
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
        model.ir_version = 9
        run = onnx_session(model.SerializeToString(), threads)
        return lambda: run(x=x)

    return make


def works():
    for name, layer in LAYERS.items():
        yield Work(f"{name}, f32", Ours("bench_backend", f"convolution/{'/'.join(map(str, layer))}/0/manual_time", 1),
                   {"PyTorch": pytorch(layer), "ONNX Runtime": onnx_runtime(layer)}, 0.9)
