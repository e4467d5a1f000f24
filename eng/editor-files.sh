#!/bin/sh
# Writes the files in src/Sdk/editors that editors read (property pages, kinds of items, the schema of projects) from docs/properties.md and docs/items.md.
. "$(dirname -- "$0")/common.sh"

require_dotnet
cd "$root"
IMAGESDK_WRITE_EDITOR_FILES=true dotnet test tests/ImageSdk.Sdk.Tests --filter "FullyQualifiedName~Editors.EditorFileTests" "$@"
git --no-pager diff --stat -- src/Sdk/editors
