#!/bin/sh
# Packs the release whose tag (v1.2.3) the checked-out commit has, from a clean tree, into artifacts/release. docs/contributing/release.md
# says what comes before and after. Arguments go to dotnet pack.
. "$(dirname -- "$0")/common.sh"

need git git
need_dotnet
settle

refuse() { echo "$*" >&2; exit 1; }

cd "$root"
[ -z "$(git status --porcelain)" ] || refuse "There are uncommitted changes: a release is packed from what is committed."
tag=$(git describe --exact-match --tags --match 'v[0-9]*' 2>/dev/null) || refuse "The commit has no tag of a release: git tag v1.2.3"
version=${tag#v}
grep -q "\"ImageSdk\": \"$version\"" samples/global.json || refuse "samples/global.json does not pin ImageSdk $version, so that the samples would not build."
grep -q "<VersionPrefix>$version<" Directory.Build.props || refuse "Directory.Build.props has another version than $version, so that builds after the release would not be found by the samples."
grep -q "^## $version" CHANGELOG.md || refuse "CHANGELOG.md has no section \"## $version\"."

say "Packing $version"
rm -rf artifacts/release
dotnet pack ImageSdk.sln -c Release -v:quiet --disable-build-servers -p:VersionFromTag=true -p:ContinuousIntegrationBuild=true -p:KeepUnpackedPackage=true \
  -o artifacts/release "$@"
ls artifacts/release
