# SPDX-License-Identifier: MIT
"""What the modules beside this one describe works with, and how peers get what ours left to compare."""
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import tempfile
from typing import Callable


@dataclasses.dataclass
class Ours:
    """A benchmark of ours: a program of Google Benchmark's and the full name of one of its benchmarks. Times are for one of the `units` of work
    in it, such as a query of a batch. It runs on `threads` processors: our loops use as many threads as there are. One thread is timed by the
    processor's clock unless `wall` says by that on the wall, as more are."""

    program: str
    benchmark: str
    threads: int
    units: float = 1
    wall: bool = False
    environment: dict[str, str] = dataclasses.field(default_factory=dict)

    def run(self, folder):
        """Google Benchmark's entry with `ms`, milliseconds a unit."""
        command = [str(folder / self.program), f"--benchmark_filter=^{re.escape(self.benchmark)}$", "--benchmark_format=json",
                   "--benchmark_min_time=0.5"]
        processors = sorted(os.sched_getaffinity(0))[: self.threads]
        if len(processors) < self.threads:
            raise SystemExit(f"{self.benchmark}: wants {self.threads} processors, there are {len(processors)}; choose other works by --only")
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | self.environment,
                              preexec_fn=lambda: os.sched_setaffinity(0, processors))
        runs = json.loads(done.stdout)["benchmarks"] if done.stdout.strip() else []
        if not runs or runs[0].get("error_occurred"):
            raise SystemExit(f"{self.program}: {self.benchmark}: {runs[0]['error_message'] if runs else 'there is no such benchmark'}")
        run = runs[0]
        clock = "real_time" if self.wall or self.threads > 1 or self.benchmark.endswith("/manual_time") else "cpu_time"
        run["ms"] = run[clock] * {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3}[run["time_unit"]] / self.units
        return run


@dataclasses.dataclass
class Work:
    """A work that ours and peers do. A peer is another benchmark of ours, or is called with the number of threads, makes all that is not timed,
    compares its result to ours where the benchmark left that in a file (see `left`), and gives the function that does the work once. The goal is
    of each peer, or of all."""

    name: str
    ours: Ours
    peers: dict[str, Ours | Callable[[int], Callable[[], object]]]
    goal: float | dict[str, float] | None = None
    memory: bool = False  # whether the most memory that the work takes is compared too: `peak_MB` of our benchmark

    def goal_of(self, peer):
        return self.goal.get(peer) if isinstance(self.goal, dict) else self.goal


def left(name):
    """The arrays of a safetensors file that a benchmark of ours left in the folder for temporary files."""
    import numpy

    data = (pathlib.Path(tempfile.gettempdir()) / f"vpr_bench_{name}.safetensors").read_bytes()
    begin = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:begin])
    return {key: numpy.frombuffer(data[begin:][slice(*entry["data_offsets"])], numpy.float32).reshape(entry["shape"])
            for key, entry in header.items() if key != "__metadata__"}


def require_equal(mine, theirs, tolerance):
    """Ends where a result of ours differs from a peer's by more than `tolerance` times the largest value."""
    import numpy

    mine, theirs = (numpy.asarray(x, numpy.float32) for x in (mine, theirs))
    difference = float(numpy.abs(mine - theirs.reshape(mine.shape)).max() / numpy.abs(mine).max())
    if not difference <= tolerance:
        raise SystemExit(f"our result differs from the peer's by {difference:.3g} of its largest value, want at most {tolerance:g}")


def onnx_session(path, threads):
    """A function that runs an ONNX file, or its bytes, on one named input in ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(path if isinstance(path, bytes) else str(path), options, providers=["CPUExecutionProvider"])
    return lambda **inputs: session.run(None, inputs)


def onnx_export(model, example, name):
    """A PyTorch module as an ONNX file whose input has that name."""
    import warnings

    import onnx  # noqa: F401, which the export needs
    import torch

    warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
    path = pathlib.Path(tempfile.mkdtemp()) / "model.onnx"
    torch.onnx.export(model, (example,), str(path), input_names=[name], dynamo=False)
    return path
