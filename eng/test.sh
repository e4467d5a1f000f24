#!/bin/sh
# Installs what the tests need and runs them all: as the user who calls it and, where that is root, the tests that build
# images once more as an ordinary user. Ends with one line: "N passed, N failed".
. "$(dirname -- "$0")/common.sh"

require_dotnet
install_missing mmdebstrap mmdebstrap debootstrap debootstrap bwrap bubblewrap unshare util-linux newuidmap uidmap git git setfattr attr mksquashfs squashfs-tools mkfs.erofs erofs-utils skopeo skopeo umoci umoci zstd zstd xz xz-utils runuser util-linux chromium chromium
install_missing sfdisk fdisk mkfs.ext4 e2fsprogs mkfs.vfat dosfstools mcopy mtools mkfs.btrfs btrfs-progs qemu-img qemu-utils xorriso xorriso \
  grub-mkimage grub-common qemu-system-x86_64 qemu-system-x86 /usr/lib/grub/i386-pc/boot.img grub-pc-bin \
  /usr/lib/grub/x86_64-efi/modinfo.sh grub-efi-amd64-bin /usr/share/OVMF/OVMF_CODE_4M.fd ovmf setpriv util-linux gpg gpg
require_subordinate_ids

results="$root/artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"

# Where the tests build: in memory where there is enough of it, in a folder of this run alone.
base=/dev/shm
[ "$(df -k --output=avail "$base" 2>/dev/null | tail -n 1)" -gt 6291456 ] 2>/dev/null || base=${TMPDIR:-/tmp}
work=$(mktemp -d "$base/imagesdk-tests.XXXXXX")
chmod 755 "$work"
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/own"
export IMAGESDK_TEST_ROOT="$work/own"

fill_feed
say "Building"
dotnet build "$root/ImageSdk.sln" -v:quiet

say "Testing"
status=0
dotnet test "$root/ImageSdk.sln" --no-build --logger "trx" --results-directory "$results" || status=1

# The same builds by somebody who is not root.
if [ "$(id -u)" = 0 ]; then
  user=imagesdk-test
  say "Testing builds as an ordinary user ($user)"
  id "$user" >/dev/null 2>&1 || useradd --create-home "$user"
  grep -q "^$user:" /etc/subuid || usermod --add-subuids 200000-265535 --add-subgids 200000-265535 "$user"
  # What lies in memory there is gigabytes.
  rm -rf --one-file-system "$work/own"
  copy="$work/copy"
  mkdir "$copy" "$work/user"
  cp -r "$root/tests/ImageSdk.Building.Tests/bin/Debug/net10.0/." "$copy"
  chmod -R a+rX "$copy"
  mkdir "$copy/results"
  chown "$user" "$copy/results" "$work/user"
  fixtures=${IMAGESDK_FIXTURES:-$root/../shared/fixtures}
  (cd "$copy" && runuser -u "$user" -- env "IMAGESDK_FIXTURES=$fixtures" "IMAGESDK_TEST_ROOT=$work/user" \
    dotnet vstest ImageSdk.Building.Tests.dll --logger:trx --ResultsDirectory:"$copy/results") || status=1
  cp "$copy"/results/*.trx "$results/"
fi

# Sums up the counters of all result files.
count() { cat "$results"/*.trx | grep -o "<Counters [^>]*" | grep -o " $1=\"[0-9]*" | grep -o '[0-9]*' | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(count passed)
failed=$(count failed)
total=$(count total)
skipped=$((total - passed - failed))
[ "$status" = 0 ] || [ "$failed" -gt 0 ] || failed=1
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
