#!/usr/bin/env bash
# Usage: train_resume.sh VPR RENDER_A_TOWN WEIGHTS FOLDER OPTION... A training that is killed and resumed ends with the same bytes as one that is left alone.
set -euo pipefail
vpr=$1 town=$2 weights=$3 folder=$4
shift 4
options=("$@")
rm -rf "$folder"
mkdir -p "$folder"
"$town" "$folder/town" 1 8 >/dev/null
train() {
  exec "$vpr" train --backbone dinov2-vits14 --weights "$weights" --data "$folder/town/poses.csv" --by id --augment none --size 28 --rate 0.001 --steps 12 \
    "${options[@]}" --every 2 "$@"
}
(train --out "$folder/whole.safetensors" --log "$folder/whole.csv" --threads 1 >/dev/null)
train --out "$folder/killed.safetensors" --log "$folder/killed.csv" --threads 2 >/dev/null &
until [ -f "$folder/killed.safetensors.state" ]; do sleep 0.01; done
kill -9 $! || true
wait $! || true
if [ -f "$folder/killed.safetensors" ]; then echo "the training ended before it could be killed"; exit 1; fi
(train --out "$folder/killed.safetensors" --log "$folder/killed.csv" --resume >/dev/null)
cmp "$folder/whole.safetensors" "$folder/killed.safetensors"
cmp <(cut -d, -f1-3 "$folder/whole.csv") <(cut -d, -f1-3 "$folder/killed.csv")
echo "the same bytes after a kill and a resume, and on one thread and two"
rm -rf "$folder"
