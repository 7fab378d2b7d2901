#!/usr/bin/env bash
# Usage: town_drives.sh WEIGHTS LOOP_CLOSING MULTI_SESSION TWO_ROBOTS FOLDER. With a trained network, on the rendered town: every loop is right; at night sequence matching and the
# Bayes filter are both better than single frames; the overlaps of two robots are as certain as they are right.
set -euo pipefail
weights=$1 folder=$5
if [ ! -f "$weights" ]; then
  echo "skipped: there are no trained weights at $weights"
  exit 77
fi
rm -rf "$folder"
mkdir -p "$folder"
fail() { echo "$*" >&2; exit 1; }

said=$("$2" "$weights" "$folder/loops.html" | tail -n 1)
echo "$said"
awk '{ for (i = 1; i < NF; ++i) { if ($i == "precision") precision = $(i + 1) + 0; if ($i == "recall") recall = $(i + 1) + 0 } }
     END { exit !(precision == 1 && recall >= 0.3) }' <<<"$said" || fail "loops: precision 1 and a recall of 0.3 were expected"

said=$("$3" "$weights" "$folder/sessions.map" "$folder/sessions.html" | head -n 1)
echo "$said"
awk -F'[ ,]+' '{ for (i = 1; i < NF; ++i) { if ($i == "frames" && $(i - 1) == "single") single = $(i + 1); if ($i == "matching") sequence = $(i + 1); if ($i == "filter") bayes = $(i + 1) } }
     END { exit !(sequence > single + 0.1 && bayes > single + 0.1) }' <<<"$said" || fail "sequences were expected to be better than single frames"

said=$("$4" "$weights" "$folder/robots" | tail -n 1)
echo "$said"
awk '{ exit !($1 >= 20 && $3 >= 0.9 * $1) }' <<<"$said" || fail "at least 20 overlaps were expected, nine in ten of them right"
for page in loops.html sessions.html robots/overlaps.html; do
  grep -q "<svg" "$folder/$page" || fail "$page has no drawing"
done
echo "drives through the town are as they should be"
