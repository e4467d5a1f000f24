# Shared by the scripts of this folder. Sourced, never run.
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '\n== %s\n' "$*"; }

# Installs Debian packages that are missing; says so, and what to do where it may not.
# $1 = a program that shows that the package is there, or the path of a file, $2 = the package; and so on in pairs.
install_missing() {
  missing=
  while [ $# -gt 0 ]; do
    case "$1" in
      /*) [ -e "$1" ] ;;
      *) command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] ;;
    esac || missing="$missing $2"
    shift 2
  done
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "These packages are missing:$missing" >&2
    echo "Install them as root and try again: apt-get update && apt-get install -y$missing" >&2
    exit 1
  fi
  say "Installing what is missing:$missing"
  apt-get -qq update
  # shellcheck disable=SC2086 — a list of words
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing
}

require_dotnet() {
  if ! command -v dotnet >/dev/null 2>&1; then
    echo "The .NET SDK 10 is missing. Install it first: https://dotnet.microsoft.com/download" >&2
    exit 1
  fi
}

# An ordinary user builds in a user namespace, over his subordinate ids.
require_subordinate_ids() {
  [ "$(id -u)" != 0 ] || return 0
  install_missing newuidmap uidmap
  user=$(id -un)
  if ! grep -q "^$user:" /etc/subuid || ! grep -q "^$user:" /etc/subgid; then
    echo "User $user has no subordinate ids. Give him some, once, as root:" >&2
    echo "  usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user" >&2
    exit 1
  fi
}

# Packs the SDK, the tool and the templates into artifacts/feed.
fill_feed() {
  say "Packing the SDK into artifacts/feed"
  mkdir -p "$root/artifacts/feed"
  # With machine code where the feed has the compiler for it: builds start faster.
  dotnet pack "$root/ImageSdk.sln" -c Release -v:quiet -p:CompileAhead=true >/dev/null 2>&1 ||
    dotnet pack "$root/ImageSdk.sln" -c Release -v:quiet
}
