#!/bin/sh
# Builds and publishes samples/hello on a machine that has nothing but the .NET SDK.
. "$(dirname -- "$0")/common.sh"

need_dotnet
need apt-get apt xz xz-utils bwrap bubblewrap unshare util-linux git git
need_subordinate_ids
settle
fill_feed

say "Building the image samples/hello: dotnet build samples/hello"
cd "$root/samples/hello"
dotnet build

say "Publishing it: dotnet publish samples/hello"
dotnet publish

say "The image"
imagesdk() { dotnet "$root/src/Cli/bin/Release/net10.0/imagesdk.dll" "$@"; }
imagesdk show samples/hello
say "Its packages"
imagesdk show samples/hello --packages
say "Where it is"
echo "Image record:  $root/samples/hello/bin/Debug/hello.image"
echo "Store:         ${XDG_DATA_HOME:-$HOME/.local/share}/imagesdk"
imagesdk list samples/hello --names
