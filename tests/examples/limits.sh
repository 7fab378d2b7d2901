#!/usr/bin/env bash
# Usage: limits.sh VPR. Sizes that nobody can want are refused at once with their limit named, and with the exit code of a command line; so are outputs
# whose names say another format, and unknown commands and options.
set -euo pipefail
vpr=$1
try() {
  local limit=$1 code=0
  shift
  timeout 5 "$vpr" "$@" >/dev/null 2>message || code=$?
  if [ $code != 2 ] || ! grep -q -- "$limit" message; then
    cat message
    echo "exit code $code for $*, expected 2 and $limit"
    exit 1
  fi
}
cd "$(mktemp -d)"
touch w.pth
mkdir photos
common=(--model dinov2-vits14+gem --weights w.pth --database photos --queries photos)
for number in 0 -1 100001 99999999999999999999999; do
  try " 100000" localize "${common[@]}" --top $number
  try " 100000" evaluate "${common[@]}" --recall 1,$number
  try " 100000" evaluate "${common[@]}" --shown $number
  try " 100000" evaluate "${common[@]}" --rerank $number
  try " 1024" evaluate "${common[@]}" --batch $number
done
for number in 0 4097 9223372036854775808; do
  try " 4096" evaluate "${common[@]}" --words $number
  try " 4096" evaluate "${common[@]}" --threads $number
done
for number in nan inf -1 25x; do
  try "--radius: got '$number', expected a number from 0" evaluate "${common[@]}" --radius $number
  try "expected a number from 0.01 to 1" evaluate "${common[@]}" --decision-precision $number
  try "expected a number from 1e-06 to 100000" evaluate "${common[@]}" --max-megapixels $number
done
for number in -1 18446744073709551616 010 0x10 1.5 nan +1 ''; do  # none of which may come to mean another number
  try "--seed: got '$number', expected a whole number from 0" evaluate "${common[@]}" --seed "$number"
  try "--top: got '$number', expected a whole number from 1 to 100000" localize "${common[@]}" --top "$number"
done
for number in nan inf 1e400 1e39 0.8x; do
  try "--threshold: got '$number', expected a number that is finite" loop "${common[@]:0:4}" --threshold $number photos
done
try "--decision-precision requires --save-decision" evaluate "${common[@]}" --decision-precision 0.9
train=(train --recipe head --model dinov2-vits14+gem --weights w.pth --data photos --out trained.safetensors)
for number in nan inf 0 -1; do try "--rate: got '$number', expected a number above 0" "${train[@]}" --rate $number; done
try "--seed: got '18446744073709551615', expected a whole number from 0 to 9223372036854775807" "${train[@]}" --seed 18446744073709551615
for number in 0 -1 010 9223372036854775808; do try "--steps: got '$number', expected a whole number from 1" "${train[@]}" --steps $number; done
for option in --places --photos; do try "the loss would always be 0" "${train[@]}" $option 1; done
try "--queries requires --database" "${train[@]}" --queries photos
try "--database requires --queries" "${train[@]}" --database photos
try "--patience requires --database" "${train[@]}" --patience 2
try "--change requires --resume" "${train[@]}" --change
printf 'P5 1 1 255\n0' >photos/a.pgm
for batch_context in blocks:0 blocks:1025 blocks:9223372036854775807 blocks:9223372036854775808 blocks: blocks:-1; do
  try "at most 1024" localize "${common[@]}" --batch-context $batch_context
done
for size in 0 16385 9223372036854775807 16384x16384 4294967296x4294967296 14x; do
  try "67108864 in all" localize "${common[@]}" --size $size
done
try "is a .npy file" describe "${common[@]:0:4}" --out D.txt photos
try "is a .safetensors file" pca w.pth --out pca.pth
try "is a .safetensors file" train --recipe salad --weights w.pth --data photos --out trained.pth
try "vpr evaluate: there is no option '--modle'; vpr evaluate --help" evaluate --modle salad "${common[@]:2}"
try "vpr train: there is no option '--place=2'" train --place=2
try "vpr map create: there is no option '--sesion'" map create town.map --sesion 1 "${common[@]:0:4}"
try "there is no command 'localise'; there are describe localize" localise "${common[@]}"
try "which command? There are describe"
echo "each limit is named"
