#!/usr/bin/env bash
# Everything that must hold before a merge. Goes on after a failure, and ends with what failed.
#
#   scripts/verify.sh check   formatting, lints, types, generated files
#   scripts/verify.sh test    ... and every test, the last ones in the app's real webview
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-test}
logs=$PWD/target/verify
mkdir -p "$logs"
rm -f "$logs"/*.log
failed=()
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto} NO_COLOR=1

step() {
  local name=$1 started=$SECONDS
  shift
  printf '\n==> %s\n' "$name"
  if "$@" 2>&1 | tee "$logs/$name.log"; then
    printf '    %s: ok, %d s\n' "$name" $((SECONDS - started))
  else
    failed+=("$name")
    printf '    %s: FAILED, %d s\n' "$name" $((SECONDS - started))
  fi
}

in_ui() { (cd ui && npm run --silent "$@"); }

# Adds up the totals that cargo, vitest and node print.
total() {
  cat "$logs"/*.log | sed 's/\x1b\[[0-9;]*m//g' | awk -v word="$1" -v tap="$2" '
    /^test result:/ || /^ *Tests  / { for (i = 2; i <= NF; i++) if ($i ~ "^" word) sum += $(i - 1) }
    $1 != "test" && $2 == tap && NF == 3 { sum += $3 }
    END { print sum + 0 }'
}

scripts/setup.sh test

step format cargo fmt --all --check
step interface scripts/ui.sh
step interface-types in_ui check
step interface-lint in_ui lint
step interface-format in_ui format:check
step queries scripts/sqlx.sh check
step lint cargo clippy --quiet --workspace --all-targets --locked -- -D warnings
if [ "$mode" = check ]; then
  step bindings cargo test --quiet --locked --test bindings
else
  step interface-tests in_ui test
  step interface-pictures in_ui snapshots
  step tests cargo test --workspace --locked --no-fail-fast
  if [ "$(uname -s)" = Linux ]; then
    step end-to-end scripts/e2e.sh
  else
    printf '\n==> end-to-end\n    skipped: the webview can be driven on Linux only\n'
  fi
fi

echo
[ "$mode" = check ] || echo "$(total passed pass) passed, $(total failed fail) failed"
if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]} (target/verify/*.log)"
  exit 1
fi
echo "All is well, after $((SECONDS / 60)) min $((SECONDS % 60)) s."
