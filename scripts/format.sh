#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Names the C++ files that clang-format 14 would change, and fails if there are any. Other versions format differently and are not used.
# Usage: scripts/format.sh [--fix]   --fix changes those files
# Exits with 77 where clang-format 14 or the list of files that git tracks is not to be had, so that ctest reports a skipped test.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

skip() { echo "skipped: $*"; exit 77; }

formatter=
for candidate in clang-format-14 clang-format; do
  if command -v "$candidate" >/dev/null && [[ $("$candidate" --version) == *" version 14."* ]]; then formatter=$candidate; break; fi
done
[ -n "$formatter" ] || skip "clang-format 14 is not installed (Debian: clang-format-14; anywhere: pip install clang-format==14.0.6)"
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || skip "this is no git checkout"

files=()
while IFS= read -r -d '' file; do
  if [ -f "$file" ]; then files+=("$file"); fi
done < <(git ls-files -z '*.hpp' '*.inl' '*.cpp' '*.cuh' '*.cu')

complaints=$("$formatter" --dry-run "${files[@]}" 2>&1) || die "clang-format failed: $complaints"
changed=$(sed -n 's/:[0-9]*:[0-9]*: warning: code should be clang-formatted.*//p' <<<"$complaints" | uniq)
if [ -z "$changed" ]; then echo "${#files[@]} C++ files are formatted"; exit; fi
echo "$changed"
[ "${1:-}" = --fix ] || die "clang-format 14 would change the files above: run scripts/format.sh --fix"
"$formatter" -i "${files[@]}"
