#!/bin/sh
# Makes a static site of the documentation, with search, in artifacts/site or the folder of the first argument. Any web server can serve it.
. "$(dirname -- "$0")/common.sh"

require_dotnet
site=$(realpath -m -- "${1:-$root/artifacts/site}")
cd "$root"
dotnet tool restore >/dev/null
# A link that leads nowhere is an error.
dotnet docfx docs/docfx.json --output "$site" --warningsAsErrors --logLevel Warning
say "The site is in $site. To look at it: dotnet docfx serve '$site'"
