#!/usr/bin/env bash
# Usage: photo_gone.sh VPR WEIGHTS TOWN JSON_VALUE FAULTS FOLDER. A database photo that cannot be read any more when candidates are looked at again:
# the run goes on, names it, and ranks it behind the others; and one that a training reads again.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 weights=$2 town=$3 json_value=$4 faults=$5 folder=$6
fresh "$folder"

gone=$(basename "$(ls "$town"/database/*000_map@*)")
# localize CODE OPTIONS...
localize() {
  rm -f out.csv out.json
  local code=0 wanted=$1
  shift
  VANISHES=$gone LD_PRELOAD=$faults ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" "$vpr" localize --model dinov2-vits14+gem \
    --weights "$weights" --size 56 --database "$town/database" --queries "$town/queries/night" --rerank 3 --csv out.csv --json out.json "$@" \
    >out.txt 2>err.txt || code=$?
  [ $code = "$wanted" ] || fail "exit code $code, expected $wanted: $*"
}

localize 0 --local-store memory
localize 3 --local-store none
for text in "$gone" "left out: 1 photo"; do grep -qF "$text" err.txt || fail "it is not named and counted"; done
[ "$("$json_value" out.json /photos_left_out)" = 1 ] || fail "--json does not count it"
[ "$(grep -cF "$gone" out.csv)" = 3 ] || fail "each of three queries still has all three answers"
! grep -F "$gone" out.csv | grep -q ',[12],' || fail "it stands before a photo that matches"
localize 1 --local-store none --strict-photos

# A training goes on without it, too, and says so at the end.
train() {
  local code=0 wanted=$1
  shift
  VANISHES=$gone LD_PRELOAD=$faults ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" "$vpr" train --recipe adapter --backbone dinov2-vits14 \
    --weights "$weights" --data "$town/poses.csv" --by id --augment none --size 28 --places 2 --photos 2 --steps 12 --out trained.safetensors --log log.csv --force "$@" \
    >out.txt 2>err.txt || code=$?
  [ $code = "$wanted" ] || fail "training: exit code $code, expected $wanted: $*"
}
train 3
for text in "$gone" "left out: 1 photo" "cannot be opened"; do grep -qF "$text" err.txt || fail "training: not said: $text"; done
[ "$(tail -n 1 log.csv | cut -d, -f1)" = 12 ] || fail "it did not take all of its steps"
[ -s trained.safetensors ] || fail "there are no weights"
train 1 --strict-photos
grep -qF "$gone" err.txt || fail "--strict-photos does not name it"
echo "a photo that is gone does not end the run"
