#!/usr/bin/env bash
# Usage: old_standard.sh COMPILER INCLUDE. Fails where a header compiled as C++17 does not say first, and nearly alone, what to do.
set -euo pipefail
cd "$2"
bad=0
while read -r header; do
  errors=$("$1" -std=c++17 -fsyntax-only -x c++ -I . - <<<"#include <$header>" 2>&1 | grep -E '(error|fatal error): ' || true)
  if [[ $(head -n 1 <<<"$errors") != *"vpr is written in C++20: compile with -std=c++20"* ]] || [ "$(wc -l <<<"$errors")" -gt 2 ]; then
    echo "$header, compiled as C++17, says: $(head -n 3 <<<"$errors")"
    bad=1
  fi
done < <(find vpr -maxdepth 1 -name '*.hpp' ! -name version.hpp; ls vpr/*/concept.hpp)

# The headers that those do not reach say so too: all begin with one that includes core/requirements.hpp.
while read -r header; do
  echo "$header includes no header of this library: it needs #include <vpr/core/requirements.hpp>"
  bad=1
done < <(find vpr -name '*.hpp' ! -path vpr/version.hpp ! -path vpr/core/requirements.hpp -exec grep -L '^#include <vpr/' {} +)
exit $bad
