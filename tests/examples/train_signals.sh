#!/usr/bin/env bash
# Usage: train_signals.sh VPR RENDER_A_TOWN WEIGHTS FOLDER. A signal lets a training write what it has learned, and then it goes on from there to the bytes of one
# that is left alone; a second signal ends it at once. Two trainings never write the same files.
set -euo pipefail
set -m  # background jobs take SIGINT
vpr=$1 town=$2 weights=$3 folder=$4
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
"$town" town 1 8 >/dev/null

fail() { cat "$name.txt"; echo "$*"; exit 1; }
# train NAME OPTION...: no step but the last leaves a checkpoint.
train() {
  name=$1
  exec "$vpr" train --recipe adapter --backbone dinov2-vits14 --weights "$weights" --data town/poses.csv --by id --augment none --size 28 --rate 0.001 \
    --steps "${steps:-40}" --out "$name.safetensors" --log "$name.csv" "${@:2}" >"${said:-$name.txt}" 2>&1
}
# begin NAME OPTION...: in the background, until some steps are done.
begin() {
  (train "$@") &
  name=$1 job=$!
  until [ -f "$name.csv" ] && [ "$(wc -l <"$name.csv")" -gt 3 ]; do
    kill -0 $job || fail "the training ended by itself"
    sleep 0.01
  done
}
(train whole --places 2 --photos 2)
for signal in INT TERM HUP; do
  begin $signal --places 2 --photos 2
  kill -$signal $job
  code=0
  wait $job || code=$?
  [ $code = 4 ] || fail "SIG$signal: exit code $code"
  done=$(($(wc -l <"$name.csv") - 1))
  grep -q "stopped by a signal after $done of 40 steps" "$name.txt" || fail "SIG$signal: it does not say that it stopped after $done"
  for file in "$name.safetensors" "$name.safetensors.state"; do [ -s "$file" ] || fail "SIG$signal: no $file"; done
  grep -aq "\"trained_steps\":\"$done\"" "$name.safetensors" || fail "SIG$signal: weights of other steps"
  (train $signal --places 2 --photos 2 --resume)
  for file in safetensors safetensors.state; do cmp "whole.$file" "$name.$file" || fail "SIG$signal: other bytes"; done
done

begin twice --places 2 --photos 2
kill -STOP $job
# While it writes its files no other training may, whether it would begin anew or go on.
sums=$(md5sum twice.*)
for other in --force --resume; do
  code=0
  (said=other.txt train twice --places 2 --photos 2 $other) || code=$?
  [ $code = 2 ] || fail "a second training with $other: exit code $code"
  grep -q "another training writes twice.safetensors now" other.txt || { cat other.txt; fail "a second training does not say who writes"; }
done
[ "$(md5sum twice.*)" = "$sums" ] || fail "a second training changed the files of the first"
kill -INT $job
kill -TERM $job  # both arrive before the step is done
kill -CONT $job
while code=0; wait $job || code=$?; kill -0 $job 2>/dev/null; do :; done  # bash may tell first that it was stopped
[ $code -gt 128 ] || fail "two signals: exit code $code"
[ ! -e twice.safetensors ] || fail "two signals: there are weights"
[ -e twice.safetensors.lock ] || fail "two signals: the lock is not left, so this shows nothing"
(steps=1 train twice --places 2 --photos 2 --force) || fail "what a kill left stops the next training"
[ ! -e twice.safetensors.lock ] || fail "the lock is left over"
echo "a file of the user's" >twice.safetensors.lock
code=0
(said=other.txt steps=1 train twice --places 2 --photos 2 --force) || code=$?
[ $code = 2 ] && grep -q "twice.safetensors.lock: is in the way" other.txt || fail "a file in the lock's place: exit code $code"
[ -s twice.safetensors.lock ] || fail "a user's file is gone"
echo "a training that a signal stopped goes on to the same bytes"
cd / && rm -rf "$folder"
