#!/usr/bin/env bash
# Usage: train_recipes.sh VPR RENDER_A_TOWN FOLDER. Two steps of every recipe that the program lists. What is written is evaluated by the line that the
# program prints, and `vpr inspect` names the model that it is of.
set -euo pipefail
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 folder=$3
fresh "$folder"
"$town" town 1 6 >/dev/null
# The same photos on a street, ten in a cell and all looking across it: classes of CosPlace and of EigenPlaces, which come to one group.
awk -F, 'NR == 1 { print "path,east,north,heading" }
         NR > 1 { i = NR - 2; printf "%s,%.1f,4100000.5,0\n", $1, 500010.5 + 450 * int(i / 10) + 0.9 * (i % 10) }' town/poses.csv >town/street.csv

# how_small RECIPE: the smallest network, size and batch that the recipe takes. One that is not known here is trained at its own size.
how_small() {
  local places=(--data town/poses.csv --places 2 --photos 2)
  local mined=(--data town --triplets 1 --negatives 2 --round 4 --pool 8)
  case $1 in
    salad) small=(--backbone dinov2-vits14:1 --size 126 "${places[@]}") ;; # more patches than clusters
    # MegaLoc's own head has 140 million parameters at any size of network.
    megaloc) small=(--model dinov2-vits14:1+salad --size 126 "${places[@]}") ;;
    cricavpr) small=(--backbone dinov2-vits14:2 --size 42 "${places[@]}") ;; # a cell for each of 3x3 regions
    boq | adapter | supervlad | edtformer | selavprpp) small=(--backbone dinov2-vits14:2 --size 28 "${places[@]}") ;;
    selavprpp-hash) small=(--backbone dinov2-vits14:2 --size 28 --weights selavprpp.safetensors "${places[@]}") ;; # its first step's
    image4vpr) small=(--backbone dinov2-vits14-reg:2 --size 28 "${places[@]}") ;;
    head) small=(--model dinov2-vits14:1+gem --size 28 "${places[@]}") ;;
    selavpr) small=(--backbone dinov2-vits14:2 --size 28 "${mined[@]}") ;;
    mixvpr) small=(--backbone resnet18:3 "${places[@]}") ;; # its head is made for 320x320
    convap) small=(--backbone resnet18 --size 64 "${places[@]}") ;;
    cosplace | eigenplaces) small=(--backbone resnet18 --size 64 --data town/street.csv --places 2) ;;
    gcl) small=(--backbone resnet18 --size 64 --data town/poses.csv --places 2) ;;
    netvlad | sfrs) small=(--size 64x80 "${mined[@]}") ;; # VGG-16, conv5 of which is trained
    *) small=("${places[@]}") ;;
  esac
  [[ " ${small[*]} " == *" --weights "* ]] || small+=(--weights seed:1)
}

expect 0 "$vpr" train --help
recipes=$(sed -n '/--recipe/,/--weights/s/^ *\([a-z0-9-]*\): .*/\1/p' out.txt)
[ "$(wc -w <<<"$recipes")" -gt 15 ] || fail "the program lists no recipes: $recipes"
for recipe in $recipes; do
  how_small "$recipe"
  expect 0 "$vpr" train --recipe "$recipe" "${small[@]}" --steps 2 --log "$recipe.csv" --out "$recipe.safetensors" --threads 1
  # A loss of triplets may be 0 where all are told apart already, but not at the first step.
  [ "$(awk -F, 'NR > 1 && $2 < 1e6 && $2 >= 0 && ($2 > 0 || NR > 2)' "$recipe.csv" | wc -l)" = 2 ] || { cat "$recipe.csv"; fail "$recipe: want two finite losses"; }
  line=$(sed -n 's/.*: evaluate it with vpr //p' out.txt)
  model=${line#*--model } && model=${model%% *}
  # shellcheck disable=SC2086 # the line as it is printed
  expect 0 "$vpr" $line --database town/database --queries town/queries/night --threads 1
  printed "recall@1"
  expect 0 "$vpr" inspect "$recipe.safetensors"
  grep -q "^fits:.* $model\( \|\$\)" out.txt || fail "$recipe: inspect does not name $model"
  [[ " ${small[*]} " != *" --size 64x80 "* ]] || printed "metadata size: 64x80" # height and width
done
# Clusters start from photos by any recipe that the model is trained by, or are said to start at random.
train=("$vpr" train --weights seed:1 --places 2 --data town/poses.csv --size 64 --steps 1 --threads 1)
expect 0 "${train[@]}" --recipe gcl --model resnet18:1+netvlad --out pairs.safetensors
printed "aggregator.conv.weight starts from clusters of"
expect 0 "${train[@]}" --recipe gcl --model netvlad-full@resnet18:1 --out full.safetensors
printed "pool.conv.weight starts from clusters of"
expect 0 "${train[@]}" --recipe gcl --model sfrs@resnet18:1 --out sfrs_pairs.safetensors
printed "net_vlad.conv.weight starts from clusters of"
expect 0 "${train[@]}" --recipe gcl --model netvlad-hloc@resnet18:1 --out random.safetensors
printed "the clusters of netvlad-hloc@resnet18:1 start at random"
# shellcheck disable=SC2086
echo "all $(wc -w <<<"$recipes") recipes were trained for two steps; left out: MegaLoc's own head (140 million parameters), SALAD's in its place"
cd / && rm -rf "$folder"
