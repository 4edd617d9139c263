#!/usr/bin/env bash
# The checked queries of the engine: what the macros of sqlx learn from a database is kept in .sqlx/, so that building
# needs no database. The macros write it themselves when they are given a database and a folder; nothing is installed.
#
#   scripts/sqlx.sh prepare   writes .sqlx/ anew from migrations/
#   scripts/sqlx.sh check     fails when .sqlx/ is not what `prepare` would write
set -euo pipefail
cd "$(dirname "$0")/.."

command=${1:-check}
case $command in prepare | check) ;; *) echo "usage: scripts/sqlx.sh prepare|check" >&2; exit 2 ;; esac

work=$PWD/target/sqlx
queries=$work/queries
engine=src-tauri/crates/engine

fingerprint() {
  { find migrations .sqlx "$engine" -type f -print0 2>/dev/null | sort -z | xargs -0 sha256sum; sha256sum Cargo.lock; } | sha256sum
}

if [ "$command" = check ] && [ -f "$work/verified" ] && [ "$(cat "$work/verified")" = "$(fingerprint)" ]; then
  echo "sqlx: .sqlx/ is up to date"
  exit 0
fi

rm -rf "$work"
mkdir -p "$queries" .sqlx
for migration in migrations/*.sql; do
  [ -e "$migration" ] || continue
  sqlite3 -batch -bail "$work/schema.db" < "$migration" > /dev/null || { echo "sqlx: $migration does not apply" >&2; exit 1; }
done
[ -f "$work/schema.db" ] || sqlite3 "$work/schema.db" 'VACUUM'

# The macros run only when the crate is compiled, and Cargo cannot see that the schema changed.
touch "$engine/src/lib.rs"
DATABASE_URL="sqlite://$work/schema.db" SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$queries" \
  cargo check --quiet -p genglossary-engine --lib --tests

if [ "$command" = prepare ]; then
  find .sqlx -name 'query-*.json' -delete
  find "$queries" -name 'query-*.json' -exec cp {} .sqlx/ \;
  echo "sqlx: wrote $(find .sqlx -name 'query-*.json' | wc -l) queries to .sqlx/"
elif ! diff -rq "$queries" .sqlx; then
  echo "sqlx: .sqlx/ is out of date; run \`make queries\` and commit the result" >&2
  exit 1
else
  echo "sqlx: .sqlx/ is up to date"
fi
rmdir --ignore-fail-on-non-empty .sqlx
fingerprint > "$work/verified"
