#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Localises photos from nothing: installs what is missing (Debian, apt), builds the program `vpr`, obtains the weights of DINOv2 ViT-S/14, builds a
# map, asks it where each query was taken, prints recall where the right answers are known, and writes a report to build/demo/report.html.
# Usage: scripts/demo.sh [PHOTOS_DIR]
#        scripts/demo.sh --train   trains a SALAD head on one rendered town and measures it, before and after, on another one's streets
# PHOTOS_DIR holds database/ and queries/, or the lists gallery.txt and queries.txt, perhaps with pairs.csv or place_pairs.csv
# (query,database: the right answers); or just photos, every fifth of which is then a query. Without it, a town is rendered.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."
source scripts/packages.sh
export OMP_WAIT_POLICY=passive  # kind to machines that do other work too

out=build/demo
bin=build/release/bin
photos=$out/town
train=
if [ "$*" = --train ]; then
  train=yes
  shift
fi
if [ $# -gt 0 ]; then
  photos=$(cd "$here" && realpath -e -- "$1") || die "there is no folder $1: give a folder of photos, or nothing for a rendered town"
fi

install_packages "${build_packages[@]}" "${program_packages[@]}" "${test_packages[@]}" "${benchmark_packages[@]}"
weights=$(scripts/weights.sh)
heading "Building vpr into build/release"
cmake --preset release >/dev/null
cmake --build --preset release --parallel "$(nproc)" --target vpr_cli 04_render_a_town

mkdir -p "$out"
if [ $# = 0 ]; then
  heading "Rendering a town into $photos"
  "$bin"/04_render_a_town "$photos"
fi

if [ -n "$train" ]; then
  heading "Rendering another town to train on into $out/training_town"
  "$bin"/04_render_a_town "$out/training_town" 2 160
  heading "Training a SALAD head on it, over the frozen network; recall is of queries at night and from other viewpoints in the first town, which is never trained on"
  find "$PWD/$photos/queries/night" "$PWD/$photos/queries/viewpoint" -name '*.jpg' | sort >"$out/night_and_viewpoint.txt"
  "$bin"/vpr train --force --recipe salad --tuned-blocks 0 --backbone dinov2-vits14 --weights "$weights" --data "$out/training_town/poses.csv" --by id --augment none \
    --cache "$out/cache" --places 16 --photos 4 --rate 0.001 --steps 150 --out "$out/salad.safetensors" --log "$out/training.csv" --report "$out/training.html" \
    --database "$photos/database" --queries "$out/night_and_viewpoint.txt"
  heading "The first town's streets, by the network as it is (GeM of block 7) and by the trained head"
  network=(--model dinov2-vits14+gem --block 7 --weights "$weights")
  trained=(--model salad@dinov2-vits14 --size 224 --weights "$out/salad.safetensors")
  # recall VIEW MODEL...: a line of the town's queries from that view.
  recall() {
    printf '%-10s %-20s' "$1" "$3"
    "$bin"/vpr evaluate "${@:2}" --database "$photos/database" --queries "$photos/queries/$1" |
      awk '$1 == "recall@1" || $1 == "recall@5" { printf "  %s %s", $1, $2 } END { print "" }'
  }
  for view in night viewpoint; do
    recall "$view" "${network[@]}"
    recall "$view" "${trained[@]}"
  done
  heading "The training's curves are in $out/training.html"
  exit
fi

if [ -f "$photos/gallery.txt" ] && [ -f "$photos/queries.txt" ]; then
  database=$photos/gallery.txt queries=$photos/queries.txt
elif [ -d "$photos/database" ] && [ -d "$photos/queries" ]; then
  database=$photos/database queries=$photos/queries
else
  database=$out/database.txt queries=$out/queries.txt
  find "$photos" -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' | sort | awk -v d="$database" -v q="$queries" '{ print > (NR % 5 ? d : q) }'
  [ -s "$queries" ] || die "$photos holds fewer than five photos (.jpg, .jpeg, .png)"
fi

positives=
for pairs in "$photos/pairs.csv" "$photos/place_pairs.csv"; do
  if [ -f "$pairs" ]; then positives=$pairs; fi
done

# Block 7's tokens tell places apart better than the last ones do.
set -- --force --model dinov2-vits14+gem --block 7 --weights "$weights" --database "$database" --queries "$queries"
if [ -n "$positives" ]; then
  heading "Measuring how often the right place is found: $photos"
  "$bin"/vpr evaluate "$@" --positives "$positives" --report "$out/report.html"
elif [ -n "$(find "$photos" -name '@*@*@*' -print -quit)" ]; then
  heading "Measuring how often a place at most 25 m away is found: $photos"
  "$bin"/vpr evaluate "$@" --report "$out/report.html"
else
  heading "Localising, as the right answers are not known: $photos"
  "$bin"/vpr localize "$@" --top 3 --report "$out/report.html"
fi
