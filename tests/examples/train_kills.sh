#!/usr/bin/env bash
# Usage: train_kills.sh VPR RENDER_A_TOWN WEIGHTS FAULTS FOLDER. A training with validations is killed before each file takes its name. The weights are then of the
# state's step, or resuming says that they are not; either way it ends with the bytes of a training that is left alone. Of one that takes the place of another, no
# weights or state stand beside a file of the other.
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
# killed_at N NAME OPTION...: the exit code into `code`
killed_at() {
  code=0
  KILLED_AT_RENAME=$1 LD_PRELOAD=$faults ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" train "${@:2}" || code=$?
}
steps() { grep -aoE '"trained_steps":"[0-9]+"' "$1" | tr -dc 0-9; }
train whole || { cat whole.txt; fail "the training failed"; }
kills=0 noticed=0
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
  rm -f killed.*
  killed_at $n killed
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
  [ ! -e killed.safetensors.candidate ] || fail "kill $n: the candidate is left over"
done
[ $kills -ge 6 ] || fail "only $kills files took their names"
[ $noticed -ge 2 ] || fail "weights that were not in place were noticed $noticed times only"

train other --seed 7 --report other.html || { cat other.txt; fail "the training failed"; }
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do
  rm -f anew.*
  for file in other.*; do cp "$file" "anew${file#other}"; done
  killed_at $n anew --report anew.html --force
  [ $code = 0 ] && break
  old=() new=()
  for ending in safetensors.state safetensors best.safetensors csv html; do
    [ -e anew.$ending ] || continue
    if cmp -s other.$ending anew.$ending; then old+=("$ending"); elif [[ $ending == *safetensors* ]]; then new+=("$ending"); fi
  done
  [ ${#old[@]} = 0 ] || [ ${#new[@]} = 0 ] || fail "kill $n: of the new training ${new[*]}, beside ${old[*]} of the old one"
done
[ "$n" -ge 6 ] || fail "only $n files of a training that begins anew took their names"
echo "whenever it is killed, the same bytes in the end: $kills kills, of which $noticed left weights of another step than the state's"
cd / && rm -rf "$folder"
