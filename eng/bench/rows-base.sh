# W on a base that is there. Sourced.

describe() {
  row base "<=0.5" s "W on another project's image that is in the cache: \`dotnet build\`" "buildah, on an image that is in its store"
}

run() {
  make_projects_folder "$work/projects"
  base="$work/projects/base"
  derived="$work/projects/on-base"
  make_bootstrap_project "$base" bench/base ""
  make_derived_project "$derived" bench/on-base "$workload_packages" ../base
  make_workload_files "$derived"
  build "$derived" > "$work/output" 2>&1 || { show_failure "the first build on a base"; exit 1; }
  # A cache with the base and all packages, to begin each round with.
  empty_cache
  rm -rf "$base/obj" "$base/bin"
  build "$base" > "$work/output" 2>&1 || { show_failure "the build of the base"; exit 1; }
  cp -a "$work/cache" "$work/cache-of-base"
  peer="$work/buildah-on-base"
  cp -a "$derived" "$peer"
  make_containerfile "$peer"
  prepare_buildah || reason base "buildah can't run: $(tail -n 1 "$work/output" | tr -d '\t"\\' | cut -c 1-160)"
  for _ in $(rounds 5 3); do
    rm -rf "$work/cache" "$derived/obj" "$derived/bin"
    cp -a "$work/cache-of-base" "$work/cache"
    measure_ours base build "$derived"
    forget_buildah
    measure_peer base bud "$peer" on-base
  done
  rm -rf "$work/cache-of-base" "$work/w-is-built"
}

# Leaves buildah's store with nothing but the base.
forget_buildah() {
  rm -rf "$work/buildah"
  cp -a "$work/buildah-of-base" "$work/buildah"
}
