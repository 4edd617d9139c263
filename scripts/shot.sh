#!/usr/bin/env bash
# Pictures of the real app on the sample project, for the documents.
#
#   scripts/shot.sh [--view refined] [--language en] [--theme light] [--size 1280x800] [--log] [--name NAME] [--to FOLDER] [DOCUMENTS]
#
# View: home, files, terms, provisional, issues, refined, runs or settings; several with commas, and so for language and theme.
# The pictures are FOLDER/NAME-THEME-LANGUAGE.png, docs/pictures and the view by default.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test
scripts/ui.sh
cargo build --quiet --workspace --bins --tests
exec scripts/webview.sh node tests/e2e/shot.mjs "$@"
