#!/usr/bin/env bash
# Usage: photos_left_out.sh VPR RENDER_A_TOWN WEIGHTS JSON_VALUE WEBP FOLDER. Fifty photos, of which five are broken in five ways, one has a name that is not
# UTF-8, and one is a WebP: the program goes on without the broken ones, and answers as if they had never been there.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 weights=$3 json_value=$4 webp=$5 folder=$6
fresh "$folder"
"$town" town 1 10 >/dev/null
model=(--model dinov2-vits14+gem --weights "$weights" --size 28)
sets=(--database town/database --queries town/queries)

json() { "$json_value" "$@"; }
photo() { ls "town/$1/"*"$2"*; }

# Five broken in five ways; the set without them is what the answers must be of.
cut=$(photo database 001_) empty=$(photo queries/night 002_) text=$(photo queries/fog 003_) huge=$(photo queries/traffic 004_) zeros=$(photo database 005_)
truncate --size 2000 "$cut"
: >"$empty"
echo "404: no such photo" >"$text"
printf 'P6 400000 400000 255\n' >"$huge"
printf '\xff\xd8\xff\xe0%2000s' '' | tr ' ' '\0' >"$zeros"
latin=$(photo queries/night 000_)
mv "$latin" "${latin/_night/_n$'\xe4'cht}"
rm "$(photo queries/night 001_)"
cp "$webp" "town/queries/night/$(basename "$(photo database 000_)" .jpg).webp"
[ "$(find town -name '*@*' | wc -l)" = 50 ] || fail "there are not fifty photos"
broken=("$cut" "$empty" "$text" "$huge" "$zeros")
mkdir good
cp -r town/database town/queries good/
for path in "${broken[@]}"; do rm "good/${path#town/}"; done
left_out=5
if ! "$vpr" --version | grep -qw webp; then
  echo "this program reads no WebP: it is left out, too"
  left_out=6
  rm good/queries/night/*.webp
  broken+=("$(ls town/queries/night/*.webp)")
fi

expect 3 "$vpr" evaluate "${model[@]}" "${sets[@]}" --json all.json --report all.html
for path in "${broken[@]}"; do grep -qF "$path" err.txt || fail "$path is not named"; done
grep -q "left out: $left_out photos" err.txt || fail "they are not counted"
expect 0 "$vpr" evaluate "${model[@]}" --database good/database --queries good/queries --json good.json
for key in /recall /recall_of_answerable /queries /database /queries_without_positives; do
  [ "$(json all.json $key)" = "$(json good.json $key)" ] || fail "$key: $(json all.json $key), without the broken photos $(json good.json $key)"
done
if [ "$(json all.json /photos_left_out)" != $left_out ] || [ "$(json good.json /photos_left_out)" != 0 ]; then fail "--json does not count them"; fi
json all.json /left_out/$((left_out - 1))/reason >/dev/null
for text in '<dt>photos left out</dt>' 'n\xE4cht'; do grep -qF "$text" all.html || fail "the report lacks $text"; done
! grep -q $'\xe4' all.html err.txt out.txt || fail "a byte that is not UTF-8 came through"

expect 3 "$vpr" describe "${model[@]}" --batch 3 --out D.npy town/database town/queries
expect 0 "$vpr" describe "${model[@]}" --batch 8 --out G.npy good/database good/queries
cmp D.npy G.npy
cmp D.names.txt G.names.txt
grep -qF 'n\xE4cht' D.names.txt || fail "the name that is not UTF-8 is not there, escaped"
[ "$(json D.json /photos)" = "$(wc -l <D.names.txt)" ] || fail "descriptors and names are not as many"

expect 3 "$vpr" localize "${model[@]}" "${sets[@]}" --top 2 --csv all.csv --json answers.json --rerank 2
expect 0 "$vpr" localize "${model[@]}" --database good/database --queries good/queries --top 2 --csv good.csv --rerank 2
cmp all.csv good.csv
grep -qF 'n\xE4cht' all.csv || fail "localize: the name"
json answers.json /left_out/4 >/dev/null || fail "localize: the photos left out"

# A line of a million pixels is one more bad photo, whatever is made of photos.
line=town/database/line.ppm
{ printf 'P6 1 1000000 255\n'; head -c 3000000 /dev/zero; } >$line
for way in "central-crop --size 28" "anyloc --size 28" "resize-8-bit-then-normalise+shorter-side+multiple-of-14 --size 28" \
  normalise-then-resize-tensor+multiple-of-14; do
  # shellcheck disable=SC2086 # a preprocess and its size
  expect 3 "$vpr" describe "${model[@]:0:4}" --preprocess $way --out "line_$way.npy" town/database
  grep -qF "$line" err.txt || fail "$way: the line is not named"
done
expect 2 "$vpr" describe "${model[@]}" --preprocess $way --out sized.npy town/database
grep -qF "so that 28x28 would do nothing" err.txt || fail "a size that does nothing is no error"
rm $line

# VLAD's words are found in the photos that can be read.
expect 3 "$vpr" localize --model dinov2-vits14+vlad --words 4 "${model[@]:2}" "${sets[@]}" --csv words.csv
expect 1 "$vpr" evaluate "${model[@]}" "${sets[@]}" --strict-photos --json strict.json
[ ! -e strict.json ] || fail "--strict-photos went on"
for path in town/database/*; do : >"$path"; done
expect 1 "$vpr" evaluate "${model[@]}" "${sets[@]}" --json none.json
grep -q "none of the 10 photos of the database can be read" err.txt || fail "no photo at all is no error"

# What cannot be written is known before anything is computed.
for output in --json --report; do
  expect 1 timeout 5 "$vpr" evaluate "${model[@]/$weights/no_such_file}" "${sets[@]}" $output no/such/folder/file
  grep -q "no/such/folder/file: cannot be written" err.txt || fail "$output"
done
expect 1 "$vpr" describe "${model[@]/$weights/no_such_file}" --out no/such/folder/D.npy good/database
grep -q "cannot be written" err.txt || fail "--out"
if [ -e /dev/full ]; then
  code=0
  "$vpr" models >/dev/full 2>err.txt || code=$?
  if [ $code != 1 ] || ! grep -q "standard output: cannot be written" err.txt; then fail "a full disk is not noticed"; fi
fi
echo "the answers are those of the photos that can be read"
cd / && rm -rf "$folder"
