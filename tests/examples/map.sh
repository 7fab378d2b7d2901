#!/usr/bin/env bash
# Usage: map.sh VPR RENDER_A_TOWN WEIGHTS JSON_VALUE FAULTS FOLDER. A map answers as its photos do, whatever of its life it has behind it: photos added in parts, kills,
# removals, a merge; and it refuses what does not fit, and names what is damaged.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 weights=$3 json_value=$4 faults=$5 folder=$6
fresh "$folder"
"$town" town 1 8 >/dev/null
ln "$weights" w.safetensors 2>/dev/null || cp "$weights" w.safetensors
model=(--model dinov2-vits14+gem --weights w.safetensors --size 28)

# is MAP POINTER VALUE
is() {
  "$vpr" map info "$1" --json >info.json
  [ "$("$json_value" info.json "$2")" = "$3" ] || fail "$1 holds $2 $("$json_value" info.json "$2"), expected $3"
}

# A map answers as localize does, and serves localize and evaluate as a database, as descriptors on disk do.
expect 0 "$vpr" map create town.map "${model[@]}" --session day town/database
printed "8 places of 384 dimensions"
is town.map /places 8
is town.map /dimensions 384
is town.map /model '"dinov2-vits14+gem"'
is town.map /sessions '{"day":8}'
[ "$("$json_value" info.json /bytes)" = "$(stat -c %s town.map)" ] || fail "its bytes"
expect 0 "$vpr" map verify town.map
expect 0 "$vpr" localize "${model[@]}" --database town/database --queries town/queries --top 3 --csv localize.csv --json localize.json
expect 0 "$vpr" map query town.map town/queries --top 3 --csv query.csv --json query.json
same <(cut -d, -f1-4 query.csv) localize.csv
head -n 1 query.csv | grep -qx "query,rank,database,score,id,session" || fail "the columns"
[ "$("$json_value" query.json /queries/0/matches/0/session)" = '"day"' ] || fail "the session of an answer"
[ "$("$json_value" query.json /weights_hash)" = "$("$json_value" localize.json /weights_hash)" ] || fail "the record"
expect 0 "$vpr" localize --database town.map --queries town/queries --top 3 --csv of_map.csv
same of_map.csv localize.csv
expect 0 "$vpr" localize "${model[@]}" --database town.map --queries town/queries --top 3 --csv of_map.csv --force
same of_map.csv localize.csv
expect 2 "$vpr" localize "${model[@]}" --block 3 --database town.map --queries town/queries
printed "block: 'last' and '3'"
expect 2 "$vpr" localize --database town.map --size 42 --queries town/queries
printed "other options go with --model"
expect 2 "$vpr" localize --database town.map --queries town/queries --rerank 2
expect 2 "$vpr" localize --database town/database --queries town/queries
printed "--model and --weights are required"
expect 0 "$vpr" describe "${model[@]}" --out D.npy town/database
expect 0 "$vpr" localize "${model[@]}" --database D.npy --queries town/queries --top 3 --csv of_matrix.csv
same of_matrix.csv localize.csv
for database in town/database town.map D.npy; do
  expect 0 "$vpr" evaluate "${model[@]}" --database $database --queries town/queries --recall 1,5 --json found.json --force
  "$json_value" found.json /recall
done | uniq | wc -l | grep -qx 1 || fail "recall depends on where descriptors come from"
expect 2 "$vpr" map create town.map "${model[@]}" town/database
printed "is there already"

