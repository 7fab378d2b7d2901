#!/usr/bin/env bash
# Usage: unused_options.sh VPR WEIGHTS TOWN FOLDER. An option that would do nothing, since what it goes with is missing, is refused with a sentence.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 weights=$2 town=$3 folder=$4
fresh "$folder"
gem=(--model dinov2-vits14:1+gem --weights "$weights" --size 28) vlad=(--model dinov2-vits14:1+vlad --weights "$weights" --size 28)
sets=(--database "$town/database" --queries "$town/queries/fog")
# refused SENTENCE COMMAND...
refused() {
  local sentence=$1
  shift
  expect 2 "$vpr" "$@"
  printed "$sentence"
}

for option in "--save-vocabulary v.npz" "--words 4" "--vocabulary-photos 2" "--seed 1"; do
  read -r name value <<<"$option"
  refused "$name is of words that are found in photos" localize "${gem[@]}" "${sets[@]}" "$name" "$value"
  refused "--vocabulary excludes $name" localize "${vlad[@]}" "${sets[@]}" --vocabulary v.npz "$name" "$value"
done
refused "--vocabulary is for +vlad and anyloc" localize "${gem[@]}" "${sets[@]}" --vocabulary v.npz
refused "--facet key is taken of a block: add --block N" localize "${gem[@]}" "${sets[@]}" --facet key
refused "photos to calibrate on are for int8 and mixed" localize "${gem[@]}" "${sets[@]}" --calibrate "$town/database"
for option in "--weights-root model." --lenient "--save-weights w.safetensors"; do
  read -ra words <<<"$option"
  refused "weights 'seed:1' are drawn at random" localize "${gem[@]:0:2}" --weights seed:1 --size 28 "${sets[@]}" "${words[@]}"
done

refused "--shown requires --report" evaluate "${gem[@]}" "${sets[@]}" --shown 2
refused "--shown is of the report of one model" evaluate --model dinov2-vits14:1+gem,dinov2-vits14:1+mean "${gem[@]:2}" "${sets[@]}" --report r.html --shown 2
for option in "--local patches" "--local-block 0" "--local-facet key" "--local-store disk" "--local-precision f32" "--local-file f"; do
  read -r name value <<<"$option"
  refused "$name requires --rerank" localize "${gem[@]}" "${sets[@]}" "$name" "$value"
done
refused "--local-facet key is taken of a block" localize "${gem[@]}" "${sets[@]}" --rerank 2 --local-facet key
refused "--local-precision goes with --local-store memory or disk" localize "${gem[@]}" "${sets[@]}" --rerank 2 --local-store none --local-precision f32
refused "--local-file goes with --local-store disk" localize "${gem[@]}" "${sets[@]}" --rerank 2 --local-file f
refused "--decision goes by the scores of descriptors" localize "${gem[@]}" "${sets[@]}" --rerank 2 --decision rule.json

mkdir nowhere
cp "$(find "$town/queries/fog" -type f | head -n 1)" nowhere/photo.jpg
refused "--positions says what the positions of photos are" localize "${gem[@]}" --database nowhere --queries nowhere --positions metres

expect 0 "$vpr" describe "${gem[@]}" --out D.npy "$town/database"
refused "D.npy: holds descriptors already" loop --threshold 0.5 "${gem[@]}" D.npy
refused "D.npy: holds descriptors already" loop --threshold 0.5 --upright D.npy
expect 0 "$vpr" loop --threshold 0.5 --batch 2 D.npy
refused "--threshold excludes --decision" loop --threshold 0.5 --decision rule.json D.npy
refused "--least-score requires --rerank" loop --threshold 0.5 --least-score 3 D.npy
refused "--local-store requires --rerank" loop --threshold 0.5 --local-store disk D.npy
refused "--rerank does not go with --preset vggt-long" loop --preset vggt-long --rerank 3 D.npy
refused "--overlap goes with --preset vggt-slam" loop --preset vggt-long --overlap 1 D.npy
refused "--suppression does not go with --preset vggt-slam" loop --preset vggt-slam --suppression 1 D.npy

if "$vpr" --version | grep -q "\bmap\b"; then
  refused "--candidates requires --hnsw" map query town.map --candidates 5 "$town/database"
  refused "--session is of photos, and none are given" map create new.map "${gem[@]}" --session day
  refused "--positions is of photos, and none are given" map create new.map "${gem[@]}" --positions metres
  refused "--positions says what the positions of photos are" map create new.map "${gem[@]}" --positions metres nowhere
fi

train=(train --recipe adapter --backbone dinov2-vits14:1 --weights "$weights" --size 28 --out t.safetensors) data=(--data "$town/poses.csv")
validation=(--database "$town/database" --queries "$town/queries/fog")
refused "--frames is for places by sequence: add --by sequence" "${train[@]}" "${data[@]}" --by id --frames 3
refused "its time is not known" "${train[@]}" "${data[@]}" --frames 3  # it asks for sequences
refused "--patience counts validations" "${train[@]}" "${data[@]}" "${validation[@]}" --patience 2
refused "--resume excludes --force" "${train[@]}" "${data[@]}" --resume --force
refused "--round is for mining from a database" "${train[@]}" "${data[@]}" --round 4
refused "--places is for batches of places" "${train[@]}" "${data[@]}" --mining full --places 4
refused "--photos is for batches of places" train --recipe gcl "${train[@]:5}" "${data[@]}" --photos 2
mkdir mined
cp -r "$town/database" mined/database
cp -r "$town/queries/fog" mined/queries
for option in "--by cell" "--frames 3" "--leave-out map"; do
  read -r name value <<<"$option"
  expect 2 "$vpr" "${train[@]}" --data mined --mining full "$name" "$value"
  printed "holds queries and a database"
  printed "$name"
done
expect 1 "$vpr" "${train[@]}" --data mined --mining full --positions degrees
printed "positions were declared as degrees"
echo "no option does nothing unsaid"
