#!/bin/sh
# Runs those of the suites $@ that no other lane of eng/test.sh has taken, one after another. Prints what each said when it has ended.
. "$(dirname -- "$0")/common.sh"
. "$(dirname -- "$0")/test-user.sh"

# A test that hangs ends its run and is named, in the place of a machine that waits for hours.
hang="--Blame:CollectHangDump;TestTimeout=15m;HangDumpType=None"

number=0
for suite in "$@"; do
  mkdir "$work/$suite" 2>/dev/null || continue
  # Short, for the sockets that tests make below it.
  number=$((number + 1))
  case $suite in
  # Whole disks and what is uploaded of them: together with all that is built in memory it would be too much.
  ImageSdk.OpenStack.Tests | ImageSdk.ImageBuilder.Tests) place=$(mktemp -d "${TMPDIR:-/tmp}/imagesdk-tests.XXXXXX") ;;
  *) place="$work/$$.$number" && mkdir "$place" ;;
  esac
  echo "$place" >>"$work/places"
  log="$results/$suite.log"
  status=0
  echo "$(date +%H:%M:%S) $suite"
  if [ "$suite" = as-user ]; then
    copy="$work/copy"
    mkdir "$copy"
    cp -r "$root/tests/ImageSdk.Building.Tests/bin/Debug/net10.0/." "$copy"
    chmod -R a+rX "$copy"
    mkdir "$copy/results"
    chown "$user" "$copy/results" "$place"
    (cd "$copy" && as_user env "IMAGESDK_FIXTURES=${IMAGESDK_FIXTURES:-$root/../shared/fixtures}" "IMAGESDK_TEST_ROOT=$place" \
      dotnet vstest ImageSdk.Building.Tests.dll "--logger:trx;LogFileName=as-user.trx" --ResultsDirectory:"$copy/results" "$hang") >"$log" 2>&1 || status=1
    cp "$copy"/results/*.trx "$results/" || status=1
    rm -rf --one-file-system "$copy"
  else
    (cd "$root" && IMAGESDK_TEST_ROOT="$place" dotnet vstest "tests/$suite/bin/Debug/net10.0/$suite.dll" "--logger:trx;LogFileName=$suite.trx" \
      --ResultsDirectory:"$results" "$hang") >"$log" 2>&1 || status=1
  fi
  # It may lie in memory.
  rm -rf --one-file-system "$place"
  echo
  echo "== $suite"
  grep -v "^Data collector 'Blame'\|^Results File:\|^$\|^VSTest version\|^Starting test execution\|^A total of 1 test" "$log" || true
  [ "$status" = 0 ] || { echo "$suite:"; grep '^ *Failed ' "$log" || tail -n 5 "$log"; } >>"$work/failed"
done
