# SPDX-License-Identifier: MIT
"""SALAD's head, CricaVPR's encoder across photos and its MulConv adapter, in the steps of their authors' code, with the weights of our benchmarks,
whose results are compared: PyTorch, compiled, and ONNX Runtime."""
import math

from work import Ours, Work, left, onnx_export, onnx_session, require_equal


def salad():
    """Of the features of 16×16 patches and the class token before them."""
    import torch
    import torch.nn.functional as F

    class Salad(torch.nn.Module):
        def __init__(self, channels=768, clusters=64, cluster_dim=128, token_dim=256, hidden=512):
            super().__init__()
            conv, relu, linear = torch.nn.Conv2d, torch.nn.ReLU(), torch.nn.Linear
            self.token_features = torch.nn.Sequential(linear(channels, hidden), relu, linear(hidden, token_dim))
            self.cluster_features, self.score = (
                torch.nn.Sequential(conv(channels, hidden, 1), torch.nn.Identity(), relu, conv(hidden, outputs, 1))
                for outputs in (cluster_dim, clusters))
            self.dust_bin = torch.nn.Parameter(torch.tensor(1.0))

        def assignment(self, scores):
            count, clusters, patches = scores.shape
            scores = torch.cat([scores, self.dust_bin.expand(count, 1, patches)], 1)
            norm = -math.log(patches + clusters)
            log_a = torch.full((count, clusters + 1), norm, device=scores.device)
            log_a[:, -1] += math.log(patches - clusters)
            u, v = torch.zeros_like(log_a), torch.zeros_like(scores[:, 0])
            for _ in range(3):
                u = log_a - torch.logsumexp(scores + v.unsqueeze(1), 2)
                v = norm - torch.logsumexp(scores + u.unsqueeze(2), 1)
            return torch.exp(scores + u.unsqueeze(2) + v.unsqueeze(1) - norm)[:, :-1]

        def forward(self, tokens):
            patches = tokens[:, 1:].transpose(1, 2).unflatten(2, (16, 16))
            features, scores = self.cluster_features(patches).flatten(2), self.score(patches).flatten(2)
            shares = self.assignment(scores).unsqueeze(1).repeat(1, features.shape[1], 1, 1)
            sums = (features.unsqueeze(2).repeat(1, 1, shares.shape[2], 1) * shares).sum(-1)
            token = F.normalize(self.token_features(tokens[:, 0]), dim=-1)
            return F.normalize(torch.cat([token, F.normalize(sums, dim=1).flatten(1)], -1), dim=-1)

    return Salad()


def encoder():
    import torch

    layer = torch.nn.TransformerEncoderLayer(768, 16, 2048, activation="gelu", dropout=0)
    return torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


def mul_conv():
    import torch

    class Branch(torch.nn.Sequential):
        def __init__(self, inputs, outputs, kernel):
            super().__init__()
            self.conv = torch.nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
            self.bn = torch.nn.BatchNorm2d(outputs, 1e-3)
            self.relu = torch.nn.ReLU()

    class MulConv(torch.nn.Module):
        def __init__(self, channels=768):
            super().__init__()
            hidden, reduced = channels // 2, channels // 32
            self.D_fc1, self.D_fc2, self.relu = torch.nn.Linear(channels, hidden), torch.nn.Linear(hidden, channels), torch.nn.ReLU()
            self.branch1 = Branch(hidden, channels // 4, 1)
            self.branch2, self.branch3 = (
                torch.nn.Sequential(Branch(hidden, reduced, 1), Branch(reduced, channels // 8, kernel)) for kernel in (3, 5))

        def forward(self, tokens):
            hidden = self.relu(self.D_fc1(tokens))
            patches = hidden[:, 1:].transpose(1, 2).unflatten(2, (16, 16))
            branches = torch.cat([self.branch1(patches), self.branch2(patches), self.branch3(patches)], 1).flatten(2).transpose(1, 2)
            return self.D_fc2(torch.cat([hidden[:, :1], branches], 1) + hidden)

    return MulConv()


def loaded(make, name, photos):
    """The module with our weights, the input and our result."""
    import torch

    arrays = {key: torch.from_numpy(values.copy()) for key, values in left(f"{name}_{photos}").items()}
    module = make().eval()
    module.load_state_dict({key.removeprefix("module."): values for key, values in arrays.items() if key.startswith("module.")}, strict=False)
    return module, arrays["x"], arrays["y"]


def pytorch(make, name, photos):
    def made(threads):
        import torch

        torch.set_num_threads(threads)
        module, x, y = loaded(make, name, photos)
        module = torch.compile(module)

        def call():
            torch.set_num_threads(threads)
            with torch.inference_mode():
                return module(x)

        require_equal(y, call(), 1e-4)
        return call

    return made


def onnx_runtime(make, name, photos):
    def made(threads):
        import torch

        module, x, y = loaded(make, name, photos)
        torch.backends.mha.set_fastpath_enabled(False)  # which has no ONNX operator
        run, values = onnx_session(onnx_export(module, x, "x"), threads), x.numpy()
        torch.backends.mha.set_fastpath_enabled(True)
        require_equal(y, run(x=values)[0], 1e-4)
        return lambda: run(x=values)

    return made


MODULES = {  # as our benchmark is called: the name, the program, how it is made, the goal
    "salad": ("SALAD's head, 8192 + 256", "bench_aggregator", salad, 2),
    "cross_image_encoder": ("CricaVPR's encoder", "bench_aggregator", encoder, 2),
    "mul_conv": ("MulConv adapter at 16x16x768", "bench_adapter", mul_conv, 1.3),
}


def works():
    for name, (meaning, program, make, goal) in MODULES.items():
        for photos in (1, 8):
            for threads in (1, 2):
                yield Work(f"{meaning}, batch {photos}", Ours(program, f"{name}/photos:{photos}/threads:{threads}/real_time", threads),
                           {"PyTorch compiled": pytorch(make, name, photos), "ONNX Runtime": onnx_runtime(make, name, photos)}, goal)
