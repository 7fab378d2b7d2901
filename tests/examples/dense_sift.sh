#!/usr/bin/env bash
# Usage: dense_sift.sh VPR TOWN JSON_VALUE FOLDER. SIFT on a grid describes photos without weights, by itself and beside models that have some; a program without
# OpenCV says so.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 json_value=$3 folder=$4
fresh "$folder"
model=(--model dense-sift+vlad --words 16) sets=(--database "$town/database" --queries "$town/queries" --recall 1)

expect 2 "$vpr" describe --model resnet18+gem --out D.npy "$town/database"
printed "model 'resnet18+gem' needs weights"
if ! "$vpr" --version | grep -q "\bopencv\b"; then
  expect 2 "$vpr" evaluate "${model[@]}" "${sets[@]}"
  printed "needs the component opencv"
  for weights in "" "--weights seed:1" "--weights none.pth"; do
    # shellcheck disable=SC2086 # an option and its value, or none
    expect 2 "$vpr" train --recipe head --model dense-sift+vlad $weights --data nothing --out trained.safetensors
    printed "needs the component opencv"
  done
  echo "dense SIFT asks for no weights"
  exit
fi

expect 0 "$vpr" evaluate "${model[@]}" "${sets[@]}" --json alone.json
recall=$("$json_value" alone.json /recall/1) chance=$("$json_value" alone.json /recall_by_chance)
awk -v recall="$recall" -v chance="$chance" 'BEGIN { exit !(recall >= 2 * chance) }' || fail "recall@1 is $recall, by chance $chance"
[ "$("$json_value" alone.json /weights)" = '"none"' ] || fail "the record names weights"
expect 0 "$vpr" evaluate --model dense-sift+gem,resnet18+mean --weights seed:1 "${sets[@]}" --json list.json
[ "$("$json_value" list.json /models/0/weights)" = '"none"' ] || fail "the list's weights are SIFT's"
printf 'dense-sift+vlad --words 16\nresnet18+mean seed:1\n' >models.txt
expect 0 "$vpr" evaluate --models models.txt "${sets[@]}" --json file.json
[ "$("$json_value" file.json /models/0/recall)" = "$("$json_value" alone.json /recall)" ] || fail "recall beside another model differs"
printf 'resnet18+mean --size 64\n' >missing.txt
expect 2 "$vpr" evaluate --models missing.txt "${sets[@]}"
printed "line 1: want MODEL WEIGHTS [OPTION...]: the weights are missing"
expect 2 "$vpr" evaluate "${model[@]}" "${sets[@]}" --save-weights none.safetensors
printed "model 'dense-sift+vlad' has no weights"

if "$vpr" --version | grep -q "\bmap\b"; then
  expect 0 "$vpr" map create town.map --model dense-sift+gem "$town/database"
  expect 0 "$vpr" map query town.map "$town/queries" --top 1
fi
echo "dense SIFT asks for no weights"
