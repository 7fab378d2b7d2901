#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the documentation: the pages by MkDocs, the reference of the headers by Doxygen. A warning is an error.
# Usage: scripts/docs.sh [FOLDER], build/docs unless given.
set -euo pipefail
out=$(realpath -m "${1:-$(dirname "$0")/../build/docs}")
cd "$(dirname "$0")/.."
source scripts/packages.sh

if ! { command -v mkdocs && command -v doxygen; } >/dev/null; then install_packages "${docs_packages[@]}"; fi
heading "Building the pages"
mkdocs build --quiet --strict --site-dir "$out"
heading "Building the reference"
{ cat docs/Doxyfile; echo "OUTPUT_DIRECTORY = \"$out\""; } | doxygen -
heading "Done: $out/index.html, $out/api/index.html"
