#!/usr/bin/env bash
# Usage: train_cut.sh VPR RENDER_A_TOWN WEIGHTS JSON_VALUE FOLDER. Adapters and heads over a network's first blocks are trained, and used as they were trained.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 weights=$3 json_value=$4 folder=$5
fresh "$folder"
"$town" town 1 4 >/dev/null
sets=(--database town/database --queries town/queries)

train() {
  local name=$1
  shift
  "$vpr" train --weights "$weights" --data town/poses.csv --by id --augment none --size "${size:-28}" --rate 0.01 --places 2 --photos 2 --steps 2 --out "$name.safetensors" \
    "${sets[@]}" "$@" >"$name.txt" 2>&1 || { cat "$name.txt"; fail "the training of $name failed"; }
}
refused() {
  local code=0 text=$1
  shift
  "$vpr" train --weights "$weights" --data town/poses.csv --by id --augment none --size 28 --steps 2 --out none.safetensors "$@" >out.txt 2>&1 || code=$?
  if [ $code = 0 ] || ! grep -qF -- "$text" out.txt; then fail "exit code $code, expected an error with $text: $*"; fi
}
# used NAME MODEL TOKENS: evaluated, it has the recall of its last validation, and tokens as in training.
used() {
  "$vpr" evaluate --model "$2" --weights "$1.safetensors" "${sets[@]}" --recall 1,5 --json "$1.json" >"$1.out" 2>"$1.err" || { cat "$1.err"; fail "$1 is not evaluated"; }
  [ "$("$json_value" "$1.json" /tokens)" = "\"$3\"" ] || fail "$1 has tokens $("$json_value" "$1.json" /tokens), expected $3"
  local recall
  recall=$(sed -n 's/^recall@1 *//p' "$1.out")
  grep -qF "validation: recall@1 $recall," "$1.txt" || { cat "$1.txt" "$1.out"; fail "$1 is not what was validated"; }
}

train raw --recipe adapter --backbone dinov2-vits14:2 --tokens raw
used raw selavpr-global@dinov2-vits14:2 raw
train unit --recipe adapter --backbone dinov2-vits14:2
used unit selavpr-global@dinov2-vits14:2 unit
cmp -s raw.safetensors unit.safetensors && fail "the length of tokens changes nothing"
cp unit.safetensors gem.candidate.safetensors # another training's
train gem --recipe head --model dinov2-vits14:2+gem --cache cache
used gem dinov2-vits14:2+gem unit
same unit.safetensors gem.candidate.safetensors
# The line that is printed measures what was validated, as it stands.
train "it's gem" --recipe head --model dinov2-vits14:2+gem --upright --radius 9.5 --positions metres
line=$(sed -n 's/.*: evaluate it with vpr //p' "it's gem.txt")
eval "'$vpr' $line" >out.txt 2>err.txt || fail "the line does not run: vpr $line"
recall=$(sed -n 's/^recall@1 *//p' out.txt)
grep -qF "validation: recall@1 $recall," "it's gem.txt" || { cat "it's gem.txt"; fail "the line measures something else: vpr $line"; }
train netvlad --recipe salad --model dinov2-vits14:2+netvlad --tuned-blocks 1 --tokens raw
used netvlad dinov2-vits14:2+netvlad raw
grep -q "aggregator.conv.weight starts from clusters of" netvlad.txt || { cat netvlad.txt; fail "NetVLAD starts from no clusters"; }
# Another model than the file was trained as is told, and the state of a training is no file of weights.
"$vpr" evaluate --model dinov2-vits14:2+gem --weights netvlad.safetensors "${sets[@]}" >out.txt 2>err.txt
grep -q "model: dinov2-vits14:2+gem as asked, but netvlad.safetensors was trained as dinov2-vits14:2+netvlad" err.txt || { cat err.txt; fail "another model is not told"; }
if "$vpr" evaluate --model dinov2-vits14:2+netvlad --weights netvlad.safetensors.state "${sets[@]}" >out.txt 2>err.txt; then fail "a state is taken for weights"; fi
grep -q "is the state of a training" err.txt || { cat err.txt; fail "a state is not named"; }
# A recipe's clusters are those of the model that is trained.
train other --recipe netvlad --mining batch --model dinov2-vits14:2+netvlad --tuned-blocks 0
# A network's photos are normalised as it was published with, and the file says so.
size=32 weights=seed:1 train clip --recipe head --model clip-vitb16:1+gem
used clip clip-vitb16:1+gem unit
prepared=$("$json_value" clip.json /preprocess)
[ "$prepared" = '"normalise-then-resize-tensor+clip-normalised"' ] || fail "CLIP's photos are prepared by $prepared"
grep -q -- "--preprocess normalise-then-resize-tensor+clip-normalised" clip.txt || { cat clip.txt; fail "the line to evaluate by lacks CLIP's normalisation"; }

refused "excludes" --recipe head --model dinov2-vits14+gem --backbone dinov2-vits14
refused "the length of its tokens is no choice" --recipe salad --backbone dinov2-vits14 --tokens unit
refused "no query of the validation has a right answer" --recipe head --model dinov2-vits14:2+gem --places 2 --photos 2 "${sets[@]}" --radius 0
refused "nothing is left to train" --recipe head --model dinov2-vits14:2+mean
echo "cut networks are used as they were trained"
cd / && rm -rf "$folder"
