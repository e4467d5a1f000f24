#!/bin/sh
# Makes mistakes on purpose and sees whether the tests notice: for each row of eng/mutants.tsv one text of one file is replaced, in a clone of
# the current commit, and the tests that the row names have to fail. Arguments choose rows by parts of their names; none are all of them.
# Ends with one line: "N killed, N survived". docs/contributing/testing.md says how to add rows.
. "$(dirname -- "$0")/common.sh"

need_dotnet
need git git flock util-linux
settle

table="$root/eng/mutants.tsv"
clone="$root/artifacts/mutants"
tab=$(printf '\t')
options="-p:TreatWarningsAsErrors=false -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false"
hang="--blame-hang --blame-hang-timeout 3m --blame-hang-dump-type none"

mkdir -p "$root/artifacts"
exec 9> "$clone.lock"
flock --nonblock 9 || { echo "It is running already." >&2; exit 1; }

# The clone is kept, so that a later run compiles what changed.
[ -d "$clone/.git" ] || git clone --quiet --shared --no-checkout "$root" "$clone"
git -C "$clone" fetch --quiet "$root" HEAD
git -C "$clone" checkout --quiet --force --detach FETCH_HEAD
IMAGESDK_FIXTURES=${IMAGESDK_FIXTURES:-$root/../shared/fixtures}
export IMAGESDK_FIXTURES
trap 'git -C "$clone" checkout --quiet --force' EXIT
trap 'exit 130' INT TERM

rows=$(mktemp)
log=$(mktemp)
trap 'rm -f "$rows" "$log"; git -C "$clone" checkout --quiet --force' EXIT
grep -v '^#' "$table" | while IFS="$tab" read -r name rest; do
  [ $# = 0 ] || { wanted=; for part; do case $name in *"$part"*) wanted=1 ;; esac; done; [ "$wanted" ] || continue; }
  printf '%s\t%s\n' "$name" "$rest"
done > "$rows"
[ -s "$rows" ] || { echo "No row of $table has such a name." >&2; exit 1; }

build() { (cd "$clone/tests/ImageSdk.$1.Tests" && dotnet build -v:quiet -nologo $options) > "$log" 2>&1; }

# Fails where a test does, or there is none.
run_tests() {
  (cd "$clone/tests/ImageSdk.$1.Tests" && dotnet test --no-build --filter "$2" $hang) > "$log" 2>&1 && grep -q '^Passed!' "$log"
}

# Replaces a text that occurs once in a file.
replace() {
  FIND=$2 REPLACEMENT=$3 awk '
    BEGIN { find = ENVIRON["FIND"]; replacement = ENVIRON["REPLACEMENT"] }
    { while (at = index($0, find)) { found++; printf "%s%s", substr($0, 1, at - 1), replacement; $0 = substr($0, at + length(find)) } print }
    END { exit found != 1 }' "$clone/$1" > "$log" && cat "$log" > "$clone/$1"
}

# A test that fails without any mistake would kill every mutant.
say "Testing without mistakes"
for project in $(cut -f 5 "$rows" | sort -u); do
  filter=$(awk -F '\t' -v project="$project" '$5 == project { print "FullyQualifiedName~" $6 }' "$rows" | sort -u | paste -s -d '|')
  build "$project" || { cat "$log" >&2; exit 1; }
  run_tests "$project" "$filter" || { cat "$log" >&2; echo "Tests of $project fail as they are." >&2; exit 1; }
done

say "Testing $(wc -l < "$rows") mistakes"
killed=0
survived=0
wrong=0
while IFS="$tab" read -r name file find replacement project test; do
  if ! replace "$file" "$find" "$replacement"; then
    echo "$name: $file does not have the text exactly once: $find"
    wrong=$((wrong + 1))
  elif ! build "$project"; then
    echo "$name: does not compile: $(grep -m 1 -o 'error.*' "$log")"
    wrong=$((wrong + 1))
  elif run_tests "$project" "FullyQualifiedName~$test" < /dev/null; then
    echo "$name: SURVIVED $test"
    survived=$((survived + 1))
  elif grep -q 'No test matches' "$log"; then
    echo "$name: there is no test $test"
    wrong=$((wrong + 1))
  else
    echo "$name: killed"
    killed=$((killed + 1))
  fi
  git -C "$clone" checkout --quiet --force
done < "$rows"

echo
echo "$killed killed, $survived survived$([ "$wrong" = 0 ] || echo ", $wrong rows to mend")"
[ "$survived" = 0 ] && [ "$wrong" = 0 ]
