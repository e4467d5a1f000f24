# Many unchanged projects in one solution. Sourced.

describe() {
  row noop-tree "<=1" s "19 more unchanged image projects in a solution: a solution of 20 minus one of 1" "the same of NoTargets projects"
  row growth-projects "-" s "\`dotnet build\` of a solution of unchanged image projects, by their number" "NoTargets projects"
}

sizes="1 10 20 30"

run() {
  make_projects_folder "$work/projects"
  make_tiny_root
  for size in $sizes; do
    make_solution "$work/projects/ours-$size" "$size" imgproj
    make_solution "$work/projects/peer-$size" "$size" csproj
    build "$work/projects/ours-$size" > "$work/output" 2>&1 || { show_failure "the first build of $size projects"; exit 1; }
    build "$work/projects/peer-$size" > "$work/output" 2>&1 || reason noop-tree "the NoTargets projects do not build"
  done
  for _ in $(rounds 7 3); do
    for size in $sizes; do
      time_of build "$work/projects/ours-$size"
      sample growth-projects "ours@$size" "$seconds"
      [ "$size" != 1 ] || ours_of_one=$seconds
      [ "$size" != 20 ] || sample noop-tree ours "$(minus "$seconds" "$ours_of_one")"
      ! has_reason noop-tree || continue
      time_of build "$work/projects/peer-$size"
      sample growth-projects "peer@$size" "$seconds"
      [ "$size" != 1 ] || peer_of_one=$seconds
      [ "$size" != 20 ] || sample noop-tree peer "$(minus "$seconds" "$peer_of_one")"
    done
  done
}

# $1 = folder, $2 = number of projects, $3 = their kind.
make_solution() {
  mkdir -p "$1"
  {
    echo "Microsoft Visual Studio Solution File, Format Version 12.00"
    for number in $(seq "$2"); do
      id=$(printf '{00000000-0000-0000-0000-%012d}' "$number")
      echo "Project(\"{9A19103F-16F7-4668-BE54-9A1E7A4F7556}\") = \"p$number\", \"p$number\\p$number.$3\", \"$id\""
      echo "EndProject"
    done
    echo "Global"
    printf '\tGlobalSection(SolutionConfigurationPlatforms) = preSolution\n\t\tDebug|Any CPU = Debug|Any CPU\n\tEndGlobalSection\n'
    printf '\tGlobalSection(ProjectConfigurationPlatforms) = postSolution\n'
    for number in $(seq "$2"); do
      id=$(printf '{00000000-0000-0000-0000-%012d}' "$number")
      printf '\t\t%s.Debug|Any CPU.ActiveCfg = Debug|Any CPU\n\t\t%s.Debug|Any CPU.Build.0 = Debug|Any CPU\n' "$id" "$id"
    done
    printf '\tEndGlobalSection\nEndGlobal\n'
  } > "$1/tree.sln"
  for number in $(seq "$2"); do
    mkdir -p "$1/p$number"
    if [ "$3" = csproj ]; then
      cp "$work/notargets/notargets.csproj" "$1/p$number/p$number.csproj"
    else
      make_tiny_project "$1/p$number/p$number.imgproj" "bench/tiny/$number"
      make_files "$1/p$number/files" 20
    fi
  done
}
