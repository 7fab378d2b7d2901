#!/usr/bin/env bash
# Usage: version.sh REPOSITORY. Fails where version.hpp, CHANGELOG.md, CITATION.cff and a tag of this commit do not agree.
set -euo pipefail
cd "$1"
number() { sed -n "s/^#define VPR_VERSION_$1 \([0-9]*\)$/\1/p" include/vpr/version.hpp; }
version=$(sed -n 's/^#define VPR_VERSION "\(.*\)"$/\1/p' include/vpr/version.hpp)
bad=0
differs() { echo "$1, but include/vpr/version.hpp says VPR_VERSION \"$version\""; bad=1; }

numbers=$(number MAJOR).$(number MINOR).$(number PATCH)
[ "$numbers" = "$version" ] || differs "VPR_VERSION_MAJOR, _MINOR and _PATCH are $numbers"
cited=$(sed -n 's/^version: *//p' CITATION.cff)
[ "$cited" = "$version" ] || differs "CITATION.cff says $cited"
changed=$(sed -n 's/^## \[\([0-9][0-9.]*\)\].*/\1/p' CHANGELOG.md | head -n 1)
[ "$changed" = "$version" ] || differs "the newest version of CHANGELOG.md is $changed"
grep -q '^## \[Unreleased\]$' CHANGELOG.md || { echo "CHANGELOG.md has no section [Unreleased]"; bad=1; }
for tag in $(git tag --points-at HEAD 'v[0-9]*' 2>/dev/null || true); do
  [ "$tag" = "v$version" ] || differs "this commit is tagged $tag"
done
exit $bad
