#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compares models on a town, by a list of names and by a file. Usage: compare.sh VPR WEIGHTS TOWN JSON_VALUE FOLDER
set -euo pipefail
vpr=$1 weights=$2 town=$3 value=$4 out=$5
fail() { echo "compare: $*" && exit 1; }
rm -rf "$out" && mkdir -p "$out"
photos=(--database "$town/database" --queries "$town/queries/night" --size 112 --recall "1,2")

"$vpr" evaluate --model dinov2-vits14:2+gem,resnet18+mean --weights seed:3 "${photos[@]}" --json "$out/both.json" --report "$out/both.html" >"$out/both.txt" \
  2>"$out/both.err"
for model in dinov2-vits14:2+gem resnet18+mean; do grep -q "^$model " "$out/both.txt" || fail "the line of $model is missing"; done
grep -q 'resnet18+mean' "$out/both.html" || fail "the page lacks a model"

# Each figure is that of the model alone, and is known before the last is measured.
"$vpr" evaluate --model resnet18+mean --weights seed:3 "${photos[@]}" --json "$out/one.json" >"$out/one.txt"
[ "$("$value" "$out/both.json" /models/1/recall)" = "$("$value" "$out/one.json" /recall)" ] || fail "recall beside another model differs"
[ "$("$value" "$out/both.json" /models/1/dimensions)" = 512 ] || fail "wrong dimensions"
for model in dinov2-vits14:2+gem resnet18+mean; do grep -q "^vpr: $model: recall@1 [01][.][0-9]*, recall@2" "$out/both.err" || fail "what $model comes to is not said at once"; done

# Words are of those models that need some; where none does, options for them are refused.
"$vpr" evaluate --model dinov2-vits14:2+vlad,resnet18+mean --weights seed:3 --words 4 "${photos[@]:0:6}" --recall 1,9 >"$out/words.txt" 2>"$out/words.err"
grep -q '^resnet18+mean ' "$out/words.txt" || fail "a model without words is not measured beside one with words"
[ "$(grep -c 'recall@9 is left out' "$out/words.err")" = 1 ] || fail "what is left out of every model is not said once"
if "$vpr" evaluate --model resnet18+gem,resnet18+mean --weights seed:3 --words 4 "${photos[@]}" 2>"$out/none.err"; then fail "words that no model needs passed"; fi
grep -q -- '--words is of words' "$out/none.err" || fail "words that no model needs are not named"

cat >"$out/models.txt" <<END
# a comment

dinov2-vits14+gem "$weights" --block 1 --facet value
dinov2-vits14+gem "$weights" --rerank 2
END
"$vpr" evaluate --models "$out/models.txt" "${photos[@]}" --json "$out/file.json" >"$out/file.txt" 2>"$out/file.err"
[ "$("$value" "$out/file.json" /models/0/facet)" = '"value"' ] || fail "a line's options are not those of its model"
[ "$("$value" "$out/file.json" /models/1/reranked)" = 2 ] || fail "a line's re-ranking is lost"

# One that cannot be measured is named, before the others are measured where it does not exist.
if "$vpr" evaluate --model "resnet18+mean, nothing+gem" --weights seed:3 "${photos[@]}" --json "$out/some.json" >"$out/some.txt" 2>"$out/some.err"; then fail "a model that does not exist passed"; fi
grep -q '^resnet18+mean ' "$out/some.txt" || fail "the good model was not measured"
grep -q '1 of 2 models could not be measured' "$out/some.err" || fail "the bad model is not named"
grep -q "nothing+gem: there is no backbone 'nothing'" "$out/some.err" || fail "what is wrong with the bad model is not said"
[ "$(head -n 1 "$out/some.err" | cut -c1-35)" = "vpr: nothing+gem cannot be measured" ] || fail "the bad model is not named first"

[ "$("$value" "$out/some.json" /failed/0/name)" = '"nothing+gem"' ] || fail "JSON lacks the bad model"
echo "resnet18+mean $out/no-such.pth" >"$out/missing.txt"
rc=0 && "$vpr" evaluate --models "$out/missing.txt" "${photos[@]}" --json /dev/stdout >"$out/missing.json" 2>"$out/missing.err" || rc=$?
[ $rc = 1 ] || fail "missing weights end with $rc"
[ "$("$value" "$out/missing.json" /failed/0/name)" = '"resnet18+mean no-such.pth"' ] || fail "standard output is not the JSON alone"
if "$vpr" evaluate --model resnet18+mean,,resnet18+gem --weights seed:1 "${photos[@]}" 2>"$out/empty.err"; then fail "an empty name passed"; fi
grep -q "a name is empty" "$out/empty.err" || fail "an empty name is not called so"

echo "resnet18+mean seed:1 --json x" >"$out/wrong.txt"
if "$vpr" evaluate --models "$out/wrong.txt" "${photos[@]}" 2>"$out/wrong.err"; then fail "a wrong option passed"; fi
grep -q "line 1: there is no option '--json' of a model" "$out/wrong.err" || fail "the wrong line is not named"
if "$vpr" evaluate --models "$out/models.txt" --model resnet18+mean --weights seed:1 "${photos[@]}" 2>/dev/null; then fail "--models and --model passed"; fi
echo "models are compared on the same photos"
