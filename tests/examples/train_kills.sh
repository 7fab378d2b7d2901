#!/usr/bin/env bash
# Usage: train_kills.sh VPR RENDER_A_TOWN WEIGHTS FAULTS FOLDER. A training with validations is killed before each file takes its name. The weights are then of the
# state's step, or resuming says that they are not; either way it ends with the bytes of a training that is left alone.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 weights=$3 faults=$4 folder=$5
fresh "$folder"
"$town" town 1 4 >/dev/null

train() {
  "$vpr" train --recipe adapter --backbone dinov2-vits14 --weights "$weights" --data town/poses.csv --by id --augment none --size 28 --rate 0.001 --places 2 --photos 2 \
    --database town/database --queries town/queries --steps 2 --every 1 --out "$1.safetensors" --log "$1.csv" "${@:2}" >"$1.txt" 2>&1
}
steps() { grep -aoE '"trained_steps":"[0-9]+"' "$1" | tr -dc 0-9; }
train whole || { cat whole.txt; fail "the training failed"; }
kills=0 noticed=0
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
  rm -f killed.*
  code=0
  KILLED_AT_RENAME=$n LD_PRELOAD=$faults ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" train killed || code=$?
  [ $code = 0 ] && break
  [ $code = 137 ] || { cat killed.txt; fail "exit code $code at kill $n"; }
  kills=$n
  again=()
  if [ -e killed.safetensors.state ]; then again=(--resume); else [ ! -e killed.safetensors ] || fail "kill $n: weights without a state"; fi
  [ -e killed.safetensors.state ] || rm -f killed.csv killed.best.safetensors
  before=none
  [ ! -e killed.safetensors ] || before=$(steps killed.safetensors)
  train killed "${again[@]}" || { cat killed.txt; fail "cannot go on after kill $n"; }
  if grep -q "were in place; now they are" killed.txt; then noticed=$((noticed + 1)); fi
  cmp whole.safetensors killed.safetensors || fail "kill $n: other weights (they were of step $before)"
  cmp whole.best.safetensors killed.best.safetensors || fail "kill $n: other best weights"
  cmp whole.safetensors.state killed.safetensors.state || fail "kill $n: another state"
  cmp <(cut -d, -f1-3 whole.csv) <(cut -d, -f1-3 killed.csv) || fail "kill $n: another log"
  [ ! -e killed.candidate.safetensors ] || fail "kill $n: the candidate is left over"
done
[ $kills -ge 6 ] || fail "only $kills files took their names"
[ $noticed -ge 2 ] || fail "weights that were not in place were noticed $noticed times only"
echo "whenever it is killed, the same bytes in the end: $kills kills, of which $noticed left weights of another step than the state's"
cd / && rm -rf "$folder"
