# A clean machine that has a cache to share. Sourced.

describe() {
  row shared-cache "<=0.3" s "W on a clean machine with a shared remote cache: \`dotnet build\`" "its own cold build"
}

run() {
  reason shared-cache "the product has no shared cache yet"
}
