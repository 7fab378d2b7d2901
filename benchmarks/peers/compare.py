#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times this library and its peers in turn, in one run, on the same threads, and writes what came out.

    python3 benchmarks/peers/compare.py build/release/bin [--only PATTERN] [--rounds 5] [--json FILE] [--report BENCHMARK.md]

`scripts/benchmark.sh --peers` installs the peers and calls it. Each module beside this one has a function `works()` that gives the works of a
room. A peer that is not installed is named and left out."""
import argparse
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

from work import Ours

MODULES = ["vit", "products", "convolution", "convolutional", "modules", "training", "search", "matching", "preprocess", "growth", "flags"]


def milliseconds(call, threads):
    """The mean of the calls of half a second, as of ours. One thread is timed by the processor's clock."""
    clock = time.process_time if threads == 1 else time.perf_counter
    call()
    calls, start, end = 0, clock(), time.perf_counter() + 0.5
    while calls < 2 or time.perf_counter() < end:
        call()
        calls += 1
    return 1000 * (clock() - start) / calls


def resident(field):
    """Megabytes of this process: VmRSS now, VmHWM at most."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024 / 1e6


def peak_of(work, peer):
    """The most memory of a peer, in MB, beside what PyTorch takes when it is imported."""
    import torch  # noqa: F401

    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = resident("VmRSS")
    call = work.peers[peer](work.ours.threads)
    call()
    call()
    return resident("VmHWM") - before


def memory_of(module, work, peer):
    """`peak_of` in a process of its own."""
    command = [sys.executable, __file__, "--peak-of", module, work.name, str(work.ours.threads), peer]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def works_of(module):
    return importlib.import_module(module).works()


def ready(folder, work, left_out):
    """The peers of a work that are installed, as functions that give milliseconds."""
    made = {}
    for name, peer in work.peers.items():
        try:
            if isinstance(peer, Ours):
                made[name] = lambda peer=peer: peer.run(folder)["ms"]
            else:
                made[name] = lambda call=peer(work.ours.threads): milliseconds(call, work.ours.threads) / work.ours.units
        except ImportError as missing:
            left_out[name] = str(missing)
    return made


def rows_of(folder, module, work, rounds, left_out):
    work.ours.run(folder)  # ends where the result is wrong, and leaves what peers compare theirs to
    peers = ready(folder, work, left_out)
    times, runs = {name: [] for name in peers}, []
    for _ in range(rounds):
        runs.append(work.ours.run(folder))
        for name, time_once in peers.items():
            times[name].append(time_once())
    # A search for one query is bounded by what is read, other work by what is computed.
    share = next((key for key in (("of_read", "of_peak") if work.ours.units == 1 else ("of_peak", "of_read")) if key in runs[0]), None)
    for name in peers or [None]:
        row = {"work": work.name, "threads": work.ours.threads, "ours_ms": statistics.median(run["ms"] for run in runs), "peer": name}
        if name:
            row["peer_ms"] = statistics.median(times[name])
            row["ratio"] = statistics.median(peer / run["ms"] for peer, run in zip(times[name], runs))
        row["goal"] = work.goal_of(name)
        row["percent_of_peak"] = 100 * statistics.median(run[share] for run in runs) if share else None
        row["checked"] = True
        if work.memory and name:
            row["ours_MB"], row["peer_MB"] = runs[0]["peak_MB"], memory_of(module, work, name)
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
    memory = [row for row in rows if "peer_MB" in row]
    if memory:
        lines += ["", "The most memory that they took, in MB:", "", "| work | threads | ours | peer | its | ours over its |", "|---|---|---|---|---|---|"]
        lines += [f"| {row['work']} | {row['threads']} | {row['ours_MB']:.0f} | {row['peer']} | {row['peer_MB']:.0f} | "
                  f"{row['ours_MB'] / row['peer_MB']:.2f} |" for row in memory]
    lines += ["", *(f"Not installed, so not compared: {name} ({why})." for name, why in left_out.items())]
    return "\n".join(lines).rstrip() + "\n"


def main():
    if sys.argv[1:2] == ["--peak-of"]:
        module, name, threads, peer = sys.argv[2:]
        print(peak_of(next(work for work in works_of(module) if (work.name, str(work.ours.threads)) == (name, threads)), peer))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="where our benchmark programs are")
    parser.add_argument("--only", default="", help="works whose name matches this regular expression")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--report", type=pathlib.Path)
    options = parser.parse_args()
    del sys.argv[1:]  # where PyTorch's compiler looks for an --only of its own
    rows, left_out = [], {}
    for module in MODULES:
        for work in works_of(module):
            if not re.search(options.only, f"{work.name}, {work.ours.threads} threads"):
                continue
            for row in rows_of(options.folder, module, work, options.rounds, left_out):
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
