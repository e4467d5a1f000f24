#!/bin/sh
# Compares our imageserver and imagesdk with the original's imageserver and imagetool, in turn, on one tree.
#   IMAGESDK_GO_TOOLS=DIR eng/bench-imageserver.sh TREE [ROUNDS]
# DIR holds the original's programs; TREE is a directory with /etc, /etc/passwd, /usr and /usr/bin in it. Stores and what is
# unpacked lie in memory, as a disk would be measured otherwise. Writes artifacts/bench/imageserver.json and prints a table.
. "$(dirname -- "$0")/common.sh"

tools=${IMAGESDK_GO_TOOLS:?is not set: name the directory of the programs of the original}
tree=${1:?is missing: name a directory to make images of}
rounds=${2:-5}
require_dotnet
install_missing curl curl setpriv util-linux

say "Building"
dotnet pack "$root/ImageSdk.sln" -c Release -v:quiet -p:CompileAhead=true
work=$(mktemp -d /dev/shm/imagesdk-bench.XXXXXX)
chmod 711 "$work"
theirs=16971
ours=16972
server_pids=
stop() {
  for pid in $server_pids; do kill "$pid" 2>/dev/null || :; done
  for pid in $server_pids; do wait "$pid" 2>/dev/null || :; done
  server_pids=
}
trap 'stop; rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM
printf '/tmp/.*\n' > "$work/filter"

# The original does not run as root. One process, so that it is the one that is stopped.
drop_privileges=
[ "$(id -u)" != 0 ] || drop_privileges="setpriv --reuid=nobody --regid=nogroup --clear-groups"
imagetool() { "$tools/imagetool" -imageServerHostname=127.0.0.1 -imageServerPortNum="$theirs" "$@"; }
original_on_ours() { "$tools/imagetool" -imageServerHostname=127.0.0.1 -imageServerPortNum="$ours" "$@"; }
imagesdk() { dotnet "$root/src/Cli/bin/Release/net10.0/imagesdk.dll" --server "127.0.0.1:$ours" "$@"; }

wait_for() {
  for _ in $(seq 100); do
    curl --silent --noproxy '*' --output /dev/null "http://127.0.0.1:$1/readiness" && return
    sleep 0.1
  done
  echo "The server at port $1 did not start: see $2" >&2
  exit 1
}

start() {
  rm -rf "$work/theirs" "$work/ours"
  mkdir -p "$work/theirs/images" "$work/theirs/objects" "$work/ours/images" "$work/ours/objects"
  [ "$(id -u)" != 0 ] || chown -R nobody "$work/theirs"
  # It asks a metadata service for its certificate: there is none here.
  # shellcheck disable=SC2086 — a list of words
  http_proxy=http://127.0.0.1:1 $drop_privileges "$tools/imageserver" -permitInsecureMode -CAfile= -generateMissingWebcert -logDir= \
    -imageDir="$work/theirs/images" -objectDir="$work/theirs/objects" -portNum="$theirs" > "$work/theirs.log" 2>&1 &
  server_pids="$server_pids $!"
  "$root/src/ImageServer/bin/Release/net10.0/imageserver" -permitInsecureMode -CAfile= -allowRoot -logDir= -listenAddress=127.0.0.1 \
    -imageDir="$work/ours/images" -objectDir="$work/ours/objects" -portNum="$ours" > "$work/ours.log" 2>&1 &
  server_pids="$server_pids $!"
  wait_for "$theirs" "$work/theirs.log"
  wait_for "$ours" "$work/ours.log"
}

# $1 = whose and what, the rest = a command. Its seconds go into a file of that name.
measure() {
  name=$1
  shift
  before=$(date +%s.%N)
  "$@" > "$work/output" 2>&1 || { cat "$work/output" >&2; exit 1; }
  echo "$(date +%s.%N) $before" | awk '{ print $1 - $2 }' >> "$work/$name.seconds"
}

# Sixteen of the original's clients at once, which throw away what they get.
read_by_16() {
  readers=
  for _ in $(seq 16); do
    "$@" test-download-speed bench/1 & readers="$readers $!"
  done
  for reader in $readers; do wait "$reader"; done
}

for round in $(seq "$rounds"); do
  say "Round $round of $rounds"
  start
  imagetool mkdir bench
  imagesdk mkdir bench
  measure theirs.first-push imagetool add bench/1 "$tree" "$work/filter" ""
  measure ours.first-push imagesdk add bench/1 "$tree" "$work/filter" ""
  measure theirs.second-push imagetool add bench/2 "$tree" "$work/filter" ""
  measure ours.second-push imagesdk add bench/2 "$tree" "$work/filter" ""
  measure theirs.get imagetool get bench/1 "$work/unpacked"
  rm -rf "$work/unpacked"
  measure ours.get imagesdk get bench/1 "$work/unpacked"
  rm -rf "$work/unpacked"
  measure theirs.read-by-16 read_by_16 imagetool
  measure ours.read-by-16 read_by_16 original_on_ours
  stop
done

middle() { sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
spread() { sort -n "$1" | awk 'NR == 1 { least = $1 } { most = $1 } END { printf "%.2f–%.2f", least, most }'; }
results="$root/artifacts/bench"
mkdir -p "$results"
{
  separator="["
  for row in first-push:2 second-push:5 get:2 read-by-16:1.5; do
    name=${row%:*}
    printf '%s\n  {"name": "%s", "ours": %s, "peer": %s, "ratio": %s, "goal": %s}' "$separator" "$name" \
      "$(middle "$work/ours.$name.seconds")" "$(middle "$work/theirs.$name.seconds")" \
      "$(echo "$(middle "$work/theirs.$name.seconds") $(middle "$work/ours.$name.seconds")" | awk '{ printf "%.2f", $1 / $2 }')" "${row#*:}"
    separator=","
  done
  printf '\n]\n'
} > "$results/imageserver.json"
echo
echo "| | original, s (spread) | ours, s (spread) | times as fast |"
echo "| --- | --- | --- | --- |"
for name in first-push second-push get read-by-16; do
  echo "$name $(middle "$work/theirs.$name.seconds") $(spread "$work/theirs.$name.seconds") $(middle "$work/ours.$name.seconds") $(spread "$work/ours.$name.seconds")" |
    awk '{ printf "| %s | %.2f (%s) | %.2f (%s) | %.2f |\n", $1, $2, $3, $4, $5, $2 / $4 }'
done
