#!/usr/bin/env bash
# Usage: positions.sh VPR WEIGHTS TOWN JSON_VALUE FOLDER. Positions in a unit that is not metres are refused or warned of, and an evaluation says how far they reach
# and what chance alone would find.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 weights=$2 town=$3 json_value=$4 folder=$5
fresh "$folder"
evaluate() {
  local wanted=$1 code=0
  shift
  "$vpr" evaluate --model dinov2-vits14+cls --weights "$weights" --size 28 --recall 1 --json found.json --report page.html --force "$@" >out.txt 2>err.txt || code=$?
  [ $code = "$wanted" ] || fail "exit code $code, expected $wanted: $*"
}
is() { [ "$("$json_value" found.json "$1")" = "$2" ] || fail "$1 is $("$json_value" found.json "$1"), expected $2"; }
# table COLUMNS SCALE: the town's photos with their positions in another unit
table() {
  for part in database queries; do
    { echo "path,$1"; awk -F, -v part=$part -v scale="$2" -v town="$town" 'NR > 1 && index($1, part) == 1 { printf "%s/%s,%.9f,%.9f%s\n", town, $1, $4 * scale, $5 * scale, "'"${3-}"'" }' \
      "$town/poses.csv"; } >$part.csv
  done
}

evaluate 0 --database "$town/database" --queries "$town/queries"
! grep -q warning err.txt || fail "a town is warned of"
is /recall_by_chance 0.3333333333333333
grep -Eq "^positions: metres: .*; within [0-9.]+ x [0-9.]+ metres" out.txt || fail "the extent is not told"
grep -q "<dt>extent of positions</dt>" page.html || fail "the report does not tell the extent"

table x,y 1
evaluate 0 --database database.csv --queries queries.csv
! grep -q warning err.txt || fail "metres are warned of"
table x,y 0.001
evaluate 0 --database database.csv --queries queries.csv
is /recall_by_chance 1.0
is /positions '"metres"'
[ "$("$json_value" found.json /positions_extent/0 | cut -c1-2)" = 0. ] || fail "the extent is not in --json"
grep -Eq "warning: recall says little, .* 100% of the queries; all positions lie within 0\.[0-9]+ x 0\.[0-9]+ metres" err.txt || fail "kilometres pass"
cp queries.csv kilometres.csv
table x,y 1
mv kilometres.csv queries.csv
evaluate 0 --database database.csv --queries queries.csv
grep -q "warning: no query has a right answer, so every recall is 0: none lies within 25 metres" err.txt || fail "queries in kilometres pass"
is /recall_of_answerable/1 null
table easting,northing,utm_zone 1 ",10N"
sed -i -E '2,$s/^([^,]*),[0-9]*\.([0-9]+),[0-9]*\.([0-9]+)/\1,500.\2,4180.\3/' database.csv queries.csv
evaluate 1 --database database.csv --queries queries.csv
grep -q "kilometres" err.txt || fail "kilometres of a UTM zone are not named"
evaluate 0 --database database.csv --queries queries.csv --positions metres

# Photos of which some have no position: a search answers, and an evaluation, which needs them all, names one.
for part in database queries; do
  mkdir -p partly/$part
  mapfile -t photos < <(find "$town/$part" -type f | sort | sed -n 1,2p)
  cp "${photos[0]}" "partly/$part/@500000@4100000@.${photos[0]##*.}"
  cp "${photos[1]}" "partly/$part/plain.${photos[1]##*.}"
done
expect 0 "$vpr" localize --model dinov2-vits14+cls --weights "$weights" --size 28 --top 2 --database partly/database --queries partly/queries --csv partly.csv --report partly.html
[ "$(wc -l <partly.csv)" = 5 ] || { cat partly.csv; fail "two queries have not two answers each"; }
evaluate 2 --database partly/database --queries partly/queries
grep -q "plain.*: its position is not known" err.txt || fail "the photo without a position is not named"
echo "positions in another unit are not taken for metres in silence"
cd / && rm -rf "$folder"
