#!/usr/bin/env bash
# Usage: train_refusals.sh VPR RENDER_A_TOWN WEIGHTS FOLDER. A training is neither lost nor changed unasked, and goes on without photos that cannot be read.
set -euo pipefail
vpr=$1 town=$2 weights=$3 folder=$4
rm -rf "$folder"
mkdir -p "$folder"
"$town" "$folder/town" 1 8 >/dev/null
train() {
  "$vpr" train --recipe adapter --backbone dinov2-vits14 --weights "${from:-$weights}" --data "${data:-$folder/town/poses.csv}" --by id --augment none --size 28 --places 2 --photos 2 \
    --out "$folder/out.safetensors" "$@"
}
# refuses CODE SENTENCE OPTION...
refuses() { says "$1" "$2" train "${@:3}"; }
# says CODE SENTENCE COMMAND...
says() {
  local code=$1 sentence=$2 got=0
  shift 2
  "$@" >"$folder/said" 2>&1 || got=$?
  if [ "$got" != "$code" ] || ! grep -qF -- "$sentence" "$folder/said"; then
    echo "want $code, '$sentence'; got $got:"
    cat "$folder/said"
    exit 1
  fi
}
refuses 2 "there is no state" --steps 2 --resume
refuses 2 "--leave-out no_such_town: no photo of" --steps 2 --leave-out database --leave-out no_such_town
refuses 2 "--tuned-blocks: got 13, the network has 12" --steps 2 --tuned-blocks 13
train --steps 3 --rate 0.001 >/dev/null  # --every is 0
[ -f "$folder/out.safetensors.state" ] || { echo "the last step left no state"; exit 1; }
md5sum "$folder"/out.* >"$folder/sums"
other=("$vpr" train --recipe head --weights "$weights" --by id --places 2 --photos 2 --steps 1 --out "$folder/other.safetensors")
says 2 "there is no backbone 'dinov2-vits15'; the nearest: dinov2-vits14, " "${other[@]}" --model dinov2-vits15+gem --data "$folder/nothing" # before files are read
says 2 "train: --size 28x28: SALAD: got 4 patches, of a grid of 2x2, want more than its 64 clusters" "${other[@]}" --model dinov2-vits14:2+salad \
  --data "$folder/town/poses.csv" --size 28
says 2 "train: --size 28x30: a photo of 28x30 comes to 28x30, the network reads sides that are multiples of 14" "${other[@]}" --model dinov2-vits14:2+gem \
  --data "$folder/town/poses.csv" --size 28x30
# A training that takes no step leaves no log, and an older one as it is.
mkdir "$folder/bad"
for photo in a b c d; do echo broken >"$folder/bad/$photo.jpg"; done
printf 'path,place\na.jpg,1\nb.jpg,1\nc.jpg,2\nd.jpg,2\n' >"$folder/bad/list.csv"
bad=("${other[@]}" --model dinov2-vits14:2+gem --data "$folder/bad/list.csv" --size 28)
says 1 "photos are bad" "${bad[@]}" --log "$folder/none.csv"
[ ! -e "$folder/none.csv" ] || { echo "a training whose first step failed left a log, which refuses the next one"; exit 1; }
echo older >"$folder/older.csv"
says 1 "photos are bad" "${bad[@]}" --log "$folder/older.csv" --force
[ "$(cat "$folder/older.csv")" = older ] || { echo "a training that failed at once took an older log with it"; exit 1; }
refuses 2 "is there already" --steps 3
refuses 2 "3 steps are done already, --steps asks for 2" --steps 2 --rate 0.001 --resume
refuses 2 "--rate was '0.001', now '0.002'" --steps 4 --rate 0.002 --resume
refuses 2 "--seed was '0', now '7'" --steps 4 --rate 0.001 --seed 7 --resume
# Options are named as they are typed, and those that only another recipe decides are not.
resumed=("$vpr" train --weights "$weights" --data "$folder/town/poses.csv" --by id --augment none --size 28 --places 2 --photos 2 --rate 0.001 --steps 4
  --out "$folder/out.safetensors" --resume)
