#!/bin/bash
# Says in Markdown which packages of which images a change replaces: compares the locks with those of the commit BASE.
#   package-changes.sh BASE [IMAGESDK...]     IMAGESDK: how to run the tool, "imagesdk" unless said
set -eu

base=$1
shift
[ $# -gt 0 ] || set -- imagesdk
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT

changed=
# With a NUL behind each name: a project may be called anything.
git diff --name-only -z --diff-filter=AM "$base" -- '*.lock.json' >"$before/names"
while IFS= read -r -d '' lock; do
  case $lock in */packages.lock.json | packages.lock.json) continue ;; esac
  changed=1
  name=${lock%/image.lock.json}
  if git show "$base:$lock" >"$before/image.lock.json" 2>/dev/null; then
    "$@" diff --format markdown --left-label="$base" --right-label="$name" -- "$before/image.lock.json" "$lock" || [ $? = 1 ]
  else
    printf '### %s\n\nA new image.\n\n' "$name"
  fi
done <"$before/names"
[ -n "$changed" ] || echo 'No packages change.'
