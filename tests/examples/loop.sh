#!/usr/bin/env bash
# Usage: loop.sh VPR RENDER_A_TOWN WEIGHTS JSON_VALUE FOLDER [PUT_FEATURES]. Loops of photos are those of their descriptors and of their map; a rule of decision is measured, kept and
# applied; what does not fit together is refused.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 weights=$3 json_value=$4 folder=$5 put_features=${6-}
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

# Candidates are verified by local features, with localize's scores, wherever those are kept.
verified=(--gap 7 --threshold 0 --suppression 0 --rerank 8)
expect 0 "$vpr" loop "${model[@]:0:4}" --size 56 "${verified[@]}" --local-precision f32 --csv reranked.csv --json reranked.json town/database again
head -n 1 reranked.csv | grep -qx "frame,match,score,rerank_score,probability,frame_name,match_name" || fail "the columns"
[ "$("$json_value" reranked.json /rerank_score_name)" = '"matches"' ] || fail "what the score is"
[ "$("$json_value" reranked.json /reranked)" = 8 ] || fail "how many are verified"
expect 0 "$vpr" localize "${model[@]:0:4}" --size 56 --database town/database --queries again --top 8 --rerank 8 --local-precision f32 --csv localized.csv
for pair in 8,0 12,3 15,2; do
  line=$(grep "^$pair," reranked.csv)
  score=$(cut -d, -f4 <<<"$line") names=$(cut -d, -f6,7 <<<"$line")
  [ "$(awk -F, -v names="$names" '$1 "," $3 == names { print $5 }' localized.csv)" = "$score" ] || fail "another score than localize's of $pair"
done
expect 0 "$vpr" loop "${model[@]:0:4}" --size 56 "${verified[@]}" --local-store disk --local-precision f32 --csv disk.csv town/database again
same disk.csv reranked.csv
expect 0 "$vpr" loop "${model[@]:0:4}" --size 56 "${verified[@]}" --local-store none --csv none.csv town/database again
same none.csv reranked.csv
expect 0 "$vpr" loop "${model[@]:0:4}" --size 56 "${verified[@]}" --least-score 16 --csv sure.csv --json sure.json town/database again
[ "$(pairs sure.csv)" = "$(pairs photos.csv)" ] || fail "the best scores are the true loops"
[ "$("$json_value" sure.json /loops/0/rerank_score)" = 16.0 ] || fail "the score in JSON"
if [ -f m.map ]; then
  expect 2 "$vpr" loop "${verified[@]}" m.map
  printed "m.map: place 0 has no local features, which --rerank compares: give the photos in place of the map"
  expect 0 "$put_features" m.map
  expect 0 "$vpr" loop "${verified[@]}" --least-score 16 --csv of_map.csv m.map
  [ "$(pairs of_map.csv)" = "$(pairs photos.csv)" ] || fail "places of one name have the same features"
  rm of_map.csv
  expect 2 "$vpr" loop "${verified[@]}" --local patches m.map
  printed "compared as it keeps them"
fi
expect 2 "$vpr" loop "${verified[@]}" D.npy
printed "--rerank compares photos"
expect 2 "$vpr" loop --preset vggt-long "${model[@]}" --rerank 8 town/database again
printed "--rerank does not go with --preset vggt-long"
expect 2 "$vpr" loop "${model[@]}" --threshold 0 --least-score 3 town/database again

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
