# The part of eng/bench.sh that has the network: installs and fetches what is needed, builds, then starts the part that
# measures. Sourced.

require_dotnet
install_missing apt-get apt curl curl xz xz-utils openssl openssl mmdebstrap mmdebstrap buildah buildah bwrap bubblewrap unshare util-linux \
  setpriv util-linux ip iproute2 git git mkfs.ext4 e2fsprogs mksquashfs squashfs-tools sfdisk fdisk python3 python3 zstd zstd
mkdir -p "$kept"
make_mirror "$kept/mirror"
fetch_mkosi "$kept/mkosi"

say "Building"
# No servers that would stay behind.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
rm -rf "$kept/feed"
pack() { dotnet pack "$root/src/Tasks/ImageSdk.Tasks.csproj" -c Release -v:quiet -o "$kept/feed" -p:KeepUnpackedPackage=true "$@"; }
pack -p:CompileAhead=true > /dev/null 2>&1 || pack
dotnet build "$root/bench/ImageSdk.Bench.csproj" -c Release -v:quiet
# Into a folder of their own, so that neither an earlier build nor the user's packages matter.
rm -rf "$kept/packages"/imagesdk
fetch_notargets "$kept/notargets" "$kept/packages"

place=$(mktemp -d /var/tmp/imagesdk-bench.XXXXXX)
image=
stop() {
  # The namespace's first process goes, and with it all others and all mounts.
  kill -KILL "$measuring" 2>/dev/null || :
  wait "$measuring" 2>/dev/null || :
  clean
}
clean() {
  [ -z "$image" ] || rm -f "$image"
  rmdir "$place"
}
# In memory; or in a file system of its own, because one in which much was deleted before may be slow.
available=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
if [ "$available" -lt 6000 ]; then
  image=$(mktemp /var/tmp/imagesdk-bench-disk.XXXXXX)
  truncate -s 16G "$image"
  mkfs.ext4 -q "$image"
fi
set -- ${quick:+--quick}
for name in $only; do set -- "$@" --only "$name"; done
# Ends with this script, even where that is killed.
IMAGESDK_BENCH_DISK=$image setpriv --pdeathsig KILL \
  unshare --mount --pid --net --ipc --fork --kill-child --mount-proc -- "$root/eng/bench.sh" "$@" --inside "$place" &
measuring=$!
trap 'stop; exit 130' INT TERM HUP
status=0
wait "$measuring" || status=$?
trap - INT TERM HUP
clean
exit "$status"
