#!/bin/sh
# Packs two clean clones of the current commit, in folders of different names, and compares the packages byte by byte. Ends with one
# line a package. Arguments go to dotnet pack, say -p:CompileAhead=true.
. "$(dirname -- "$0")/common.sh"

need git git
need_dotnet
settle

work=$(mktemp -d "${TMPDIR:-/tmp}/imagesdk-reproducible.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM

for clone in "$work/one" "$work/a longer name, ümlaut/two"; do
  say "Packing in $clone"
  git clone --quiet --no-hardlinks "$root" "$clone"
  # NuGet unpacks a version once; packing must not take it away from whoever works with it.
  (cd "$clone" && dotnet pack ImageSdk.sln -c Release -v:quiet --disable-build-servers -p:KeepUnpackedPackage=true "$@")
done

say "Comparing"
status=0
packed=0
for package in "$work"/one/artifacts/feed/*.nupkg; do
  [ -e "$package" ] || break
  name=${package##*/}
  packed=$((packed + 1))
  if cmp "$package" "$work/a longer name, ümlaut/two/artifacts/feed/$name"; then
    echo "same      $name"
  else
    echo "different $name"
    status=1
  fi
done
[ "$packed" -gt 0 ] || { echo "No package was made." >&2; status=1; }
exit "$status"
