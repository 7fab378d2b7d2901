# SPDX-License-Identifier: MIT
"""Mutual nearest neighbours of two photos' local features: in PyTorch as SelaVPR's authors compute them, and in blocks; and NumKong's MaxSim,
which finds about how near the nearest candidate of each patch of the query is, but not which it is, nor the nearest of the other direction."""
from work import Ours, Work


def features(side, channels):
    import torch

    torch.manual_seed(0)
    return [torch.nn.functional.normalize(torch.randn(side * side, channels), dim=1) for _ in range(2)]


def whole(side, channels):
    """The whole matrix of similarities, then both of its maxima."""

    def make(threads):
        import torch

        a, b = features(side, channels)

        def call():
            torch.set_num_threads(threads)
            similarities = a @ b.T
            of_a, of_b = similarities.max(1).indices, similarities.max(0).indices
            return int((of_b[of_a] == torch.arange(len(of_a))).sum())

        return call

    return make


def blocked(side, channels, rows=512):
    """The same by blocks of rows that stay in the cache."""

    def make(threads):
        import torch

        a, b = features(side, channels)

        def call():
            torch.set_num_threads(threads)
            best = torch.full((len(b),), -2.0)
            of_a, of_b = torch.empty(len(a), dtype=torch.long), torch.zeros(len(b), dtype=torch.long)
            for begin in range(0, len(a), rows):
                block = a[begin : begin + rows] @ b.T
                of_a[begin : begin + rows] = block.max(1).indices
                values, indices = block.max(0)
                nearer = values > best
                best[nearer], of_b[nearer] = values[nearer], indices[nearer] + begin
            return int((of_b[of_a] == torch.arange(len(of_a))).sum())

        return call

    return make


def maxsim(side, channels):
    def make(threads):
        import numkong

        a, b = (numkong.maxsim_pack(x.numpy()) for x in features(side, channels))
        return lambda: numkong.maxsim_packed(a, b)

    return make


def works():
    for side, channels in ((61, 128), (16, 1024)):
        for threads in (1, 2):
            peers = {"PyTorch, whole matrix": whole(side, channels), "PyTorch, blocked": blocked(side, channels)}
            if threads == 1:
                peers["NumKong MaxSim"] = maxsim(side, channels)
            yield Work(f"mutual nearest neighbours, {side}x{side}x{channels}",
                       Ours("bench_matcher", f"mutual_nearest/side:{side}/channels:{channels}", threads), peers,
                       {"PyTorch, whole matrix": 12, "PyTorch, blocked": 5, "NumKong MaxSim": 1.5})
