#!/usr/bin/env bash
# Builds the app and opens it on a folder of documents, the sample by default. Where there is no display, the command line
# makes the same glossary into a file.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-examples/seed-bank}
target=${CARGO_TARGET_DIR:-target}

if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  echo "run: no display; the command line makes the glossary instead"
  scripts/setup.sh cli
  cargo build --release -p genglossary-cli
  out=target/glossary.md
  mkdir -p target
  "$target/release/genglossary" run "$folder" --out "$out"
  echo "run: the glossary is in $out"
else
  scripts/setup.sh app
  scripts/ui.sh
  cargo build --release
  exec "$target/release/genglossary-desktop" "$folder"
fi
