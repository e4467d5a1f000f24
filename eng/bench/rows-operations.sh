# Single operations of the engine against what the machine can do. Sourced.

describe() {
  row hash ">=0.9" MB/s "scan and hash of 32 files of 32 MiB, all cores" "\`openssl speed -elapsed sha512\` on all cores"
  row hash-few ">=0.9" MB/s "scan and hash of 4 files of 256 MiB, all cores" "\`openssl speed -elapsed sha512\` on all cores"
  row scan "-" s "scan and hash of W's root" "\`find\` and \`cat\` of all its files, which hashes nothing"
  row layer "-" s "index of W's root as a layer (with extended attributes), hashed" "\`find\` and \`cat\` of all its files, which hashes nothing"
  row unpack "-" s "W's root unpacked as an image, each file compared with its hash" "\`cp -a\` of the same tree"
}

run() {
  for shape in hash:32:32 hash-few:4:256; do
    name=${shape%%:*}
    has_row "$name" || continue
    mkdir "$work/large"
    size=${shape##*:}
    count=${shape#*:}
    for number in $(seq "${count%:*}"); do head -c "${size}M" /dev/urandom > "$work/large/$number"; done
    for _ in $(rounds 7 3); do
      sample "$name" ours "$(bench hash "$work/large")"
      # By the clock and on all cores at once, as ours.
      sample "$name" peer "$(openssl speed -mr -elapsed -multi "$(nproc)" -seconds 1 -bytes 65536 sha512 2>/dev/null |
        awk -F : '$1 == "+F" { printf "%.1f", $NF / 1e6 }')"
    done
    rm -r "$work/large"
  done
  ! has_row scan && ! has_row layer && ! has_row unpack && return
  make_workload
  make_root_by_mmdebstrap "$work/root" "$work/projects/w" > "$work/output" 2>&1 || { show_failure "mmdebstrap"; exit 1; }
  for _ in $(rounds 7 3); do
    sample scan ours "$(bench scan "$work/root")"
    sample layer ours "$(bench layer "$work/root")"
    time_of read_all "$work/root"
    sample scan peer "$seconds"
    sample layer peer "$seconds"
    sample unpack ours "$(bench unpack "$work/root" "$work/unpacked")"
    time_of cp -a "$work/root" "$work/copied"
    sample unpack peer "$seconds"
    rm -rf "$work/copied"
  done
  rm -rf "$work/root"
}

read_all() { find "$1" -type f -print0 | xargs -0 cat > /dev/null; }
