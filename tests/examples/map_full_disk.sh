#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Usage: map_full_disk.sh VPR RENDER_A_TOWN WEIGHTS JSON_VALUE FOLDER. Where a disk is full, or a file reaches the limit on its size, `vpr map` says so, the map stays at its last
# commit, is whole and answers; once there is room the same command goes on. The disk is a file system of 2 MB in memory, where one can be mounted.
set -euo pipefail
if [ "${own_mounts-}" != yes ] && unshare --map-root-user --mount true 2>/dev/null; then
  own_mounts=yes exec unshare --map-root-user --mount bash "$0" "$@"  # what is mounted goes with the last process
fi
# shellcheck source=tests/examples/commands.sh
source "$(dirname "$0")/commands.sh"
vpr=$1 town=$2 weights=$3 json_value=$4 folder=$5
fresh "$folder"
"$town" town 1 24 >/dev/null  # 24 photos, and 96 to add
model=(--model dinov2-vits14:1+gem --weights "$weights" --size 28)

places() { "$vpr" map info "$1" --json >info.json && "$json_value" info.json /places; }
answers() { "$vpr" map query "$1" town/queries/night --top 40 --csv answers.csv --force >/dev/null && cut -d, -f1-4 answers.csv; }
# Photos are added one by one in room for some of them: up to 64 places a commit writes 100 KB, which those before it left free, and then 200 KB.
room=60000
# keeps MAP PLACES: it has so many, and is whole
keeps() {
  expect 0 "$vpr" map verify "$1"
  [ "$(places "$1")" = "$2" ] || fail "$1 has $(places "$1") places, of which $2 were committed"
  answers "$1" >some.txt
  [ "$(wc -l <some.txt)" -gt 1 ] || fail "$1 does not answer"
}
"$vpr" map create whole.map "${model[@]}" town/database >/dev/null
"$vpr" map add whole.map town/queries >/dev/null
answers whole.map >whole.txt

# A limit on the size of files.
expect 0 "$vpr" map create limited.map "${model[@]}" town/database
limited() { (trap '' XFSZ; ulimit -f $((($(stat -c %s limited.map) + room) / 1024)); exec "$@"); }
expect 1 limited "$vpr" map add limited.map --batch 1 town/queries
printed "limited.map: cannot be written"
printed "no room on the disk, or within the limit on a file's size (ulimit -f); the map is as the last commit left it"
kept=$(places limited.map)
if [ "$kept" -le 24 ] || [ "$kept" -ge 120 ]; then fail "$kept places within the limit"; fi
keeps limited.map "$kept"
expect 0 "$vpr" map add limited.map town/queries
printed "$((120 - kept)) places added, $((kept - 24)) skipped"
same <(answers limited.map) whole.txt

# A small disk.
mkdir disk
if [ "${own_mounts-}" != yes ] || ! mount -t tmpfs -o size=2m none disk 2>mount.txt; then
  echo "a full disk left the map whole: by a limit on files alone, no file system can be mounted here"
  exit 0
fi
left() { df --output=avail -B 1 disk | tail -n 1; }
expect 0 "$vpr" map create disk/m.map "${model[@]}" town/database
head -c "$(($(left) - room))" /dev/zero >disk/filler
expect 1 "$vpr" map add disk/m.map --batch 1 town/queries
printed "disk/m.map: cannot be written"
printed "no room on the disk"
printed "the map is as the last commit left it"
kept=$(places disk/m.map)
if [ "$kept" -le 24 ] || [ "$kept" -ge 120 ]; then fail "$kept places on the full disk"; fi
keeps disk/m.map "$kept"
head -c "$(left)" /dev/zero >disk/rest  # not a byte is left
for command in "add disk/m.map town/queries" "compact disk/m.map" "remove disk/m.map 0"; do
  # shellcheck disable=SC2086  # words
  expect 1 "$vpr" map $command
  printed "disk/m.map"
  keeps disk/m.map "$kept"
done
expect 1 "$vpr" map create disk/new.map "${model[@]}" town/database
printed "disk/new.map"
[ "$(find disk -type f | sort | tr '\n' ' ')" = "disk/filler disk/m.map disk/m.map-lock disk/rest " ] || fail "left behind: $(ls disk)"
if "$vpr" --version | grep -q "\bhnsw\b"; then
  expect 0 "$vpr" map query disk/m.map --hnsw town/queries/night  # without keeping the graph
  printed "disk/m.map.hnsw: cannot be written"
  [ ! -e disk/m.map.hnsw ] || fail "half a graph"
fi
rm disk/filler disk/rest
expect 0 "$vpr" map add disk/m.map town/queries
printed "$((120 - kept)) places added, $((kept - 24)) skipped"
same <(answers disk/m.map) whole.txt
expect 0 "$vpr" map verify disk/m.map
echo "a full disk left the map whole: a limit on files, and a small file system"
