#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds, obtains weights, and shows where photos were taken. Usage: scripts/demo.sh PHOTOS_DIR
# PHOTOS_DIR holds database/ and queries/, folders of photos. Right answers are known where it also has pairs.csv or place_pairs.csv
# (query,database), or where names carry positions (@utm_east@utm_north@...@.jpg).
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

[ $# = 1 ] || die "want one argument: a folder with database/ and queries/"
photos=$1
for part in database queries; do
  [ -d "$photos/$part" ] || die "$photos/$part is no folder; the photos of known places go to database/, those to localise to queries/"
done

install_packages "${build_packages[@]}" "${program_packages[@]}"
say "Building the vpr program"
cmake --preset release -DVPR_BUILD_TESTS=OFF -DVPR_BUILD_BENCHMARKS=OFF >/dev/null
cmake --build --preset release --target vpr_cli --parallel "$(nproc)"
weights=$(scripts/weights.sh)

model=(--model dinov2-vits14+gem --weights "$weights" --block 7)
places=(--database "$photos/database" --queries "$photos/queries")
say "Localising the queries"
build/release/bin/vpr localize "${model[@]}" "${places[@]}" --top 3

right=()
for pairs in pairs.csv place_pairs.csv; do
  if [ -f "$photos/$pairs" ]; then right=(--positives "$photos/$pairs"); fi
done
if [ ${#right[@]} -gt 0 ] || compgen -G "$photos/queries/@*@*" >/dev/null; then
  say "How often the right place was found"
  build/release/bin/vpr evaluate "${model[@]}" "${places[@]}" "${right[@]}" --recall 1,5,10
fi
