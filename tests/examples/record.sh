#!/usr/bin/env bash
# Usage: record.sh VPR WEIGHTS TOWN JSON_VALUE FOLDER. What made descriptors stands beside them, in PCAs and in vocabularies, and what does not fit is refused.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 weights=$2 town=$3 json_value=$4 folder=$5
fresh "$folder"
model=(--weights "$weights" --size 28)
sets=(--database "$town/database" --queries "$town/queries/fog")

is() { [ "$("$json_value" "$1" "$2")" = "$3" ] || fail "$1 holds $2 $("$json_value" "$1" "$2"), expected $3"; }
# refused TEXT COMMAND...: with the exit code of wrong settings, and a message that holds the text
refused() {
  local code=0 text=$1
  shift
  "$@" >out.txt 2>err.txt || code=$?
  if [ $code != 2 ] || ! grep -qF -- "$text" err.txt; then fail "exit code $code, expected 2 and $text: $*"; fi
}

"$vpr" describe --model dinov2-vits14+gem "${model[@]}" --out last.npy "$town/database"
"$vpr" describe --model dinov2-vits14+gem "${model[@]}" --block 3 --facet key --out third.npy "$town/database"
is last.json /block '"last"'
is third.json /block '"3"'
is third.json /facet '"key"'
is last.json /preprocess '"normalise-then-resize-tensor"'
is last.json /position_rule '"offset0.1"'
is last.json /batch_context '"alone"'
is last.json /pca '"none"'
cmp -s last.json third.json && fail "the record does not tell the block"

"$vpr" describe --model dinov2-vits14+gem "${model[@]}" --precision bf16 --out half.npy "$town/database"
is half.json /precision '"bf16"'
cmp -s last.npy half.npy && fail "bf16 computes as f32"
"$vpr" describe --model dinov2-vits14+gem "${model[@]}" --precision int8 --save-weights bytes.safetensors --out bytes.npy "$town/database"
is bytes.json /precision '"int8"'
is bytes.json /calibration '"synthetic town"'
"$vpr" describe --model dinov2-vits14+gem --weights bytes.safetensors --size 28 --out again.npy "$town/database"
cmp -s bytes.npy again.npy || fail "saved weights are not as they were held"
is again.json /precision '"int8"'
is again.json /calibration '"synthetic town"'
"$vpr" describe --model dinov2-vits14+gem "${model[@]}" --precision mixed --calibrate "$town/queries/fog" --out mixed.npy "$town/database"
is mixed.json /precision '"mixed"'
case "$("$json_value" mixed.json /calibration)" in '"'[0-9]*" photos, "*) ;; *) fail "the photos of the calibration are not recorded" ;; esac
refused "photos to calibrate on are for int8 and mixed" \
  "$vpr" describe --model dinov2-vits14+gem "${model[@]}" --calibrate "$town/queries/fog" --out none.npy "$town/database"

search=(evaluate --model dinov2-vits14+gem "${model[@]}" --database last.npy --queries "$town/queries/fog")
"$vpr" "${search[@]}" >out.txt 2>err.txt
! grep -q "no record" err.txt || fail "a record is not seen"
mv last.json kept.json
"$vpr" "${search[@]}" >out.txt 2>err.txt
grep -qF "warning: last.npy: nothing tells what made these descriptors, as there is no record last.json" err.txt || fail "a missing record is not told"
"$vpr" pca last.npy --out unknown.safetensors >out.txt 2>err.txt
grep -qF "no record last.json" err.txt || fail "a missing record is not told to a PCA"
mv kept.json last.json

"$vpr" pca third.npy --out most.safetensors | grep -qF "384 to 2 dimensions" || fail "three descriptors differ in two directions"
refused "--dimensions says how many are kept" "$vpr" pca third.npy --dimensions 3 --out more.safetensors
"$vpr" pca third.npy --dimensions 2 --out pca.safetensors
"$vpr" inspect pca.safetensors >out.txt
for text in "metadata format: vpr PCA" "metadata facet: key"; do grep -qF "$text" out.txt || fail "inspect does not print $text"; done
"$vpr" evaluate --model dinov2-vits14+gem "${model[@]}" "${sets[@]}" --block 3 --facet key --pca pca.safetensors --json pca.json --report page.html >out.txt
is pca.json /model '"dinov2-vits14+gem"'
is pca.json /size '"28x28"'
is pca.json /weights_hash "$("$json_value" last.json /weights_hash)"
[ "$("$json_value" pca.json /pca)" != '"none"' ] || fail "the PCA is not recorded"
grep -qF '<dt>block</dt><dd>3</dd>' page.html || fail "the report does not tell the block"
refused "block: 'last' and '3'; facet: 'token' and 'key'" \
  "$vpr" evaluate --model dinov2-vits14+gem "${model[@]}" "${sets[@]}" --pca pca.safetensors
refused "size: '42x42' and '28x28'" \
  "$vpr" evaluate --model dinov2-vits14+gem --weights "$weights" --size 42 "${sets[@]}" --block 3 --facet key --pca pca.safetensors

vlad=(localize --model dinov2-vits14+vlad "${model[@]}" "${sets[@]}")
refused "unknown.safetensors: it projects descriptors of 384 dimensions, those of dinov2-vits14+vlad have 768" \
  "$vpr" "${vlad[@]}" --words 2 --pca unknown.safetensors
"$vpr" "${vlad[@]}" --block 3 --words 4 --save-vocabulary words.safetensors --json found.json
"$vpr" "${vlad[@]}" --block 3 --vocabulary words.safetensors --json loaded.json
is loaded.json /vocabulary "$("$json_value" found.json /vocabulary)"
is loaded.json /queries "$("$json_value" found.json /queries)"
refused "block: '4' and '3'" "$vpr" "${vlad[@]}" --block 4 --vocabulary words.safetensors
expect 1 "$vpr" localize --model resnet18+vlad --weights seed:1 --size 28 "${sets[@]}" --vocabulary words.safetensors
printed "words.safetensors: its words have 384 channels, expected 512"

"$vpr" localize --model dinov2-vits14+gem "${model[@]}" "${sets[@]}" --rerank 2 --local-block 3 --local-facet value --json rerank.json
is rerank.json /reranked 2
is rerank.json /local_features '"patches of block 3 value"'
echo "what made descriptors is recorded"
cd / && rm -rf "$folder"
