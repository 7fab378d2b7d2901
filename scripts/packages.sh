# shellcheck shell=bash disable=SC2034  # to be sourced: its variables are used there
# SPDX-License-Identifier: MIT
# What this project needs from Debian, in one place. To be sourced.

build_packages=(g++ cmake ninja-build libeigen3-dev libxtensor-dev nlohmann-json3-dev zlib1g-dev libjpeg-dev libspng-dev libwebp-dev libtiff-dev libgif-dev libheif-dev libxxhash-dev liblmdb-dev libhnswlib-dev libopenmpi-dev libtbb-dev)
program_packages=(libcli11-dev libkainjow-mustache-dev)
test_packages=(catch2 python3)
benchmark_packages=(libbenchmark-dev)
docs_packages=(doxygen mkdocs mkdocs-material)

# A CUDA toolkit brings Thrust; Debian's own is for machines without one.
cuda_headers=${CUDA_PATH:-/usr/local/cuda}/include
if ! [ -e "$cuda_headers/cccl/thrust/version.h" ] && ! [ -e "$cuda_headers/thrust/version.h" ]; then  # of CUDA 13; of 12 and before
  build_packages+=(libthrust-dev)
fi

heading() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# install_packages PACKAGE...: installs those that are missing, with apt-get, as root or through sudo.
install_packages() {
  command -v apt-get >/dev/null ||
    die "this script installs with Debian's apt-get, which is not here. Install what Debian calls $* in this system's way, then build with 'cmake --preset release && cmake --build --preset release' and test with 'ctest --preset release'"
  local package missing=() root=()
  for package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing, and there is neither root nor sudo to install them with: run 'apt-get install ${missing[*]}' as root, then this again"
    root=(sudo)
  fi
  heading "Installing ${missing[*]}"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install ${missing[*]}; its message stands above"
}
