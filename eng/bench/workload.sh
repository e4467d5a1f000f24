# The workload W: Debian 12 minbase with openssh-server, nginx-light, curl and python3-minimal, 200 files and a script; as a
# project of ours and in the words of each peer. Sourced.

source_line="deb file://$work/mirror bookworm main"

# Settings that all projects share: packages, cache and store of this run alone.
make_projects_folder() {
  mkdir -p "$1"
  cat > "$1/nuget.config" <<END
<configuration><packageSources><clear /><add key="feed" value="$kept/feed" /></packageSources></configuration>
END
  version=$(basename "$kept"/feed/ImageSdk.[0-9]*.nupkg .nupkg)
  echo "{ \"msbuild-sdks\": { \"ImageSdk\": \"${version#ImageSdk.}\", \"Microsoft.Build.NoTargets\": \"$notargets_version\" } }" > "$1/global.json"
  cat > "$1/Directory.Build.props" <<END
<Project>
  <PropertyGroup>
    <ImageCacheDirectory>$work/cache</ImageCacheDirectory>
    <ImageStoreDirectory>$work/store</ImageStoreDirectory>
  </PropertyGroup>
</Project>
END
}

# $1 = packages, with blanks between them; there may be none.
package_items() {
  # shellcheck disable=SC2086 — a list of words
  [ -z "$1" ] || printf '<ImagePackage Include="%s" />\n' $1
}

# $1 = folder, $2 = stream, $3 = the packages.
make_bootstrap_project() {
  mkdir -p "$1"
  cat > "$1/image.imgproj" <<END
<Project Sdk="ImageSdk">
  <PropertyGroup>
    <ImageStream>$2</ImageStream>
    <BootstrapDistribution>debian</BootstrapDistribution>
    <BootstrapRelease>bookworm</BootstrapRelease>
    <BootstrapMirror>file://$work/mirror</BootstrapMirror>
  </PropertyGroup>
  <ItemGroup>
    $(package_items "$3")
    <ImageBindMount Include="$work/mirror" />
  </ItemGroup>
</Project>
END
}

# $1 = folder, $2 = stream, $3 = the packages, $4 = the folder of the project below.
make_derived_project() {
  mkdir -p "$1"
  cat > "$1/image.imgproj" <<END
<Project Sdk="ImageSdk">
  <PropertyGroup>
    <ImageStream>$2</ImageStream>
  </PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="$4/image.imgproj" />
    $(package_items "$3")
    <ImageBindMount Include="$work/mirror" />
  </ItemGroup>
</Project>
END
}

# $1 = folder, $2 = number of files, twenty directories of them.
make_files() {
  for number in $(seq "$2"); do
    directory="$1/srv/w/$((number % 20))"
    [ -d "$directory" ] || mkdir -p "$directory"
    # A few hundred bytes to some kilobytes.
    seq "$number" $((number + 100 + number % 7 * 200)) > "$directory/file-$number"
  done
}

# $1 = folder of a manifest: its files, its script, its test, and files that come after the script.
make_workload_files() {
  make_files "$1/files" 200
  mkdir -p "$1/scripts" "$1/post-scripts-files/etc" "$1/tests"
  make_script "$1/scripts/10-built" 0
  echo 0 > "$1/post-scripts-files/etc/w-late"
  printf '#!/bin/sh\ntest -s /etc/w-built\n' > "$1/tests/built"
  chmod 755 "$1/tests/built"
}

# $1 = file, $2 = what makes it another one than before.
make_script() {
  printf '#!/bin/sh\necho "built %s" > /etc/w-built\n' "$2" > "$1"
  chmod 755 "$1"
}

# $1 = folder, $2 = more arguments of dotnet build. Nothing of the terminal logger, which waits to draw.
build() {
  folder=$1
  shift
  (cd "$folder" && dotnet build -nologo -tl:off -v:quiet "$@")
}

# Ends what builds leave running for the next one.
stop_build_servers() {
  dotnet build-server shutdown > /dev/null 2>&1 || :
}

# Leaves the cache with nothing but packages.
empty_cache() {
  for entry in "$work"/cache/uid-*/*; do
    case $entry in
      */packages) ;;
      *) rm -rf "$entry" ;;
    esac
  done
}

# An image that takes no package tools: a root of a few directories. $1 = project file, $2 = stream.
make_tiny_project() {
  cat > "$1" <<END
<Project Sdk="ImageSdk">
  <PropertyGroup>
    <ImageStream>$2</ImageStream>
    <BootstrapCommand>$work/make-tiny-root \$dir</BootstrapCommand>
    <PackagerType>none</PackagerType>
  </PropertyGroup>
  <ItemGroup>
    <ImagePackagerType Include="none" CleanCommand="true" InstallCommand="true" ListCommand="true"
      RemoveCommand="true" UpdateCommand="true" UpgradeCommand="true" />
  </ItemGroup>
</Project>
END
}

make_tiny_root() {
  cat > "$work/make-tiny-root" <<'END'
#!/bin/sh
set -e
for program in sh cat true echo; do
  program=/bin/$program
  mkdir -p "$1/bin"
  cp -L $program "$1$program"
  for library in $(ldd $program | grep -o '/[^ ]*'); do
    mkdir -p "$1${library%/*}"
    cp -L $library "$1$library"
  done
done
mkdir -p "$1/dev" "$1/etc" "$1/proc" "$1/run" "$1/sys" "$1/tmp"
END
  chmod 755 "$work/make-tiny-root"
}

# W in $work/projects/w, built; once for all groups.
make_workload() {
  [ ! -e "$work/w-is-built" ] || return 0
  make_projects_folder "$work/projects"
  rm -rf "$work/projects/w"
  make_bootstrap_project "$work/projects/w" bench/w "$workload_packages"
  make_workload_files "$work/projects/w"
  build "$work/projects/w" > "$work/output" 2>&1 || { show_failure "the first build of W"; exit 1; }
  touch "$work/w-is-built"
}
