# A clean machine that has a cache to share. Sourced.

describe() {
  row shared-cache "<=0.3" s "W on a clean machine with a shared cache in a folder: \`dotnet build\`" "the same machine's build without it, packages at hand"
}

run() {
  make_workload
  forget_w
  build "$work/projects/w" "-p:ImageRemoteCache=$work/shared" > "$work/output" 2>&1 || { show_failure "the build that fills the shared cache"; exit 1; }
  mkdir "$work/packages-at-hand"
  for user in "$work"/cache/uid-*; do
    cp -a "$user/packages" "$work/packages-at-hand/${user##*/}"
  done
  for _ in $(rounds 5 3); do
    rm -rf "$work/cache" "$work/projects/w/bin" "$work/projects/w/obj"
    measure_ours shared-cache build "$work/projects/w" "-p:ImageRemoteCache=$work/shared" -p:ImageRemoteCacheReadOnly=true
    # With packages, which the cold build is measured with too.
    for user in "$work"/packages-at-hand/*; do
      rm -rf "$work/cache/${user##*/}/packages"
      cp -a "$user" "$work/cache/${user##*/}/packages"
    done
    forget_w
    measure_peer shared-cache build "$work/projects/w"
  done
  rm -rf "$work/shared" "$work/packages-at-hand"
}
