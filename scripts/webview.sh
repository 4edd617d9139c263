#!/usr/bin/env bash
# Runs a command with a screen that nobody sees and a message bus of its own.
set -euo pipefail
exec dbus-run-session --config-file="$(dirname "$0")/../tests/e2e/session.conf" -- \
  xvfb-run --auto-servernum --server-args='-screen 0 1920x1200x24' "$@"
