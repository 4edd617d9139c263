#!/usr/bin/env bash
# Makes the installers of this platform. Arguments go to `tauri build`, e.g. --bundles appimage.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh bundle
scripts/node_modules/.bin/tauri build "$@"
find "${CARGO_TARGET_DIR:-target}/release/bundle" -maxdepth 2 -type f \( -name '*.deb' -o -name '*.rpm' -o -name '*.AppImage' -o -name '*.dmg' -o -name '*.msi' -o -name '*.exe' \) -print
