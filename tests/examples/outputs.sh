#!/usr/bin/env bash
# Usage: outputs.sh VPR WEIGHTS TOWN FAULTS FOLDER. No command overwrites what is there unasked, nor ever what it reads, and this is known before anything is computed.
set -euo pipefail
vpr=$1 weights=$2 town=$3 faults=$4 folder=$5
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
cp "$weights" w.safetensors
cp "$town"/database/*000_map@.jpg photo.jpg
printf 'path,place\nphoto.jpg,1\n' >list.csv
echo photo.jpg >list.txt
model=(--model dinov2-vits14+cls --weights w.safetensors --size 28)
sets=(--database list.csv --queries list.csv)

fail() { cat said; echo "$*" >&2; exit 1; }
# refused CODE TEXT COMMAND...: at once, leaving every file as it is
refused() {
  local wanted=$1 text=$2 code=0
  shift 2
  md5sum -- * >../sums
  "$vpr" "$@" >../said 2>&1 || code=$?
  mv ../said said
  if [ $code != "$wanted" ] || ! grep -qF -- "$text" said; then fail "exit code $code, expected $wanted and '$text': $*"; fi
  ! grep -q descriptors said || fail "it was computed: $*"
  rm said
  md5sum --quiet -c ../sums && rm ../sums
}

# What is there stays, but for an empty file.
: >new.npy
"$vpr" describe "${model[@]}" --out new.npy photo.jpg
"$vpr" describe "${model[@]}" --out other.npy photo.jpg
cp other.json second.json
for out in new.npy second.npy list.npy; do
  if [ $out = list.npy ]; then echo mine >list.names.txt; fi
  refused 2 "is there already: give another name, or add --force to overwrite it" describe "${model[@]}" --out $out photo.jpg
done
"$vpr" evaluate "${model[@]}" "${sets[@]}" --json e.json --report e.html >out.txt 2>err.txt
"$vpr" localize "${model[@]}" "${sets[@]}" --json l.json --csv l.csv --report l.html >out.txt 2>err.txt
for output in "evaluate --json e.json" "evaluate --report e.html" "localize --json l.json" "localize --csv l.csv" "localize --report l.html"; do
  read -r command option file <<<"$output"
  refused 2 "$file: is there already" "$command" "${model[@]}" "${sets[@]}" "$option" "$file"
done
cp new.npy e.safetensors
refused 2 "e.safetensors: is there already" pca new.npy --dimensions 1 --out e.safetensors
"$vpr" evaluate "${model[@]}" "${sets[@]}" --json e.json --force >out.txt 2>err.txt
"$vpr" describe "${model[@]}" --out new.npy --force photo.jpg
cmp new.npy other.npy

# What is read, or written by another option, is refused whatever is asked.
ln -s w.safetensors weights.npy
ln -s photo.jpg photo.npy
ln -s list.csv link.csv
ln -s new.npy link.safetensors
refused 2 "weights.npy: is read by this command" describe "${model[@]}" --out weights.npy --force photo.jpg
refused 2 "photo.npy: is read by this command" describe "${model[@]}" --out photo.npy --force photo.jpg
refused 2 "link.csv: is read by this command" evaluate "${model[@]}" "${sets[@]}" --json link.csv --force
refused 2 "link.safetensors: is read by this command" pca new.npy --dimensions 1 --out link.safetensors --force
refused 2 "both: would be written twice" evaluate "${model[@]}" "${sets[@]}" --json both --report ./both --force
refused 2 "w.safetensors: is read by this command" train --recipe adapter --backbone dinov2-vits14 --weights w.safetensors --data list.csv --out w.safetensors --force
refused 2 "the name of the file is empty" describe "${model[@]}" --out "" photo.jpg
refused 2 "the name of the file is empty" evaluate "${model[@]}" "${sets[@]}" --json ""
refused 2 "--max-megapixels: got 'nan'" describe "${model[@]}" --max-megapixels nan --out o.npy photo.jpg
refused 2 "--save-vocabulary is of words that are found in photos" describe "${model[@]}" --save-vocabulary words.safetensors --out o.npy photo.jpg

# Behind a symbolic link the file is replaced, not the link.
mkdir behind
"$vpr" describe "${model[@]}" --out behind/d.npy photo.jpg
for file in d.npy d.json d.names.txt; do
  cp behind/$file $file
  : >behind/$file
  ln -s ../behind/$file behind/linked.${file#d.}
done
"$vpr" describe "${model[@]}" --out behind/linked.npy --force photo.jpg
for file in d.npy d.json d.names.txt; do
  if ! [ -L behind/linked.${file#d.} ] || ! cmp behind/$file $file; then fail "the file behind the link of $file was not replaced"; fi
done

# Killed at whichever of its files, a command leaves names missing, and never a new matrix beside the names of an old one.
cp "$town"/queries/night/*000_night* night.jpg
for at in 1 2 3; do
  "$vpr" describe "${model[@]}" --out cut.npy --force photo.jpg
  code=0
  KILLED_AT_RENAME=$at LD_PRELOAD=$faults ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" \
    "$vpr" describe "${model[@]}" --out cut.npy --force night.jpg >said 2>&1 || code=$?
  [ $code = 137 ] || fail "exit code $code at file $at, expected that of a kill"
  [ $at = 1 ] || ! cmp -s cut.npy other.npy || fail "the matrix is the old one at file $at"
  code=0
  "$vpr" localize "${model[@]}" --database cut.npy --queries list.csv >said 2>&1 || code=$?
  if [ $code != 1 ] || ! grep -qF "cut.names.txt: cannot be opened" said; then fail "exit code $code at file $at, expected 1 and missing names"; fi
done

# Devices and pipes are written to as they are.
"$vpr" localize "${model[@]}" "${sets[@]}" --json /dev/stdout >out.txt 2>err.txt
grep -q '"queries"' out.txt || { cat out.txt err.txt; echo "/dev/stdout"; exit 1; }
[ -L /dev/stdout ] || { echo "/dev/stdout was replaced"; exit 1; }
mkfifo pipe
cat pipe >through.txt &
"$vpr" localize "${model[@]}" "${sets[@]}" --csv pipe >out.txt 2>err.txt
wait $!
if ! [ -p pipe ] || ! grep -q "query,rank,database,score" through.txt; then fail "the pipe"; fi
# Not where other files stand beside.
for out in /dev/stdout /dev/null pipe.npy; do
  if [ $out = pipe.npy ]; then mkfifo $out; fi
  code=0
  "$vpr" describe "${model[@]}" --out $out photo.jpg >said 2>&1 || code=$?
  rm -f pipe.npy
  if [ $code != 2 ] || ! grep -qF "$out: is a device, a pipe or an open file" said; then fail "exit code $code, expected 2: --out $out"; fi
done
echo "nothing was overwritten unasked"
cd / && rm -rf "$folder"
