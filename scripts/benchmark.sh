#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the benchmarks and runs them; with --peers also PyTorch, ONNX Runtime, OpenVINO (with NNCF), FAISS and NumKong, which it installs into a
# Python environment of its own (${XDG_CACHE_HOME:-~/.cache}/vpr/peers), in turn with ours, and writes BENCHMARK.md and BENCHMARK.svg.
# Usage: scripts/benchmark.sh [--peers [--rounds N]] [--only PATTERN] [--json FILE]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

peers=false only="" json="" rounds=5
while [ $# -gt 0 ]; do
  case $1 in
    --peers) peers=true ;;
    --only | --json | --rounds)
      [ $# -ge 2 ] || die "$1 needs a value"
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    *) die "unknown option $1; usage: scripts/benchmark.sh [--peers [--rounds N]] [--only PATTERN] [--json FILE]" ;;
  esac
  shift
done

install_packages "${build_packages[@]}" "${benchmark_packages[@]}"
heading "Building the benchmarks into build/release"
cmake --preset release >/dev/null
programs=()
for folder in benchmarks/*/; do
  compgen -G "${folder}*_bench.cpp" >/dev/null && programs+=("bench_$(basename "$folder")")
done
compared=()
if $peers; then compared=(bench_flags_plain bench_flags_native); fi
cmake --build --preset release --parallel "$(nproc)" --target "${programs[@]}" "${compared[@]}"

if ! $peers; then
  # Each program's JSON is one object; a FILE gets one a line.
  [ -z "$json" ] || : >"$json"
  for program in "${programs[@]}"; do
    heading "$program"
    if [ -n "$json" ]; then
      "build/release/bin/$program" --benchmark_filter="$only" --benchmark_format=json | tr -d '\n' >>"$json"
      echo >>"$json"
    else
      "build/release/bin/$program" --benchmark_filter="$only"
    fi
  done
  exit
fi

environment=${XDG_CACHE_HOME:-$HOME/.cache}/vpr/peers
[ -x "$environment/bin/python" ] || {
  install_packages python3-venv
  python3 -m venv "$environment"
}
heading "Installing the peers into $environment"
for package in torch torchvision onnx onnxruntime openvino nncf faiss-cpu numkong pillow; do
  "$environment/bin/pip" install --quiet --only-binary=:all: "$package" || echo "$package can't be installed here: it is named in the report" >&2
done
heading "Comparing"
"$environment/bin/python" benchmarks/peers/compare.py build/release/bin --only "$only" --rounds "$rounds" --report BENCHMARK.md ${json:+--json "$json"}
echo "BENCHMARK.md"
