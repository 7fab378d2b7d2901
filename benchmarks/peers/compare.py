#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times this library and its peers in turn, in one run, on the same threads, and writes what came out.

    python3 benchmarks/peers/compare.py build/release/bin [--only PATTERN] [--rounds 5] [--json FILE] [--report BENCHMARK.md]

`scripts/benchmark.sh --peers` installs the peers and calls it. Each module beside this one has a function `works()` that gives the works of a
room. A peer that is not installed is named and left out."""
import argparse
import dataclasses
import importlib
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time
from typing import Callable

MODULES = ["vit", "convolution", "convolutional", "training", "search", "matching", "preprocess"]


@dataclasses.dataclass
class Work:
    """A work that ours and peers do. `program` and `benchmark` name ours: a Google Benchmark and its full name. Each of `peers` is called with the
    number of threads, makes all that is not timed, and gives the function that does the work once."""

    name: str
    threads: int
    program: str
    benchmark: str
    peers: dict[str, Callable[[int], Callable[[], object]]]
    goal: float | None = None
    queries: int = 1  # works in a call, such as queries in a batch: times are for one


def milliseconds(call, threads):
    """The best of a few calls in half a second: what disturbs a run makes it slower only. One thread is timed by the processor's clock, as ours."""
    clock = time.process_time if threads == 1 else time.perf_counter
    times, end = [], time.perf_counter() + 0.5
    call()
    while len(times) < 2 or time.perf_counter() < end:
        start = clock()
        call()
        times.append(clock() - start)
    return 1000 * min(times)


def ours(folder, work):
    command = [str(folder / work.program), f"--benchmark_filter=^{re.escape(work.benchmark)}$", "--benchmark_format=json", "--benchmark_min_time=0.5"]
    processors = sorted(os.sched_getaffinity(0))[: work.threads]  # our loops use as many threads as there are
    done = subprocess.run(command, check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, processors))
    runs = json.loads(done.stdout)["benchmarks"] if done.stdout.strip() else []
    if not runs or runs[0].get("error_occurred"):
        raise SystemExit(f"{work.program}: {work.benchmark}: {runs[0]['error_message'] if runs else 'there is no such benchmark'}")
    return runs[0]


def ready(work, left_out):
    """The peers of a work that are installed, made."""
    made = {}
    for name, make in work.peers.items():
        try:
            made[name] = make(work.threads)
        except ImportError as missing:
            left_out[name] = str(missing)
    return made


def rows_of(folder, work, rounds, left_out):
    peers = ready(work, left_out)
    times = {name: [] for name in peers}
    mine, share = [], []
    for _ in range(rounds):
        run = ours(folder, work)
        mine.append(run["cpu_time" if work.threads == 1 else "real_time"])
        share.append(run.get("of_peak", run.get("of_read")))
        for name, call in peers.items():
            times[name].append(milliseconds(call, work.threads))
    for name in peers or [None]:
        row = {"work": work.name, "threads": work.threads, "ours_ms": statistics.median(mine) / work.queries, "peer": name}
        if name:
            row["peer_ms"] = statistics.median(times[name]) / work.queries
            row["ratio"] = statistics.median(peer / own for peer, own in zip(times[name], mine))
        row["goal"] = work.goal
        row["percent_of_peak"] = 100 * statistics.median(share) if share[0] is not None else None
        row["checked"] = True  # a benchmark of ours that finds its result wrong ends with an error instead
        yield row


def chart(rows):
    """Bars of the ratios, as SVG: right of the line ours is faster."""
    rows = [row for row in rows if row.get("ratio")]
    height, most = 22 * len(rows) + 30, max((row["ratio"] for row in rows), default=1)
    scale = 420 / max(most, 1)
    bars = [f'<line x1="{360 + scale:.0f}" x2="{360 + scale:.0f}" y1="0" y2="{height - 20}" stroke="#888" stroke-dasharray="3"/>']
    for i, row in enumerate(rows):
        y, label = 22 * i + 4, f"{row['work']}, {row['threads']} thread{'s' if row['threads'] > 1 else ''}: {row['peer']}"
        colour = "#2a7" if row["ratio"] >= 1 else "#c63"
        bars.append(f'<text x="352" y="{y + 13}" text-anchor="end">{label}</text>'
                    f'<rect x="360" y="{y}" width="{scale * row["ratio"]:.1f}" height="17" fill="{colour}"/>'
                    f'<text x="{366 + scale * row["ratio"]:.0f}" y="{y + 13}">{row["ratio"]:.2f}</text>')
    body = "\n".join(bars)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="840" height="{height}" font-family="sans-serif" font-size="11">\n{body}\n'
            f'<text x="360" y="{height - 6}">the peer\'s time over ours</text>\n</svg>\n')


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def versions():
    names = ["torch", "onnxruntime", "openvino", "nncf", "faiss", "numkong", "PIL", "torchvision"]
    found = []
    for name in names:
        try:
            found.append(f"{name} {getattr(importlib.import_module(name), '__version__', '?')}")
        except ImportError:
            continue
    return ", ".join(found)


def report(rows, left_out, rounds, picture):
    lines = ["# Benchmarks against peers", "", f"{processor()}, {os.cpu_count()} cores; {versions()}. Median of {rounds} rounds, in each of which",
             "ours and every peer ran in turn, on the same threads and sizes. The ratio is the peer's time over ours: above 1 ours is faster.", "",
             f"![ratios]({picture})", "", "| work | threads | ours, ms | of peak | peer | its ms | ratio | goal |", "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        peak = f"{row['percent_of_peak']:.0f} %" if row["percent_of_peak"] is not None else ""
        peer = f"{row['peer']} | {row['peer_ms']:.3g} | {row['ratio']:.2f}" if row["peer"] else "none was installed | | "
        lines.append(f"| {row['work']} | {row['threads']} | {row['ours_ms']:.3g} | {peak} | {peer} | {row['goal'] or ''} |")
    lines += ["", *(f"Not installed, so not compared: {name} ({why})." for name, why in left_out.items())]
    return "\n".join(lines).rstrip() + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="where our benchmark programs are")
    parser.add_argument("--only", default="", help="works whose name matches this regular expression")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--report", type=pathlib.Path)
    options = parser.parse_args()
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    rows, left_out = [], {}
    for module in MODULES:
        for work in importlib.import_module(module).works():
            if not re.search(options.only, f"{work.name}, {work.threads} threads"):
                continue
            for row in rows_of(options.folder, work, options.rounds, left_out):
                print(json.dumps(row), flush=True)
                rows.append(row)
    for name, why in left_out.items():
        print(f"not installed, so not compared: {name} ({why})", file=sys.stderr)
    if options.json:
        options.json.write_text("".join(json.dumps(row) + "\n" for row in rows))
    if options.report:
        picture = options.report.with_suffix(".svg")
        picture.write_text(chart(rows))
        options.report.write_text(report(rows, left_out, options.rounds, picture.name))


if __name__ == "__main__":
    main()
