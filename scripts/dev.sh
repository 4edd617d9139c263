#!/usr/bin/env bash
# The app with an interface that reloads as it is edited. Arguments go to the app, e.g. a folder.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh bundle
exec scripts/node_modules/.bin/tauri dev -- -- "$@"
