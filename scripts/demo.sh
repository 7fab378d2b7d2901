#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds, obtains weights, and shows where photos were taken. Usage: scripts/demo.sh [PHOTOS_DIR]
# PHOTOS_DIR holds database/ and queries/, folders of photos; without it a town is rendered. Right answers are known where it also has
# pairs.csv or place_pairs.csv (query,database), or where names carry positions (@utm_east@utm_north@...@.jpg).
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

[ $# -le 1 ] || die "want at most one argument: a folder with database/ and queries/"
photos=${1:-build/demo/town}

install_packages "${build_packages[@]}" "${program_packages[@]}" "${test_packages[@]}"
say "Building the vpr program"
cmake --preset release >/dev/null
cmake --build --preset release --target vpr_cli 04_render_a_town --parallel "$(nproc)"
weights=$(scripts/weights.sh)

if [ $# = 0 ]; then
  say "Rendering a town into $photos"
  build/release/bin/04_render_a_town "$photos"
fi
for part in database queries; do
  [ -d "$photos/$part" ] || die "$photos/$part is no folder; the photos of known places go to database/, those to localise to queries/"
done

model=(--model dinov2-vits14+gem --weights "$weights" --block 7)
places=(--database "$photos/database" --queries "$photos/queries")
right=()
for pairs in pairs.csv place_pairs.csv; do
  if [ -f "$photos/$pairs" ]; then right=(--positives "$photos/$pairs"); fi
done
if [ ${#right[@]} -gt 0 ] || [ -n "$(find "$photos/queries" -name '@*@*' -print -quit)" ]; then
  say "How often the right place is found"
  build/release/bin/vpr evaluate "${model[@]}" "${places[@]}" "${right[@]}" --recall 1,5,10
else
  say "Where the queries were taken"
  build/release/bin/vpr localize "${model[@]}" "${places[@]}" --top 3
fi
