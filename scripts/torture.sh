#!/usr/bin/env bash
# Kills the command line program at random points (TORTURE of them, 200 by default), races it against itself (RACE rounds,
# 10,000 by default), takes its disk, its database and its permissions away, and checks that nothing is lost.
# TORTURE_SEED=... throws the same dice again. Arguments choose among the tests, e.g. crash.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh cli
export TORTURE=${TORTURE:-200} RACE=${RACE:-10000}
# One test at a time, so that no other one changes how long an undisturbed run takes.
exec cargo test --quiet --locked -p genglossary-cli --test torture -- --test-threads=1 "$@"
