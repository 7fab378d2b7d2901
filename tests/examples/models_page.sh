#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whether the table of docs/models.md is what `vpr models --markdown` prints; with --write, writes it. Usage: models_page.sh VPR PAGE [--write]
set -euo pipefail
begin='<!-- vpr models --markdown -->' end='<!-- end -->'
if [ "${3:-}" = --write ]; then
  table=$(mktemp)
  "$1" models --markdown >"$table"
  sed -i -e "/^$begin\$/,/^$end\$/{/^$begin\$/{p;r $table
};/^$end\$/p;d}" "$2"
  rm "$table"
fi
if ! diff <(sed -n "/^$begin\$/,/^$end\$/p" "$2" | sed '1d;$d') <("$1" models --markdown); then
  echo "docs/models.md is behind the rows: run tests/examples/models_page.sh VPR PAGE --write" && exit 1
fi
echo "docs/models.md lists every system"
