# Shared by the scripts of this folder. Sourced, never run.
set -eu

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '\n== %s\n' "$*"; }

# What is missing is collected and said at once, so that one round of corrections is enough. "need" and its kin collect, "settle"
# installs as root what it can, and tells everybody else what to do.
missing_packages=
missing_steps=
subuid=/etc/subuid
subgid=/etc/subgid

# $1 = a program that shows that the package is there, or the path of a file, $2 = the package; and so on in pairs.
need() {
  while [ $# -gt 0 ]; do
    case "$1" in
      /*) [ -e "$1" ] ;;
      *) command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] ;;
    esac || case " $missing_packages " in *" $2 "*) ;; *) missing_packages="$missing_packages $2" ;; esac
    shift 2
  done
}

need_dotnet() {
  if ! command -v dotnet >/dev/null 2>&1; then
    missing_steps="$missing_steps
  Install the .NET SDK 10: https://dotnet.microsoft.com/download"
  elif ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
    missing_steps="$missing_steps
  Install the .NET SDK 10; $(command -v dotnet) has no version of it: https://dotnet.microsoft.com/download"
  fi
}

# How many subordinate ids user $1 has in the file $2, whose lines name users or their numbers.
count_subordinate_ids() {
  awk -F: -v name="$1" -v id="$(id -u "$1")" '$1 == name || $1 == id { sum += $3 } END { print sum + 0 }' "$2" 2>/dev/null || echo 0
}

# The first 65,536 ids from 100000 on that are free in both files: START-END.
free_subordinate_ids() {
  cat "$subuid" "$subgid" 2>/dev/null | awk -F: '
    BEGIN { n = 0 }
    $3 > 0 { from[n] = $2 + 0; to[n++] = $2 + $3 - 1 }
    END {
      start = 100000
      do {
        moved = 0
        for (i = 0; i < n; i++)
          if (start <= to[i] && start + 65535 >= from[i]) { start = to[i] + 1; moved = 1 }
      } while (moved)
      print start "-" start + 65535
    }'
}

# An ordinary user builds in a user namespace, over his subordinate ids.
need_subordinate_ids() {
  [ "$(id -u)" != 0 ] || return 0
  need newuidmap uidmap
  user=$(id -un)
  for file in "$subuid" "$subgid"; do
    count=$(count_subordinate_ids "$user" "$file")
    [ "$count" -lt 65536 ] || continue
    ids=$(free_subordinate_ids)
    missing_steps="$missing_steps
  usermod --add-subuids $ids --add-subgids $ids $user   # $user has $count ids in $file, an image needs 65536"
    return 0
  done
}

settle() {
  if [ -z "$missing_packages$missing_steps" ]; then
    return 0
  fi
  if [ "$(id -u)" = 0 ] && [ -z "$missing_steps" ]; then
    say "Installing what is missing:$missing_packages"
    apt-get -qq update
    (
      # What is a server starts when a test starts it, and with none of the machine's ports.
      if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        trap 'exit 130' INT TERM
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod 755 "$policy"
      fi
      # shellcheck disable=SC2086 — a list of words
      DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing_packages
    )
    missing_packages=
    return 0
  fi
  echo "Something is missing. Once, as root:" >&2
  [ -z "$missing_packages" ] || echo "  apt-get update && apt-get install -y$missing_packages" >&2
  [ -z "$missing_steps" ] || echo "${missing_steps#?}" >&2
  echo "Then run $0 again." >&2
  exit 1
}

# Says whether services may start (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d

# For scripts that find out one by one what they need.
install_missing() {
  need "$@"
  settle
}

require_dotnet() {
  need_dotnet
  settle
}

# Shows the projects as they are done, and all that was said where it failed.
pack_solution() {
  log=$(mktemp)
  status=$(mktemp)
  { dotnet pack "$root/ImageSdk.sln" -c Release -v:minimal -tl:off "$@" 2>&1 || echo failed > "$status"; } | tee "$log" |
    awk '/ -> / && !seen[$1]++ { print "  " $1; fflush() }'
  packed=0
  if [ -s "$status" ]; then
    packed=1
    [ -z "${pack_shows_errors:-}" ] || cat "$log" >&2
  fi
  rm -f "$log" "$status"
  return $packed
}

# Packs the SDK, the tool and the templates into artifacts/feed.
fill_feed() {
  say "Packing the SDK into artifacts/feed"
  mkdir -p "$root/artifacts/feed"
  # With machine code where the feed has the compiler for it: builds start faster.
  pack_solution -p:CompileAhead=true || pack_shows_errors=yes pack_solution
}
