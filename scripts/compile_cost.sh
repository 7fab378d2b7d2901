#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Prints what compiling against the library costs: processor seconds and peak memory of g++ -O2, medians of three; then the ten heaviest headers,
# each compiled alone, once. Seconds are the compiler's own, so that other work on the machine does not count. With a build folder, such as
# build/release: every source of this project's programs that takes more than 10 s at the flags of that build, and the sum of all.
# Usage: scripts/compile_cost.sh [BUILD_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh
install_packages "${build_packages[@]}" time

flags=(-std=c++20 -O2 -I include -isystem /usr/include/eigen3 -isystem "${CUDA_PATH:-/usr/local/cuda}/include/cccl"
  -DVPR_WITH_IO -DVPR_WITH_IMAGE -DVPR_WITH_HASH -DVPR_WITH_THRUST -DVPR_WITH_TBB -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_CPP)

# cost SOURCE RUNS: the line "SECONDS MB" of the median run.
cost() {
  local run
  for ((run = 0; run < $2; ++run)); do
    command time --format '%U %S %M' --output /dev/stdout "${CXX:-g++}" "${flags[@]}" -c "$1" -o /dev/null
  done | awk '{ printf "%.2f %.0f\n", $1 + $2, $3 / 1024 }' | sort -n | sed -n "$((($2 + 1) / 2))p"
}

# sources BUILD_FOLDER: the costs of its programs' sources, the heaviest first, and their sum.
sources() {
  ninja -C "$1" -t commands | grep -E ' -c [^ ]+\.cpp$' | grep -v header_check | while read -r command; do
    command=$(sed -E 's/^[^ ]*ccache //; s/ -MD -MT [^ ]+ -MF [^ ]+//; s/ -o [^ ]+ / -o \/dev\/null /' <<<"$command")
    (cd "$1" && eval "command time --format '%U %S %M' --output /dev/stdout $command") | awk -v source="${command##* }" \
      '{ printf "%.2f %.0f %s\n", $1 + $2, $3 / 1024, source }'
  done | sort -rn | awk '{ sum += $1; if ($1 > 10) printf "%7.2f s %6d MB   %s\n", $1, $2, $3 } END { printf "%7.0f s in all, of %d sources\n", sum, NR }'
}

# row COST WHAT: a line of the table; COST is "SECONDS MB".
row() { printf '%7s s %6s MB   %s\n' "${1% *}" "${1#* }" "$2"; }

"${CXX:-g++}" --version | head -n 1
if (($#)); then
  sources "$1"
  exit
fi
result=$(cost tests/consumer_install/main.cpp 3)
row "$result" "<vpr/aggregator.hpp> and one GeM call (promised: 4 s)"
source=$(mktemp --suffix=.cpp)
trap 'rm -f "$source"' EXIT
cat >"$source" <<'CPP'
#include <vpr/vpr.hpp>
std::vector<float> describe(const vpr::Pipeline<vpr::DinoV2<vpr::ViTS14>, vpr::GeM<>>& model, const char* photo) {
  return model.describe(vpr::read_image(photo));
}
vpr::Pipeline<vpr::DinoV2<vpr::ViTS14>, vpr::GeM<>> model() { return vpr::Pipeline<vpr::DinoV2<vpr::ViTS14>, vpr::GeM<>>(); }
CPP
result=$(cost "$source" 3)
row "$result" "<vpr/vpr.hpp> and a DINOv2 pipeline's describe (promised: 15 s, 1500 MB)"
flags+=(-DVPR_KERNELS_APART)
result=$(cost tests/consumer_install/main.cpp 3)
row "$result" "<vpr/aggregator.hpp> and one GeM call, the kernels being in another file"
result=$(cost "$source" 3)
row "$result" "<vpr/vpr.hpp> and a DINOv2 pipeline's describe, the kernels being in another file"
unset 'flags[-1]'
result=$(cost examples/01_describe_two_photos.cpp 3)
row "$result" "the same with vpr::open_weights, every reader of weight files"

echo "The heaviest headers:"
(cd include && find vpr -name '*.hpp') | while read -r header; do
  echo "#include <$header>" >"$source"
  echo "$(cost "$source" 1) $header"
done | sort -rn | head -n 10 | while read -r seconds memory header; do row "$seconds $memory" "<$header>"; done
