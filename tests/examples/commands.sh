# shellcheck shell=bash
# What the tests of `vpr` share: source it before `fresh`.

# fresh FOLDER: goes into it, empty.
fresh() {
  rm -rf "$1"
  mkdir -p "$1"
  cd "$1" || exit
}
# fail SENTENCE...: ends the test, with what the last command printed.
fail() {
  for file in out.txt err.txt; do if [ -f $file ]; then cat $file; fi; done
  echo "$*" >&2
  exit 1
}
# expect CODE COMMAND...: its output into out.txt and err.txt
expect() {
  local code=0 wanted=$1
  shift
  "$@" >out.txt 2>err.txt || code=$?
  [ $code = "$wanted" ] || fail "exit code $code, expected $wanted: $*"
}
# printed TEXT: by the last command that `expect` ran
printed() { grep -qF -- "$1" out.txt err.txt || fail "not printed: $1"; }
same() { cmp "$1" "$2" || fail "$1 and $2 differ"; }