says 2 "than the training began with: --recipe was 'adapter', now 'head'. Give those" "${resumed[@]}" --recipe head --backbone dinov2-vits14
says 2 "than the training began with: --model was 'selavpr-global@dinov2-vits14', now 'dinov2-vits14+gem'. Give those" "${resumed[@]}" --recipe adapter \
  --model dinov2-vits14+gem
md5sum --quiet -c "$folder/sums"
refuses 1 "cannot be written" --steps 3 --log "$folder/none/log.csv" --force
md5sum --quiet -c "$folder/sums"
train --steps 4 --rate 0.002 --resume --change >/dev/null
md5sum "$folder"/out.* >"$folder/sums"
cp "$folder/town/poses.csv" "$folder/poses.csv"
sed -i '$d' "$folder/town/poses.csv"  # another list of photos under the same name
refuses 2 "--data was '$folder/town/poses.csv, " --steps 5 --rate 0.002 --resume
mv "$folder/poses.csv" "$folder/town/poses.csv"
md5sum --quiet -c "$folder/sums"
# The same bytes under other names are the same table and the same weights; a folder is another one though its photos are called alike.
mkdir "$folder/elsewhere"
ln -s "$folder/town/database" "$folder/town/queries" "$folder/elsewhere"
cp "$folder/town/poses.csv" "$folder/elsewhere/list.csv"
ln -s "$weights" "$folder/elsewhere/start.safetensors"
data=$folder/elsewhere/list.csv from=$folder/elsewhere/start.safetensors train --steps 5 --rate 0.002 --resume >/dev/null
validated=("${other[@]}" --model dinov2-vits14:2+gem --data "$folder/town/poses.csv" --size 28 --queries "$folder/town/queries")
"${validated[@]}" --database "$folder/town/database" >"$folder/said"
says 2 "--database was '$folder/town/database, " "${validated[@]}" --database "$folder/elsewhere/database" --resume
rm "$folder"/other.*
# Weights that are part of a system, or more than it, are told.
begin() {
  "$vpr" train --recipe head --model "dinov2-vits14:2+$1" --weights "$2" --data "$folder/town/poses.csv" --by id --size 28 --places 2 --photos 2 --steps 1 \
    --out "$folder/$3.safetensors" >"$folder/said"
}
begin gem seed:1 drawn  # to measure speed and memory
grep -aq '"trained_from":"seed:1"' "$folder/drawn.safetensors" || { echo "weights that were drawn are not said to be"; exit 1; }
begin gem "$weights" gem
! grep -q "heads and adapters" "$folder/said" || { cat "$folder/said"; echo "the network's weights are called part of a system"; exit 1; }
begin netvlad "$folder/gem.safetensors" netvlad
grep -q "gem.safetensors: not all of the system, so heads and adapters are new: 2 missing" "$folder/said" || { cat "$folder/said"; echo "new heads are not told"; exit 1; }

awk -F, 'NR == 1 || ($2 < 2 && $3 ~ /map|viewpoint/)' "$folder/town/poses.csv" >"$folder/town/few.csv"
says 2 "aggregator.conv.weight starts from 32 clusters of patches, and 4 photos gave 16, at most 100 each: give more photos, or larger ones" "${other[@]}" \
  --model dinov2-vits14:2+netvlad --data "$folder/town/few.csv" --size 28
# A recipe's own model is said to be that.
"$vpr" train --help >"$folder/said"
grep -q "dinov2-vitb14+salad" "$folder/said" || { echo "the model of --recipe head is not told"; exit 1; }
"${other[@]}" --backbone dinov2-vits14:1 --data "$folder/town/poses.csv" --size 126 >"$folder/said"
grep -q "^dinov2-vits14:1+salad, the recipe's model, on 40 photos of 8 places" "$folder/said" || { cat "$folder/said"; echo "the model of --recipe head is not told"; exit 1; }
photo=$(find "$folder/town/database" -type f -print -quit)
echo broken >"$photo"
refuses 3 "left out: 1 photo" --steps 30 --force
refuses 1 "$(basename "$photo")" --steps 30 --force --strict-photos
echo "nothing was lost unasked"
rm -rf "$folder"
