#!/usr/bin/env bash
# Builds the interface into ui/dist, when something in ui/ is newer than what is there.
set -euo pipefail
cd "$(dirname "$0")/../ui"

built=dist/index.html
if [ -f "$built" ] && [ -z "$(find . \( -path ./node_modules -o -path ./dist -o -path ./snapshots -o -path ./src/paraglide -o -path ./project.inlang \) -prune -o -type f -newer "$built" -print -quit)" ]; then
  exit 0
fi
npm run --silent build

# What is shipped stays small: it is read at every start.
limit=250000
size=$(cat dist/assets/*.js | gzip -9 | wc -c)
[ "$size" -le $limit ] || { echo "ui: $size bytes of JavaScript (gzip), $limit are the most"; rm -f "$built"; exit 1; }
