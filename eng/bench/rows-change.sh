# One input of W changed. Sourced.

describe() {
  row one-file "<=0.6" s "one file of post-scripts-files changed: \`dotnet build\` minus the same unchanged (scanned, hashed, tested)" "buildah's whole rebuild for the same change"
  row one-file-published "<=0.6" s "the same and added to the store: \`dotnet publish\` minus the same unchanged" "buildah's whole rebuild, which stores too"
  row one-script "<=0.6" s "one script changed: \`dotnet build\` minus the same unchanged and minus the script's own time" "buildah's whole rebuild for the same change"
}

run() {
  make_workload
  w="$work/projects/w"
  peer="$work/buildah-w"
  cp -a "$w" "$peer"
  make_containerfile "$peer"
  if ! { prepare_buildah && time_of bud "$peer" w; }; then
    for name in one-file one-file-published one-script; do reason "$name" "buildah can't run: $(tail -n 1 "$work/output" | tr -d '\t"\\' | cut -c 1-160)"; done
  fi
  time_of publish "$w"
  for round in $(rounds 11 5); do
    time_of build "$w"
    unchanged=$seconds
    if has_row one-file; then
      echo "file $round" > "$w/post-scripts-files/etc/w-late"
      echo "file $round" > "$peer/post-scripts-files/etc/w-late"
      measure_minus one-file "$unchanged" build "$w"
      measure_peer one-file bud "$peer" w
    fi
    if has_row one-script; then
      make_script "$w/scripts/10-built" "$round"
      make_script "$peer/scripts/10-built" "$round"
      time_of sh -c 'echo "built" > "$1"' sh "$work/script-output"
      measure_minus one-script "$(echo "$unchanged $seconds" | awk '{ print $1 + $2 }')" build "$w"
      measure_peer one-script bud "$peer" w
    fi
    if has_row one-file-published; then
      time_of publish "$w"
      time_of publish "$w"
      unchanged=$seconds
      echo "published $round" > "$w/post-scripts-files/etc/w-late"
      echo "published $round" > "$peer/post-scripts-files/etc/w-late"
      measure_minus one-file-published "$unchanged" publish "$w"
      measure_peer one-file-published bud "$peer" w
    fi
  done
}

publish() { (cd "$1" && dotnet publish -nologo -tl:off -v:quiet); }

# $1 = row, $2 = seconds to take off, the rest = a command of ours.
measure_minus() {
  name=$1
  floor=$2
  shift 2
  time_of "$@" || { reason "$name" "our build failed"; exit 1; }
  sample "$name" ours "$(minus "$seconds" "$floor")"
}
