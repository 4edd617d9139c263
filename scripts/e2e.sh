#!/usr/bin/env bash
# Drives the built app through its real webview, on a screen that nobody sees. Arguments are test files, all by default.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh test
scripts/ui.sh
# With the tests, so that this is the same build as that of `cargo test` and nothing is compiled twice.
cargo build --quiet --workspace --bins --tests --locked
cd tests/e2e
exec ../../scripts/webview.sh npm test --silent -- "$@"
