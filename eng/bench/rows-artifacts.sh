# W as something that is deployed. Sourced.

describe() {
  row squashfs "<=1.1" s "W as a squashfs (zstd, at the tool's own level): \`dotnet build\` minus the same unchanged" "\`mksquashfs -comp zstd\` of the same tree"
  row squashfs-fast "<=1.1" s "W as a squashfs (zstd, at our own level, 9): \`dotnet build\` minus the same unchanged" "\`mksquashfs -comp zstd -Xcompression-level 9\` of the same tree"
  row raw-disk "<=1.2" s "W as a disk with an ext4 file system: \`dotnet build\` minus the same unchanged" "\`truncate\`, \`sfdisk\` and \`mkfs.ext4 -d\` of the same tree"
}

run() {
  make_workload
  w="$work/projects/w"
  cat > "$w/Directory.Build.targets" <<END
<Project>
  <ItemGroup>
    <ImageFormat Include="raw" Bootable="false" Condition="'\$(MakeDisk)' == 'true'" />
    <ImageFormat Include="squashfs" CompressionLevel="\$(SquashfsLevel)" Condition="'\$(SquashfsLevel)' != ''" />
  </ItemGroup>
</Project>
END
  time_of build "$w" -p:ImageFormats=squashfs
  unsquashfs -quiet -no-progress -dest "$work/root" "$w"/bin/Debug/*.squashfs > "$work/output" 2>&1 || { show_failure unsquashfs; exit 1; }
  size=$(du -sm "$work/root" | cut -f 1)
  for _ in $(rounds 7 3); do
    if has_row squashfs; then
      time_artifact squashfs squashfs -p:SquashfsLevel=15
      measure_peer squashfs make_squashfs
    fi
    if has_row squashfs-fast; then
      time_artifact squashfs-fast squashfs -p:SquashfsLevel=9
      measure_peer squashfs-fast make_squashfs -Xcompression-level 9
    fi
    if has_row raw-disk; then
      time_artifact raw-disk raw -p:MakeDisk=true
      measure_peer raw-disk make_disk "$work/root" "$work/peer.raw" "$((size + 512))"
    fi
  done
  rm -rf "$work/root" "$w/Directory.Build.targets"
}

# $1 = row, $2 = extension of the artifact, the rest = arguments of dotnet build.
time_artifact() {
  name=$1
  extension=$2
  shift 2
  time_of build "$w" "$@"
  time_of build "$w" "$@"
  unchanged=$seconds
  rm -f "$w"/bin/Debug/*."$extension"
  time_of build "$w" "$@" || { reason "$name" "our build failed"; exit 1; }
  sample "$name" ours "$(minus "$seconds" "$unchanged")"
}

# More arguments of the tool.
make_squashfs() {
  rm -f "$work/peer.squashfs"
  mksquashfs "$work/root" "$work/peer.squashfs" -quiet -no-progress -comp zstd "$@"
}

# $1 = root, $2 = file, $3 = MiB. The file system begins at 1 MiB, as ours.
make_disk() {
  rm -f "$2"
  truncate -s "${3}M" "$2"
  echo 'start=1MiB, type=linux' | sfdisk --quiet --label gpt "$2"
  mkfs.ext4 -q -F -d "$1" -E offset=1048576,lazy_itable_init=0,lazy_journal_init=0 "$2" "$(($3 - 2))M"
}
