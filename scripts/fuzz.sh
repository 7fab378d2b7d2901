#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the fuzzers of tests/fuzz with clang++, libFuzzer and the address and undefined-behaviour sanitizers, and runs one after the other.
# Usage: scripts/fuzz.sh [SECONDS], 300 each unless given. Stops at the first finding, with the path of the input.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh
seconds=${1:-300}
[[ "$seconds" =~ ^[1-9][0-9]*$ ]] || die "got '$seconds', want a number of seconds"
build=$PWD/build/fuzz

clang=
for candidate in clang++-14 clang++; do
  command -v "$candidate" >/dev/null && { clang=$candidate; break; }
done
if [ -z "$clang" ]; then
  install_packages clang
  clang="clang++"
fi
install_packages "${build_packages[@]}"

heading "Building the fuzzers"
cmake -S . -B "$build" -G Ninja -DCMAKE_CXX_COMPILER="$clang" -DCMAKE_BUILD_TYPE=None -DVPR_NATIVE=OFF -DVPR_FUZZ=ON -DVPR_BUILD_EXAMPLES=OFF -DVPR_BUILD_BENCHMARKS=OFF >/dev/null
cmake --build "$build" --parallel "${FUZZ_JOBS:-2}"

# seed FUZZER KIND FILE...: small files become inputs, behind the byte that says what they are; as they are where KIND is empty.
seed() {
  local folder=$build/inputs/$1 kind=$2 file
  shift 2
  mkdir -p "$folder"
  for file; do
    if [ "$(stat -c %s "$file")" -gt 200000 ]; then continue; fi
    { [ -z "$kind" ] || printf '%b' "\\x$kind"; cat "$file"; } >"$folder/$kind-$(md5sum <"$file" | cut -c1-16)"
  done
}
mapfile -d '' -t files < <(find tests/data -type f -print0)
for fuzzer in weights photos; do seed "$fuzzer" "" "${files[@]}"; done
for fuzzer in lists stores; do
  for kind in 0 1 2 3 4 5 6; do seed "$fuzzer" "$kind" "${files[@]}"; done
done

for fuzzer in weights lists photos stores; do
  program=$(find "$build" -type f -name "fuzz_$fuzzer" -perm -u+x | head -n 1)
  [ -n "$program" ] || die "there is no fuzzer $fuzzer in $build"
  heading "$fuzzer, $seconds seconds"
  mkdir -p "$build/findings"
  "$program" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2560 -max_len=200000 -print_final_stats=1 \
    -artifact_prefix="$build/findings/$fuzzer-" "$build/inputs/$fuzzer" >"$build/$fuzzer.log" 2>&1 || {
    tail -n 40 "$build/$fuzzer.log" >&2
    die "$fuzzer: a finding; the input is $(sed -n 's/.*Test unit written to //p' "$build/$fuzzer.log" | tail -n 1), the log $build/$fuzzer.log"
  }
  tail -n 8 "$build/$fuzzer.log" | grep -E "number_of_executed_units|peak_rss_mb" || true
done
heading "Done: nothing found"
