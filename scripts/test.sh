#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing (Debian, apt), builds every program and runs every test. Usage: scripts/test.sh [OPTION OF CTEST]...
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

install_packages "${build_packages[@]}" "${program_packages[@]}" "${test_packages[@]}" "${benchmark_packages[@]}"
heading "Building into build/release"
cmake --preset release
cmake --build --preset release --parallel "$(nproc)"
heading "Running the tests"
ctest --preset release --parallel "$(nproc)" "$@"
