# What more files and more packages cost. Sourced.

describe() {
  row growth-files "-" s "all files of an image changed, by their number: \`dotnet build\`" "buildah: COPY of as many files"
  row growth-packages "-" s "small packages installed on a base that is there, by their number: \`dotnet build\`" "apt-get install of as many in a copy of the same root"
}

run() {
  make_projects_folder "$work/projects"
  make_tiny_root
  ! has_row growth-files || grow_files
  ! has_row growth-packages || grow_packages
}

grow_files() {
  for size in 10 100 1000; do
    folder="$work/projects/files-$size"
    mkdir -p "$folder"
    make_tiny_project "$folder/image.imgproj" "bench/files/$size"
    make_files "$folder/files" "$size"
    build "$folder" > "$work/output" 2>&1 || { show_failure "the first build of $size files"; exit 1; }
    mkdir -p "$work/buildah-files/$size"
    cp -a "$folder/files" "$work/buildah-files/$size/files"
    printf 'FROM scratch\nCOPY files/ /\n' > "$work/buildah-files/$size/Containerfile"
  done
  mkdir -p "$work/buildah"
  echo '{ "default": [{ "type": "insecureAcceptAnything" }] }' > "$work/buildah/policy.json"
  for round in $(rounds 7 3); do
    for size in 10 100 1000; do
      change_files "$work/projects/files-$size/files" "$round"
      time_of build "$work/projects/files-$size"
      sample growth-files "ours@$size" "$seconds"
      ! has_reason growth-files || continue
      change_files "$work/buildah-files/$size/files" "$round"
      if time_of bud "$work/buildah-files/$size" "files-$size"; then
        sample growth-files "peer@$size" "$seconds"
      else
        reason growth-files "buildah failed"
      fi
    done
  done
}

change_files() { find "$1" -type f -exec sh -c 'for file; do echo "$0" >> "$file"; done' "$2" {} +; }

grow_packages() {
  make_bootstrap_project "$work/projects/perl" bench/perl perl
  for size in 10 100 500; do
    folder="$work/projects/packages-$size"
    make_derived_project "$folder" "bench/packages/$size" "$(head -n "$size" "$work/mirror/small-packages" | tr '\n' ' ' | sed 's/ $//')" ../perl
    build "$folder" > "$work/output" 2>&1 || { show_failure "the first build of $size packages"; exit 1; }
  done
  run_mmdebstrap "$work/perl" perl > "$work/output" 2>&1 || reason growth-packages "mmdebstrap failed"
  for round in $(rounds 3 1); do
    for size in 10 100 500; do
      # Not from the cache: the base becomes another one, and with it all that stands on it.
      make_script_of_base "$size $round"
      build "$work/projects/perl" > "$work/output" 2>&1
      time_of build "$work/projects/packages-$size"
      sample growth-packages "ours@$size" "$seconds"
      ! has_reason growth-packages || continue
      rm -rf "$work/grown"
      cp -a "$work/perl" "$work/grown"
      mkdir -p "$work/grown$work/mirror"
      mount --bind "$work/mirror" "$work/grown$work/mirror"
      # shellcheck disable=SC2046 — a list of words
      if time_of install_by_apt "$work/grown" $(head -n "$size" "$work/mirror/small-packages"); then
        sample growth-packages "peer@$size" "$seconds"
      else
        reason growth-packages "apt-get failed"
      fi
      umount "$work/grown$work/mirror"
    done
  done
  rm -rf "$work/grown" "$work/perl"
}

make_script_of_base() {
  mkdir -p "$work/projects/perl/post-cleanup-scripts"
  printf '#!/bin/sh\necho "%s" > /etc/base-of-packages\n' "$1" > "$work/projects/perl/post-cleanup-scripts/10-new"
  chmod 755 "$work/projects/perl/post-cleanup-scripts/10-new"
}

install_by_apt() {
  target=$1
  shift
  chroot "$target" apt-get -qq update &&
    DEBIAN_FRONTEND=noninteractive chroot "$target" apt-get -qq install -y --no-install-recommends "$@"
}
