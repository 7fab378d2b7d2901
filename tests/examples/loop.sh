#!/usr/bin/env bash
# Usage: loop.sh VPR RENDER_A_TOWN WEIGHTS JSON_VALUE FOLDER. Loops of photos are those of their descriptors and of their map; a rule of decision is measured, kept and
# applied; what does not fit together is refused.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 weights=$3 json_value=$4 folder=$5
fresh "$folder"
"$town" town 1 8 >/dev/null
ln "$weights" w.safetensors 2>/dev/null || cp "$weights" w.safetensors
model=(--model dinov2-vits14+gem --weights w.safetensors --size 28)

pairs() { tail -n +2 "$1" | cut -d, -f1,2; }


# A drive that comes by its eight places twice.
cp -r town/database again
settings=(--gap 7 --threshold 0.9999 --suppression 0)
expect 0 "$vpr" loop "${model[@]}" "${settings[@]}" --csv photos.csv --json photos.json town/database again
printed "how many of them are wrong is not known"
[ "$(pairs photos.csv)" = "$(for i in 0 1 2 3 4 5 6 7; do echo "$((i + 8)),$i"; done)" ] || fail "the second round finds the first"
head -n 1 photos.csv | grep -qx "frame,match,score,probability,frame_name,match_name" || fail "the columns"
[ "$("$json_value" photos.json /frames)" = 16 ] || fail "the frames"
[ "$("$json_value" photos.json /calibrated)" = false ] || fail "calibrated"
[ "$("$json_value" photos.json /loops/0/frame)" = 8 ] || fail "a loop in JSON"

# Descriptors on disk and a map's have the same loops.
expect 0 "$vpr" describe "${model[@]}" --out D.npy town/database again
expect 0 "$vpr" loop "${settings[@]}" --csv matrix.csv D.npy
same photos.csv matrix.csv
if "$vpr" --version | grep -q "\bmap\b"; then
  expect 0 "$vpr" map create m.map "${model[@]}" --session first town/database
  expect 0 "$vpr" map add m.map --session second again
  expect 0 "$vpr" loop "${settings[@]}" --csv map.csv m.map
  same <(pairs map.csv) <(pairs photos.csv)
  head -n 1 map.csv | grep -q "frame_id,match_id" || fail "a map's ids"
  expect 0 "$vpr" loop "${settings[@]}" --session first --csv one.csv m.map
  [ -z "$(pairs one.csv)" ] || fail "one session has no loops"
  expect 2 "$vpr" loop "${settings[@]}" --session third m.map
  printed "has no session 'third'"
fi

# Presets: pairs by the descriptors alone, from photos as from the matrix; thresholds may be changed.
expect 0 "$vpr" loop --preset vggt-long --gap 5 --suppression 0 --threshold 0.9999 --csv long.csv D.npy
same <(pairs long.csv | sort) <(pairs photos.csv | sort)
expect 0 "$vpr" loop --preset vggt-long "${model[@]}" --gap 5 --suppression 0 --threshold 0.9999 --csv long_photos.csv town/database again
same long.csv long_photos.csv
expect 0 "$vpr" loop --preset vggt-slam --submap 4 --overlap 0 --csv slam.csv D.npy
[ "$(pairs slam.csv | wc -l)" = 2 ] || fail "of four submaps the last two have a loop each"
expect 0 "$vpr" loop --preset vggt-slam --csv few.csv D.npy
[ -z "$(pairs few.csv)" ] || fail "sixteen frames are one submap"
for sequence in matching bayes; do
  expect 0 "$vpr" loop --sequence $sequence --gap 7 --threshold 0.1 --csv $sequence.csv D.npy
done

# A rule is measured, applied, and kept with a map.
expect 0 "$vpr" evaluate "${model[@]}" --database town/database --queries town/queries --recall 1 --save-decision rule.json
printed "decision: accepts"
[ "$("$json_value" rule.json /measured/answers)" = 32 ] || fail "how it was measured"
accepted=$("$json_value" rule.json /measured/accepted)
expect 0 "$vpr" localize "${model[@]}" --database town/database --queries town/queries --top 8 --decision rule.json --csv decided.csv --json decided.json
head -n 1 decided.csv | grep -qx "query,rank,database,score,decision,probability" || fail "the columns of a decision"
[ "$(grep -c ,accept, decided.csv)" = "$accepted" ] || fail "accepted answers"
[ "$(grep -c ,reject, decided.csv)" = $((32 - accepted)) ] || fail "rejected answers"
"$json_value" decided.json /queries/0/decision | grep -q 'accept\|reject' || fail "a decision in JSON"
expect 0 "$vpr" loop "${model[@]}" --gap 7 --decision rule.json --json ruled.json town/database again
[ "$("$json_value" ruled.json /calibrated)" = true ] || fail "a rule that was measured"
if [ -f m.map ]; then
  expect 0 "$vpr" map decide m.map rule.json
  printed "measured on 32 queries"
  expect 0 "$vpr" map query m.map town/queries --csv of_map.csv
  head -n 1 of_map.csv | grep -qx "query,rank,database,score,id,session,decision,probability" || fail "a map's decision"
  expect 0 "$vpr" loop --gap 7 --json kept.json m.map
  [ "$("$json_value" kept.json /calibrated)" = true ] || fail "the rule that the map keeps"
  "$vpr" map info m.map --json >info.json
  [ "$("$json_value" info.json /decision/measured/answers)" = 32 ] || fail "info"
fi

# What does not fit is refused.
expect 2 "$vpr" loop D.npy
printed "which pairs are loops?"
expect 2 "$vpr" loop --threshold 0.5 town/database
printed "give --model and --weights"
expect 2 "$vpr" loop --preset vggt-slam --gap 3 D.npy
printed "--gap does not go with --preset vggt-slam"
expect 2 "$vpr" loop --preset vggt-long --sequence bayes D.npy
expect 2 "$vpr" loop --submap 3 --threshold 0.5 D.npy
printed "--submap goes with --preset vggt-slam"
expect 2 "$vpr" loop --preset other D.npy
expect 2 "$vpr" loop --threshold 0.5 --session first D.npy
expect 2 "$vpr" localize "${model[@]}" --size 42 --database town/database --queries town/queries --decision rule.json
expect 2 "$vpr" loop --preset vggt-long --csv D.npy D.npy
printed "is read by this command"
echo "loops are found, and decided about"
