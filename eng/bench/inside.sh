# The part of eng/bench.sh that measures, in namespaces of its own. Sourced.

if [ -n "${IMAGESDK_BENCH_DISK:-}" ]; then
  mount -o loop "$IMAGESDK_BENCH_DISK" "$work"
else
  mount -t tmpfs -o mode=755,size=80% imagesdk-bench "$work"
fi
mkdir "$work/tmp" "$work/home"
chmod 1777 "$work/tmp"
# MSBuild's processes find one another by number in /tmp, and numbers are not those outside.
case $root in
  /tmp/*)
    mkdir -p "$work$root"
    mount --rbind "$root" "$work$root"
    ;;
esac
mount --rbind "$work/tmp" /tmp
ip link set lo up

cd "$work"
: > rows
: > samples
: > reasons
cp -a "$kept/mirror" "$kept/mkosi" "$kept/packages" "$kept/notargets" .
export NUGET_PACKAGES="$work/packages" DOTNET_CLI_HOME="$work/home" HOME="$work/home"
export DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=1
unset MSBUILDDISABLENODEREUSE UseSharedCompilation XDG_CACHE_HOME XDG_DATA_HOME TMPDIR http_proxy https_proxy HTTP_PROXY HTTPS_PROXY || :

bench() { dotnet "$root/bench/bin/Release/net10.0/ImageSdk.Bench.dll" "$@"; }

load=$(cut -d ' ' -f 1 /proc/loadavg)
describe_machine() {
  processor=$(awk -F ': ' '$1 ~ /^model name/ { print $2; exit }' /proc/cpuinfo)
  memory=$(awk '$1 == "MemTotal:" { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo)
  echo "$(date -u +%Y-%m-%d), $(nproc) cores ($processor), $memory, load $load at the start, Linux $(uname -r), .NET SDK $(dotnet --version);"
  version_of() { "$@" 2>/dev/null | tr -cs '0-9.~+\n' ' ' | awk '{ print $1; exit }'; }
  echo "mmdebstrap $(version_of mmdebstrap --version), buildah $(version_of buildah --version), mkosi $(version_of run_mkosi "$work" --version), NoTargets $notargets_version."
}

failed=
for group in $groups; do
  . "$parts/rows-$group.sh"
  : > asked
  describe
  [ -s asked ] || continue
  cat asked >> rows
  say "$group: $(cut -f 1 asked | tr '\n' ' ')"
  # A shell of its own, so that a failure ends the group and no more.
  set +e
  (set -e; run)
  [ $? = 0 ] || failed="$failed $group"
  set -e
  for name in $(cut -f 1 asked); do
    has_reason "$name" || grep -q "^$name	" samples || reason "$name" "could not be set up"
  done
  stop_build_servers
done

describe_machine > machine
bench report "$work" "$kept/results.json" "$root/docs/performance.md" "$([ -n "$quick" ] && echo quick || echo full)" "$([ -n "$only" ] && echo part || echo all)"
if [ -n "$failed" ]; then
  echo "Failed:$failed" >&2
  exit 1
fi
