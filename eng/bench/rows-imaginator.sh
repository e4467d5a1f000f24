# W from nothing against the original. Sourced.

describe() {
  row cold-imaginator "<=0.4" s "W from nothing, with nothing in the cache but packages: \`dotnet build\`" "the original's imaginator: bootstrap image, then W on it"
}

run() {
  make_workload
  servers=
  . "$parts/imaginator.sh"
  if [ ! -x "${IMAGESDK_GO_TOOLS:-}/imaginator" ]; then
    reason cold-imaginator "IMAGESDK_GO_TOOLS does not name a directory with the original's programs"
  else
    make_certificates "$work/certificates"
    write_imaginator_settings "$work/projects/w"
    start_imaginator || reason cold-imaginator "the imaginator does not start: $(tail -n 1 "$work/output" | tr -d '\t"\\' | cut -c 1-160)"
  fi
  for _ in $(rounds 5 2); do
    empty_cache
    rm -rf "$work/projects/w/bin" "$work/projects/w/obj"
    measure_ours cold-imaginator build "$work/projects/w"
    measure_peer cold-imaginator build_by_imaginator
  done
  stop_imaginator
}
