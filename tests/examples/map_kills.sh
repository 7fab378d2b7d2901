#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Usage: map_kills.sh VPR RENDER_A_TOWN WEIGHTS JSON_VALUE FOLDER [ROUNDS]. `vpr map add` is killed at random moments, round after round: the map verifies each time and never
# loses a place; in the end it holds what a map that was left alone holds. Then bits of it are flipped.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 weights=$3 json_value=$4 folder=$5 rounds=${6:-12}
fresh "$folder"
"$town" town 1 24 >/dev/null
RANDOM=1
model=(--model dinov2-vits14:1+gem --weights "$weights" --size 28 --batch 1 --threads 1)

places() { "$vpr" map info "$1" --json >info.json && "$json_value" info.json /places; }
"$vpr" map create whole.map "${model[@]}" town/database >/dev/null
"$vpr" map create killed.map "${model[@]}" town/database >/dev/null
before=$(places killed.map)
begin=$(date +%s%3N)
"$vpr" map add whole.map --session 0 town/queries >/dev/null 2>&1
takes=$(($(date +%s%3N) - begin))  # milliseconds that an addition takes on this machine
kills=0 session=0
while [ $kills -lt "$rounds" ] && [ $session -lt $((20 * rounds)) ]; do
  "$vpr" map add killed.map --session $session town/queries >add.txt 2>&1 &
  added=$!
  delay=$((RANDOM % takes))
  sleep "$((delay / 1000)).$(printf %03d $((delay % 1000)))"
  # One that was killed is begun again, now and then, and then the next round adds to what it left.
  if kill -9 $added 2>/dev/null; then kills=$((kills + 1)) session=$((session + RANDOM % 2)); else session=$((session + 1)); fi
  wait $added 2>/dev/null || true
  "$vpr" map verify killed.map >verify.txt 2>&1 || { cat verify.txt; fail "session $session: the map does not verify"; }
  now=$(places killed.map)
  [ "$now" -ge "$before" ] || fail "session $session: $before places became $now"
  before=$now
done
[ $kills -eq "$rounds" ] || fail "only $kills of $session additions were killed"
for added in $(seq 0 $session); do
  "$vpr" map add killed.map --session "$added" town/queries >/dev/null 2>&1
  "$vpr" map add whole.map --session "$added" town/queries >/dev/null 2>&1
done
[ "$(places killed.map)" = "$(places whole.map)" ] || fail "$(places killed.map) places, expected $(places whole.map)"
query() { "$vpr" map query "$1" town/queries/night --top 3 --csv "$1.csv" --force >/dev/null && cut -d, -f1-4 "$1.csv"; }
cmp <(query killed.map) <(query whole.map) || fail "other answers"

# A flipped bit of what the map holds is found, wherever it is; bits of pages that nothing refers to change no answer.
expect 0 "$vpr" map compact whole.map  # so that most pages are in use
size=$(stat -c %s whole.map) found=0
for _ in $(seq "$rounds"); do
  cp whole.map flipped.map
  at=$(((RANDOM * 32768 + RANDOM) % size))
  byte=$(od -An -tu1 -j $at -N 1 whole.map)
  # shellcheck disable=SC2059  # the format is the byte
  printf "\\x$(printf %02x $((byte ^ (1 << (RANDOM % 8)))))" | dd of=flipped.map bs=1 seek=$at conv=notrunc status=none
  if "$vpr" map verify flipped.map >verify.txt 2>&1; then
    cmp <(query flipped.map) <(query whole.map) || fail "a bit at byte $at changes answers, and is not found"
  else
    found=$((found + 1))
    grep -q flipped.map verify.txt || { cat verify.txt; fail "a bit at byte $at: the map is not named"; }
  fi
done
[ $found -gt 0 ] || fail "no flipped bit was found"

echo "$kills kills and $found of $rounds flipped bits left the map whole or named"
