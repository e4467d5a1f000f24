# An unchanged project. Sourced.

describe() {
  row noop "<=0.9" s "\`dotnet build\` of W, unchanged" "\`dotnet build\` of a Microsoft.Build.NoTargets project"
  row noop-question "<=0.9" s "\`dotnet build -question\` of W, unchanged; fails where anything would run" "the same of the NoTargets project"
}

run() {
  make_workload
  build "$work/notargets"
  for _ in $(rounds 11 5); do
    measure_ours noop build "$work/projects/w"
    measure_peer noop build "$work/notargets"
    measure_ours noop-question build "$work/projects/w" -question
    measure_peer noop-question build "$work/notargets" -question
  done
}
