#!/usr/bin/env bash
# Usage: folder_order.sh INCLUDE/VPR. Fails, naming file and line, where a header includes a folder that stands after its own in this list.
set -euo pipefail
order="core backend ops autograd layer io image backbone adapter aggregator index local matcher loss train dataset eval loop dist model map"

cd "$1"
# shellcheck disable=SC2016  # $0 is awk's
find . -name '*.hpp' ! -path ./vpr.hpp ! -path ./version.hpp | sort | xargs awk -v order="$order" '
  BEGIN { n = split(order, names, " "); for (i = 1; i <= n; ++i) rank[names[i]] = i }
  function refuse(text) { print FILENAME ":" FNR ": " text; bad = 1 }
  FNR == 1 {
    split(FILENAME, path, /[\/.]/); folder = path[3]
    if (!(folder in rank)) refuse("folder " folder " is not in the order")
  }
  /^ *# *include *[<"]vpr\// {
    included = $0; sub(/.*[<"]vpr\//, "", included); sub(/[\/.].*/, "", included)
    ++seen
    if (included == "version") next
    if (!(included in rank)) refuse(folder " includes " included ", which is not in the order")
    else if (rank[included] > rank[folder]) refuse(folder " includes " included ", which stands after it: " order)
  }
  END { if (!seen) { print "no include was read"; bad = 1 }; exit bad }'
