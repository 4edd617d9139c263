#!/usr/bin/env bash
# Installs what a fresh Debian or Ubuntu machine lacks, and says so first. Does nothing when everything is there.
#
#   scripts/setup.sh cli      to build the command line alone: no window, no display
#   scripts/setup.sh app      ... and the app                              (the default)
#   scripts/setup.sh test     ... and to test it in its real webview, without a screen
#   scripts/setup.sh bundle   what the installers need on top of the app
set -euo pipefail
cd "$(dirname "$0")/.."

rust_needed=1.94
node_needed=20.19

cli=(build-essential pkg-config)
app=(libwebkit2gtk-4.1-dev)
test=(xvfb xauth dbus webkit2gtk-driver fonts-noto-cjk sqlite3 procps xdotool python3-gi gir1.2-gtk-3.0)
# A browser draws the pictures of the interface. Where there is Chrome already, it will do.
[ -x /usr/bin/google-chrome ] || test+=(chromium)
bundle=(librsvg2-dev libayatana-appindicator3-dev file xdg-utils)

case ${1:-app} in
  cli) packages=("${cli[@]}") folders=(src-tauri/crates/glossary/dictionary) ;;
  app) packages=("${cli[@]}" "${app[@]}") folders=(src-tauri/crates/glossary/dictionary ui) ;;
  test) packages=("${cli[@]}" "${app[@]}" "${test[@]}") folders=(src-tauri/crates/glossary/dictionary ui tests/e2e) ;;
  bundle) packages=("${cli[@]}" "${app[@]}" "${bundle[@]}") folders=(src-tauri/crates/glossary/dictionary ui scripts) ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$@" >&2; exit 1; }

# True when the version $1 is at least $2.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]; }

system_packages() {
  if command -v apt-get > /dev/null && command -v dpkg-query > /dev/null; then
    local installed missing=()
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2> /dev/null | sed -n 's/^installed //p' || true)
    for package in "${packages[@]}"; do
      grep -qx "$package" <<< "$installed" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local admin=()
    if [ "$(id -u)" -ne 0 ]; then
      command -v sudo > /dev/null || fail "these packages are missing and there is no sudo; as root, run:" "  apt-get install ${missing[*]}"
      admin=(sudo)
    fi
    say "installing with apt: ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { "${admin[@]}" apt-get update -q && "${admin[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
      tail -n 20 "$log" >&2
      fail "apt-get failed (all of its output: $log)"
    fi
    rm -f "$log"
    return
  fi
  # Elsewhere the names are only told, and only when a header that the build needs cannot be found.
  [ "${1:-app}" = cli ] && command -v cc > /dev/null && return
  case $(uname -s) in
    Darwin) xcode-select -p > /dev/null 2>&1 || fail "install Apple's command line tools: xcode-select --install" ;;
    Linux)
      command -v pkg-config > /dev/null && pkg-config --exists webkit2gtk-4.1 && return
      fail "the app needs WebKitGTK 4.1 to build. Install it with" \
        "  Fedora:  sudo dnf install gcc pkgconf webkit2gtk4.1-devel librsvg2-devel" \
        "  Arch:    sudo pacman -S --needed base-devel webkit2gtk-4.1 librsvg" \
        "  other:   https://v2.tauri.app/start/prerequisites/"
      ;;
    *) say "on Windows the app needs Microsoft C++ Build Tools and WebView2: https://v2.tauri.app/start/prerequisites/" ;;
  esac
}

languages() {
  local rustup="https://rustup.rs" found
  command -v cargo > /dev/null || [ ! -x "$HOME/.cargo/bin/cargo" ] || fail "Rust is installed, but this shell does not know it yet: open a new terminal"
  command -v cargo > /dev/null || fail "Rust is missing. Install Rust $rust_needed or newer: $rustup"
  found=$(rustc --version | cut -d' ' -f2)
  at_least "${found%%-*}" "$rust_needed" || fail "Rust $found is too old, $rust_needed or newer is needed: rustup update, or $rustup"

  local nodejs="https://nodejs.org/en/download"
  command -v node > /dev/null && command -v npm > /dev/null || fail "Node.js is missing. Install Node.js $node_needed or newer with npm: $nodejs"
  found=$(node --version)
  at_least "${found#v}" "$node_needed" || fail "Node.js $found is too old, $node_needed or newer is needed: $nodejs"
}

# npm writes node_modules/.package-lock.json when it has installed the lock file beside it.
node_packages() {
  local folder log
  for folder in "${folders[@]}"; do
    [ -f "$folder/package-lock.json" ] || continue
    [ -f "$folder/node_modules/.package-lock.json" ] && [ ! "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ] && continue
    say "installing the npm packages of $folder"
    log=$(mktemp)
    if ! (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error) > "$log" 2>&1; then
      cat "$log" >&2
      fail "npm ci failed in $folder"
    fi
    touch "$folder/node_modules/.package-lock.json"
    rm -f "$log"
  done
}

system_packages "${1:-app}"
languages
node_packages