# Photos are added once a session; bad ones are left out.
ls town/queries/night/* >all.txt
head -n 3 all.txt >some.txt
expect 0 "$vpr" map add town.map --session night some.txt
printed "3 places added, 0 skipped"
expect 0 "$vpr" map add town.map --session night all.txt
printed "5 places added, 3 skipped"
expect 0 "$vpr" map add town.map --session night all.txt some.txt
printed "0 places added, 11 skipped"
is town.map /sessions '{"day":8,"night":8}'
expect 2 "$vpr" map query town.map --session none town/queries
printed "has no session 'none'"
expect 0 "$vpr" map query town.map --session day --session night town/queries/night --top 1
expect 0 "$vpr" map query town.map town/queries/night --session night --top 1
! grep -q ',day$' out.txt || fail "answers of another session"
session=$'a\nb\\c'
expect 0 "$vpr" map create sessions.map "${model[@]}" --session "$session" town/database
is sessions.map /sessions '{"a\\x0Ab\\\\c":8}'
for given in "$session" 'a\x0Ab\\c'; do
  expect 0 "$vpr" map query sessions.map --session "$given" town/queries/night
  expect 0 "$vpr" loop --threshold 0.5 --session "$given" sessions.map
done
expect 2 "$vpr" map query sessions.map --session 'a\x0Ab' town/queries/night
printed "sessions.map: has no session"
mkdir bad
cp town/queries/fog/*000_fog* bad/a.jpg
head -c 1000 bad/a.jpg >bad/cut.jpg
expect 3 "$vpr" map add town.map --session bad bad
printed "1 places added, 0 skipped"
printed "bad/cut.jpg"
printed "left out: 1 photo"
expect 3 "$vpr" map add town.map --session bad bad
printed "0 places added, 1 skipped"
expect 1 "$vpr" map add town.map --session strict --strict-photos bad
expect 1 "$vpr" map add town.map --session cut bad/cut.jpg
printed "none of the 1 photos"
mkdir other
cp bad/cut.jpg other/a.jpg
expect 2 "$vpr" map add town.map --session two bad other
printed "would both be called a.jpg"

# Weights are those of the map.
expect 0 "$vpr" map add town.map --session again --batch 3 --weights "$weights" town/database
{ head -c -4 w.safetensors; printf '\1\2\3\4'; } >others.safetensors
expect 2 "$vpr" map add town.map --weights others.safetensors town/database
printed "descriptors of different weights do not compare"
printed "$("$json_value" localize.json /weights_hash | tr -d '"')"
mv w.safetensors moved.safetensors
expect 2 "$vpr" map query town.map town/queries
printed "name it with --weights"
expect 0 "$vpr" map query town.map --weights moved.safetensors town/queries --session day --top 3 --csv query.csv --force
same <(cut -d, -f1-4 query.csv) localize.csv
mv moved.safetensors w.safetensors

# Removing, compacting, exporting, merging.
expect 0 "$vpr" map remove town.map 0 3
expect 2 "$vpr" map remove town.map 3
printed "there is no place 3"
expect 2 "$vpr" map remove town.map 99999999999999999999999
printed "expected a whole number from 0 to 9223372036854775807"
expect 0 "$vpr" map compact town.map
expect 0 "$vpr" map verify town.map
is town.map /sessions '{"again":8,"bad":1,"day":6,"night":8}'
expect 0 "$vpr" map export town.map --out files
[ "$(($(wc -l <files/places.csv) - 1))" = 23 ] || fail "the exported places"
expect 2 "$vpr" map export town.map --out files
printed "is there already"
if "$vpr" --version | grep -q "\barrow\b"; then
  expect 0 "$vpr" map export town.map --out files --parquet
  [ -s files/places.parquet ] || fail "the Parquet file"
  expect 2 "$vpr" map export town.map --out files --parquet
else
  expect 2 "$vpr" map export town.map --out parquet --parquet
  printed "built without Arrow"
  [ ! -e parquet ] || fail "an empty folder"
fi
for at in 1 2 3 4; do
  expect 0 "$vpr" map export town.map --out cut --force
  expect 137 env KILLED_AT_RENAME=$at LD_PRELOAD="$faults" ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" \
    "$vpr" map export town.map --out cut --force
  [ ! -e cut/places.csv ] || fail "old places beside new descriptors"
done
expect 0 "$vpr" map create second.map "${model[@]}" --session day town/database
expect 0 "$vpr" map merge town.map second.map
is town.map /places 31
expect 0 "$vpr" map create third.map "${model[@]}" --block 3
is third.map /places 0
expect 2 "$vpr" map merge town.map third.map
printed "block: 'last' and '3'"
expect 0 "$vpr" map add third.map town/database
expect 0 "$vpr" map create coarse.map "${model[@]}" --descriptors int8 town/database
expect 2 "$vpr" map merge town.map coarse.map
is town.map /places 31
expect 0 "$vpr" map verify town.map

# A symbolic link is the map that it leads to.
ln -s coarse.map link.map
"$vpr" map add coarse.map --session night --batch 1 town/queries/night >out.txt 2>err.txt &
"$vpr" map add link.map --session fog --batch 1 town/queries/fog >of_link.txt 2>&1 || fail "$(cat of_link.txt)"
wait $! || fail "adding beside another"
is coarse.map /places 24
expect 0 "$vpr" map verify link.map
bytes=$(stat -c %s coarse.map)
expect 0 "$vpr" map remove link.map $(seq 8 23)
expect 0 "$vpr" map compact link.map
[ -L link.map ] || fail "the link was replaced"
[ ! -e link.map-lock ] || fail "a lock of its own"
[ "$(stat -c %s coarse.map)" -lt "$bytes" ] || fail "the map behind the link was not compacted"

# A graph beside the map, which looks at all of so few places, answers as the exact search; it goes on with the map, and its damage is named.
if "$vpr" --version | grep -q "\bhnsw\b"; then
  as_exact() {
    expect 0 "$vpr" map query second.map town/queries --top 20 "$@" --csv exact.csv --force
    expect 0 "$vpr" map query second.map town/queries --top 20 "$@" --hnsw --csv graph.csv --json graph.json --force
    same exact.csv graph.csv
  }
  as_exact
  made=$(stat -c %y second.map.hnsw)
  as_exact
  [ "$(stat -c %y second.map.hnsw)" = "$made" ] || fail "a graph that is up to date is written again"
  expect 0 "$vpr" map add second.map --session night town/queries/night
  as_exact --session night
  as_exact
  expect 0 "$vpr" map remove second.map 1 9
  expect 0 "$vpr" map compact second.map
  as_exact
  expect 0 "$vpr" map query second.map town/queries --top 1 --hnsw --candidates 1 --csv few.csv
  [ "$(($(wc -l <few.csv) - 1))" = 32 ] || fail "an answer a query"
  "$json_value" graph.json /timing/graph >/dev/null || fail "the time of the graph"
  expect 0 "$vpr" map verify second.map
  printf x | dd of=second.map.hnsw bs=1 seek=1000 conv=notrunc 2>/dev/null
  expect 1 "$vpr" map verify second.map
  printed "second.map.hnsw: was damaged"
  expect 1 "$vpr" map query second.map town/queries --hnsw
  printed "second.map.hnsw: was damaged"
  rm second.map.hnsw
  as_exact
else
  expect 2 "$vpr" map query second.map town/queries --hnsw
  printed "built without hnswlib"
fi

# Positions that do not compare with those of the map would lock it out of localize.
printf 'path,x,y\n%s,1000,2000\n' "$(find town/database -type f | sort | head -n 1)" >metres.csv
printf 'path,latitude,longitude\n%s,37.5,-122.25\n' "$(find town/queries -type f | sort | head -n 1)" >degrees.csv
for unit in metres degrees; do expect 0 "$vpr" map create $unit.map "${model[@]}" $unit.csv; done
expect 2 "$vpr" map add metres.map degrees.csv
printed ".jpg in metres.map metres in no UTM zone: the two cannot be compared"
expect 2 "$vpr" map add degrees.map metres.csv
printed ".jpg in degrees.map: its position is degrees, that of "
expect 2 "$vpr" map merge metres.map degrees.map
printed ".jpg in degrees.map: its position is degrees, that of "
is metres.map /places 1
is degrees.map /places 1
expect 0 "$vpr" localize --database metres.map --queries town/queries/fog --top 1

# Codes of GeM's descriptors, none of which has a value below 0.
expect 0 "$vpr" map create codes.map "${model[@]}" --descriptors binary town/database
printed "their binary codes are all equal"

# Descriptors of bits are kept as bits: the same answers as the photos', those at one distance in the same order, and the same loops.
bits=(--model selavprpp --weights seed:1 --size 28)
expect 0 "$vpr" localize "${bits[@]}" --database town/database --queries town/queries --top 8 --csv bits.csv
cut -d, -f1,4 bits.csv | uniq -d | grep -q . || fail "no two places are at one distance"
expect 0 "$vpr" map create bits.map "${bits[@]}" town/database
is bits.map /descriptors '"binary"'
expect 0 "$vpr" map query bits.map town/queries --top 8 --csv query_bits.csv
same <(cut -d, -f1-4 query_bits.csv) bits.csv
expect 0 "$vpr" localize --database bits.map --queries town/queries --top 8 --csv of_bits.csv
same of_bits.csv bits.csv
expect 0 "$vpr" describe "${bits[@]}" --out B.npy town/database
expect 0 "$vpr" localize "${bits[@]}" --database B.npy --queries town/queries --top 8 --csv of_bits.csv --force
same of_bits.csv bits.csv
expect 0 "$vpr" loop "${bits[@]}" --threshold 0 --gap 1 --csv loops.csv town/database
expect 0 "$vpr" loop --threshold 0 --gap 1 --csv of_loops.csv bits.map
[ "$(wc -l <loops.csv)" -gt 1 ] || fail "no loops"
same <(cut -d, -f1-3 of_loops.csv) <(cut -d, -f1-3 loops.csv)
expect 2 "$vpr" map create numbers.map "${bits[@]}" --descriptors float32 town/database
printed "--descriptors float32 is of numbers, and the descriptors of selavprpp are bits"
[ ! -e numbers.map ] || fail "a map of what was refused"

# PCA and vocabulary are in the map.
expect 0 "$vpr" pca D.npy --dimensions 4 --out pca.safetensors
expect 0 "$vpr" localize "${model[@]}" --pca pca.safetensors --database town/database --queries town/queries/fog --csv pca.csv
expect 0 "$vpr" map create pca.map "${model[@]}" --pca pca.safetensors
is pca.map /dimensions 4
rm pca.safetensors
expect 0 "$vpr" map add pca.map town/database
expect 0 "$vpr" map query pca.map town/queries/fog --csv of_pca.csv
same <(cut -d, -f1-4 of_pca.csv) pca.csv
words=(--model dinov2-vits14+vlad --words 4 --block 3 "${model[@]:2}")
expect 0 "$vpr" localize "${words[@]}" --database town/database --queries town/queries/fog --csv words.csv
expect 0 "$vpr" map create words.map "${words[@]}" town/database
expect 0 "$vpr" map query words.map town/queries/fog --csv of_words.csv
same <(cut -d, -f1-4 of_words.csv) words.csv

# Local features in the map re-rank as those of the photos do.
local=(--local patches --local-block 3 --local-facet key --local-precision f32)
expect 0 "$vpr" localize "${model[@]}" --database town/database --queries town/queries --top 4 --rerank 3 "${local[@]}" --csv reranked.csv
expect 0 "$vpr" map create local.map "${model[@]}" "${local[@]}" "$(find town/database -type f | sort | head -n 1)"
is local.map /local_features '"patches of block 3 key"'
is local.map /local_precision '"f32"'
expect 0 "$vpr" map add local.map town/database
expect 0 "$vpr" map verify local.map
expect 0 "$vpr" map query local.map town/queries --top 4 --rerank 3 --csv of_local.csv --json of_local.json
same <(cut -d, -f1-5 of_local.csv) reranked.csv
[ "$("$json_value" of_local.json /rerank_score_name)" = '"matches"' ] || fail "what the new score is"
[ "$("$json_value" of_local.json /local_features)" = '"patches of block 3 key"' ] || fail "what places were re-ranked by"
expect 0 "$vpr" loop --threshold 0 --gap 1 --rerank 2 local.map
expect 2 "$vpr" loop --threshold 0 --gap 1 --rerank 2 --weights w.safetensors local.map
printed "--weights is of a model, which local.map's local features are compared without"
# A rule of decision goes by the scores that it was measured on.
expect 0 "$vpr" evaluate "${model[@]}" --database town/database --queries town/queries --recall 1 --save-decision rule.json
expect 0 "$vpr" map decide local.map rule.json
expect 0 "$vpr" map query local.map town/queries --top 4 --csv decided.csv
head -n 1 decided.csv | grep -q "decision,probability" || fail "the columns of a decision"
expect 0 "$vpr" map query local.map town/queries --top 4 --rerank 3 --csv of_local.csv --force
printed "local.map: its rule of decision is left out: it was measured on descriptors' scores"
same <(cut -d, -f1-5 of_local.csv) reranked.csv
expect 2 "$vpr" map decide codes.map rule.json
printed "takes the larger of two scores to be better, and these answers' score is the Hamming distance"
# A matcher that was learned comes with the model, and finds in a map what it finds in photos.
glue=(--model superglue --weights seed:1 --size 64 --local head)
expect 0 "$vpr" map create glue.map "${glue[@]}" town/database
expect 0 "$vpr" loop "${glue[@]}" --threshold -1 --gap 1 --rerank 3 --csv glue.csv --json glue.json town/database
[ "$("$json_value" glue.json /rerank_score_name)" = '"matched keypoints"' ] || fail "what the score is"
[ "$(wc -l <glue.csv)" -gt 1 ] || fail "no loops"
for weights_again in "" "--weights seed:1"; do
  # shellcheck disable=SC2086  # words
  expect 0 "$vpr" loop $weights_again --threshold -1 --gap 1 --rerank 3 --csv of_glue.csv --force glue.map
  same <(cut -d, -f1-4 of_glue.csv) <(cut -d, -f1-4 glue.csv)
done
expect 2 "$vpr" loop --weights seed:2 --threshold -1 --gap 1 --rerank 3 glue.map
printed "glue.map is described with seed:1"
expect 2 "$vpr" map query pca.map town/queries/fog --rerank 3
printed "pca.map: its places have no local features"
expect 0 "$vpr" map create plain.map "${model[@]}" town/database
expect 2 "$vpr" map merge plain.map local.map
printed "do not keep the same local features"
expect 0 "$vpr" map create coarse_local.map "${model[@]}" "${local[@]:0:2}" town/database
expect 0 "$vpr" map create half_local.map "${model[@]}" "${local[@]:0:2}" --local-precision f16 town/database
expect 0 "$vpr" map merge coarse_local.map half_local.map  # f16 is the default
expect 2 "$vpr" map create head.map "${model[@]}" --local head
printed "has no local head"
expect 2 "$vpr" map create block.map "${model[@]}" --local-block 3
printed "--local-block requires --local"

# A map that is to be overwritten stays until the first photos of the new one are described.
mkdir unreadable
echo broken >unreadable/photo.jpg
expect 1 "$vpr" map create plain.map "${model[@]}" --force unreadable
is plain.map /places 8
expect 0 "$vpr" map create plain.map "${model[@]}" --force town/queries
is plain.map /places 32
# Weights that are drawn at random have no file.
expect 0 "$vpr" map create seed.map "${model[@]:0:2}" --weights seed:1 --size 28 town/database
expect 0 "$vpr" map add seed.map town/queries/fog
expect 0 "$vpr" map query seed.map town/queries/fog --top 1
expect 2 "$vpr" map query seed.map town/queries/fog --weights seed:2
printed "seed.map is described with seed:1"

# Whenever adding is killed, what was committed is there and whole, and the same command goes on.
expect 0 "$vpr" map create whole.map "${model[@]}" town
expect 0 "$vpr" map create killed.map "${model[@]}"
killed=0
for after in 1 5 12 20 28 35; do
  "$vpr" map add killed.map --batch 1 town >out.txt 2>err.txt &
  adding=$!
  while kill -0 $adding 2>/dev/null && [ "$("$vpr" map info killed.map --json >info.json && "$json_value" info.json /places)" -lt $after ]; do :; done
  kill -9 $adding 2>/dev/null || true
  wait $adding 2>/dev/null || true
  expect 0 "$vpr" map verify killed.map
  "$vpr" map info killed.map --json >info.json
  count=$("$json_value" info.json /places)
  if [ "$count" -lt $after ]; then fail "$count places, of which $after were committed"; fi
  if [ "$count" -lt 40 ]; then killed=$((killed + 1)); fi
done
[ $killed -ge 3 ] || fail "only $killed of six were killed amid their work"
expect 0 "$vpr" map add killed.map town
printed "$((40 - count)) places added, $count skipped"
expect 0 "$vpr" map query killed.map town/queries --top 40 --csv of_killed.csv
expect 0 "$vpr" map query whole.map town/queries --top 40 --csv of_whole.csv
same of_killed.csv of_whole.csv

# A flipped bit is found and named.
expect 0 "$vpr" map compact killed.map  # so that no page of earlier commits is left
at=$(grep -abo 'map@.jpg' killed.map | tail -n 1 | cut -d: -f1)
printf 'n' | dd of=killed.map bs=1 seek="$at" conv=notrunc 2>/dev/null
expect 1 "$vpr" map verify killed.map
printed "names of the block from place 0"
printf 'no map' >text.map
expect 1 "$vpr" map verify text.map
expect 1 "$vpr" map verify none.map
expect 2 "$vpr" map
printed "which command? There are create add"
expect 2 "$vpr" map find
printed "there is no command 'find'; there are create add"
echo "a map answers as its photos do"
cd / && rm -rf "$folder"
