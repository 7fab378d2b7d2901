# SPDX-License-Identifier: MIT
"""Products of a ViT-B's rows and weights: oneDNN, as PyTorch has it, with packed weights. It is given rows that are rounded already; ours are
rounded in the time measured."""
from work import Ours, Work

SHAPES = ((768, 768), (768, 2304), (768, 3072), (3072, 768))


def onednn(rows, inputs, outputs, precision):
    def make(threads):
        import torch

        torch.manual_seed(0)
        if precision == "int8":
            x, weight = torch.randint(0, 256, (rows, inputs), dtype=torch.uint8), torch.randint(-127, 128, (outputs, inputs), dtype=torch.int8)
            packed = torch.ops.onednn.qlinear_prepack(weight, [rows, inputs])
            scales, zeros = torch.full((outputs,), 0.01), torch.zeros(outputs, dtype=torch.int32)
            product = lambda: torch.ops.onednn.qlinear_pointwise(
                x, 0.01, 128, packed, scales, zeros, None, 1.0, 0, torch.float32, "none", [], "")
        else:
            kind = torch.bfloat16 if precision == "bf16" else torch.float32
            x, weight = torch.randn(rows, inputs, dtype=kind), torch.randn(outputs, inputs, dtype=kind)
            packed = torch.ops.mkldnn._reorder_linear_weight(weight, rows)
            product = lambda: torch.ops.mkldnn._linear_pointwise(x, packed, None, "none", [], "")

        def call():
            torch.set_num_threads(threads)
            with torch.inference_mode():
                product()

        return call

    return make


def works():
    for number, precision in enumerate(("f32", "bf16", "int8")):
        for rows in (257, 2056):
            for inputs, outputs in SHAPES:
                for threads in (1, 2):
                    yield Work(f"product {rows}x{inputs}x{outputs}, {precision}",
                               Ours("bench_backend", f"packed_product/{rows}/{inputs}/{outputs}/{number}/{threads}/manual_time", threads),
                               {"oneDNN": onednn(rows, inputs, outputs, precision)}, 1.0)
