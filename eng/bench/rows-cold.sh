# W from nothing, with the packages in the cache. Sourced.

describe() {
  row cold "<=0.65" s "W from nothing, with nothing in the cache but packages: \`dotnet build\`" "mmdebstrap making the same root"
}

run() {
  make_workload
  for _ in $(rounds 5 3); do
    forget_w
    measure_ours cold build "$work/projects/w"
    measure_peer cold make_root_by_mmdebstrap "$work/root" "$work/projects/w"
    rm -rf "$work/root"
  done
}

# W as on another machine with the same packages in its cache.
forget_w() {
  empty_cache
  rm -rf "$work/projects/w/bin" "$work/projects/w/obj"
}
