#!/usr/bin/env bash
# Measures the interface in the app's real webview, on a release build.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh test
scripts/ui.sh
cargo build --quiet --release --workspace --bins --locked
cargo build --quiet --release --example empty-window --locked
cd tests/e2e
export GENGLOSSARY_APP=$PWD/../../target/release/genglossary-desktop
exec ../../scripts/webview.sh node bench.mjs
