# One package more at the end of W's list. Sourced.

describe() {
  row one-package "<=0.2" s "one package added at the end of the list: the whole \`dotnet build\`" "mkosi's rebuild for the same change"
}

run() {
  make_workload
  w="$work/projects/one-package"
  cp -a "$work/projects/w" "$w"
  peer="$work/mkosi-w"
  # shellcheck disable=SC2086 — a list of words
  set -- $added_packages
  make_mkosi_project "$peer" "$work/projects/w" "$workload_packages"
  time_of run_mkosi "$peer" --force build || reason one-package "mkosi can't run: $(tail -n 1 "$work/output" | tr -d '\t"\\' | cut -c 1-160)"
  time_of build "$w"
  # Another package in each round, each on the same list, so that no round finds the work of an earlier one.
  for _ in $(rounds 5 2); do
    make_bootstrap_project "$w" bench/w "$workload_packages $1"
    measure_ours one-package build "$w"
    sed -i "s/^Packages=.*/$(mkosi_packages "$workload_packages $1")/" "$peer/mkosi.conf"
    measure_peer one-package run_mkosi "$peer" --force build
    shift
  done
}
