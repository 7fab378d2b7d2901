#!/usr/bin/env bash
# Usage: usage.sh FOLDER RENDER_A_TOWN PROGRAM... Programs that take arguments say which, and make nothing, where they get others.
set -euo pipefail
folder=$1 town=$2
shift
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
says_usage() {
  local code=0 said
  said=$("$@" 2>&1) || code=$?
  if [ $code != 2 ] || [[ $said != usage:* ]]; then echo "$*: exit code $code: $said"; exit 1; fi
}
for program in "$@"; do
  for arguments in "" --help -h; do says_usage "$program" $arguments; done  # no argument at all, too
done
for arguments in "--help 1" "town one" "town 1 2x" "town -1" "town 1 2 3"; do
  read -ra words <<<"$arguments"
  says_usage "$town" "${words[@]}"
done
[ -z "$(ls -A)" ] || { ls -A; echo "something was made"; exit 1; }
echo "every program says how it is used"
