#!/usr/bin/env bash
# Usage: component_sentences.sh INCLUDE COMPONENTS. Fails where a header that needs a component does not say, for that component, which CMake target and
# which macro bring it, and which Debian packages COMPONENTS (cmake/VprComponents.cmake) names.
set -euo pipefail
cd "$1"
bad=0 seen=0
while IFS=: read -r header line macro; do
  component=$(tr '[:upper:]' '[:lower:]' <<<"${macro##*VPR_WITH_}")
  debian=$(sed -n "s/^set(vpr_${component}_debian \(.*\))/\1/p" "$2" | tr -d '"')
  said=$(sed -n "$((line + 1)),$((line + 2))p" "$header")
  [[ $said == *'#error'* ]] || continue
  seen=$((seen + 1))
  for sentence in "\"$header needs the component $component: link the CMake target vpr::$component, or, without CMake, compile with -DVPR_WITH_" \
    "-DVPR_WITH_${component^^} " "(Debian: $debian)\""; do
    [[ $said == *"$sentence"* ]] || { echo "$header, line $((line + 1)), lacks: $sentence"; bad=1; }
  done
done < <(grep -rn '^#ifndef VPR_WITH_' vpr)
[ $seen -gt 0 ] || { echo "no header needs a component"; bad=1; }
exit $bad
