#!/bin/sh
# Installs what the tests need and runs them all: as the user who calls it and, where that is root, the tests that build
# images once more as an ordinary user. Ends with one line: "N passed, N failed".
. "$(dirname -- "$0")/common.sh"

need_dotnet
need mmdebstrap mmdebstrap debootstrap debootstrap bwrap bubblewrap unshare util-linux newuidmap uidmap git git setfattr attr mksquashfs squashfs-tools mkfs.erofs erofs-utils skopeo skopeo umoci umoci docker-registry docker-registry zstd zstd xz xz-utils bzip2 bzip2 lzip lzip runuser util-linux chromium chromium
need sfdisk fdisk mkfs.ext4 e2fsprogs mkfs.vfat dosfstools mcopy mtools mkfs.btrfs btrfs-progs mkfs.xfs xfsprogs rpmbuild rpm db5.3_load db5.3-util qemu-img qemu-utils xorriso xorriso \
  grub-mkimage grub-common qemu-system-x86_64 qemu-system-x86 /usr/lib/grub/i386-pc/boot.img grub-pc-bin \
  /usr/lib/grub/x86_64-efi/modinfo.sh grub-efi-amd64-bin /usr/share/OVMF/OVMF_CODE_4M.fd ovmf setpriv util-linux pasta passt slirp4netns slirp4netns gpg gpg gpg-agent gpg-agent gpgconf gpgconf strace strace \
  /usr/lib/postgresql postgresql nginx nginx haproxy haproxy dot graphviz slurmctld slurm-wlm slurmd slurm-wlm munged munge /usr/lib/rabbitmq/bin/rabbitmq-server rabbitmq-server \
  keystone-manage keystone glance-api glance-api openstack python3-openstackclient swift-proxy-server swift-proxy swift-account-server swift-account swift-container-server swift-container \
  swift-object-server swift-object memcached memcached \
  sbverify sbsigntool veritysetup cryptsetup-bin /usr/lib/systemd/boot/efi/linuxx64.efi.stub systemd-boot-efi \
  kiwi-ng kiwi packer packer podman podman /usr/sbin/sshd openssh-server ssh openssh-client busybox busybox-static /usr/lib/python3/dist-packages/jinja2 python3-jinja2
need_subordinate_ids
settle

. "$root/eng/test-user.sh"

# Before hours of tests, not after them.
if [ "$(id -u)" = 0 ]; then
  user=imagesdk-test
  id "$user" >/dev/null 2>&1 || useradd --create-home "$user"
  if [ "$(count_subordinate_ids "$user" "$subuid")" -lt 65536 ] || [ "$(count_subordinate_ids "$user" "$subgid")" -lt 65536 ]; then
    ids=$(free_subordinate_ids)
    usermod --add-subuids "$ids" --add-subgids "$ids" "$user"
  fi
  dotnet_folder=$(dirname -- "$(readlink -f -- "$(command -v dotnet)")")
  user_dotnet=
  if ! (cd / && as_user "$dotnet_folder/dotnet" --version) >/dev/null 2>&1; then
    user_dotnet=/mnt
    if ! (cd / && as_user dotnet --version) >/dev/null 2>&1; then
      echo "The user $user cannot run $dotnet_folder/dotnet, and it cannot be shown to him in another place." >&2
      echo "Install the .NET SDK where everybody may read it, such as /usr/share/dotnet, or run this script as an ordinary user." >&2
      exit 1
    fi
  fi
fi

results="$root/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

# Where the tests build: in memory where there is enough of it, in a folder of this run alone.
base=/dev/shm
[ "$(df -k --output=avail "$base" 2>/dev/null | tail -n 1)" -gt 6291456 ] 2>/dev/null || base=${TMPDIR:-/tmp}
work=$(mktemp -d "$base/imagesdk-tests.XXXXXX")
chmod 755 "$work"
lanes=
# A lane is a session of its own: with it end all that it started.
stop_lanes() { for lane in $lanes; do kill -TERM -- "-$lane" 2>/dev/null || true; done; }
remove_places() {
  while IFS= read -r place; do rm -rf --one-file-system "$place"; done 2>/dev/null <"$work/places" || true
  rm -rf --one-file-system "$work"
}
trap 'stop_lanes; remove_places' EXIT
trap 'exit 130' INT TERM

fill_feed
say "Building"
dotnet build "$root/ImageSdk.sln" -v:quiet

# Suites go in two lanes, each the next one that the other has not taken. The longest begins. Servers of a cloud come last, beside the builds as the
# ordinary user, which come after those as root: what lies in memory of both together is too much.
say "Testing"
first=ImageSdk.Building.Tests
[ "$(id -u)" != 0 ] || first="$first as-user"
others=$(cd "$root/tests" && printf '%s\n' ImageSdk.Imaginator.Tests ImageSdk.Sdk.Tests ImageSdk.*.Tests | awk '!seen[$1]++ && $1 != last; END { print last }' last=ImageSdk.OpenStack.Tests)
export results work user="${user:-}" user_dotnet="${user_dotnet:-}" dotnet_folder="${dotnet_folder:-}"
# shellcheck disable=SC2086 — lists of words
for suites in "$first $others" "$others"; do
  setsid sh "$root/eng/test-lane.sh" $suites &
  lanes="$lanes $!"
done
for lane in $lanes; do
  wait "$lane" || true
done
status=0
[ ! -e "$work/failed" ] || status=1
lanes=

# Sums up the counters of all result files.
count() { cat "$results"/*.trx | grep -o "<Counters [^>]*" | grep -o " $1=\"[0-9]*" | grep -o '[0-9]*' | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(count passed)
failed=$(count failed)
total=$(count total)
skipped=$((total - passed - failed))
[ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
echo
[ ! -e "$work/failed" ] || { say "Failed"; cat "$work/failed"; echo; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
