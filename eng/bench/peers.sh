# The other tools: how they are fetched, and W in their words. Sourced.

notargets_version=3.7.0

# mkosi of Debian 13, unpacked: that of Debian 12 needs a running systemd. $1 = folder.
fetch_mkosi() {
  [ ! -e "$1/usr/bin/mkosi" ] || return 0
  say "Fetching mkosi"
  mkdir -p "$1"
  upstream=${IMAGESDK_DEBIAN_MIRROR:-http://deb.debian.org/debian}
  place=$(curl --fail --silent --location "$upstream/dists/trixie/main/binary-all/Packages.xz" | xz -dc |
    awk '/^Package: / { package = $2 } package == "mkosi" && /^Filename: / { print $2; exit }')
  if [ -n "$place" ] && curl --fail --silent --location --output "$1/mkosi.deb" "$upstream/$place"; then
    dpkg-deb -x "$1/mkosi.deb" "$1"
    rm "$1/mkosi.deb"
  else
    echo "mkosi can't be fetched: its rows will say so." >&2
  fi
}

# $1 = folder for a project, $2 = folder for packages.
fetch_notargets() {
  mkdir -p "$1"
  cat > "$1/notargets.csproj" <<END
<Project Sdk="Microsoft.Build.NoTargets/$notargets_version">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
  </PropertyGroup>
</Project>
END
  NUGET_PACKAGES=$2 dotnet restore "$1/notargets.csproj" -v:quiet ||
    echo "Microsoft.Build.NoTargets can't be fetched: its rows will say so." >&2
  rm -rf "$1/obj" "$1/bin"
}

mirror_hooks=/usr/share/mmdebstrap/hooks/file-mirror-automount

# $1 = folder to make, $2 = packages with commas between them, or nothing.
run_mmdebstrap() {
  mmdebstrap --mode=root --variant=minbase --hook-dir="$mirror_hooks" ${2:+--include="$2"} bookworm "$1" "$source_line"
}

# The same root as W. $1 = folder to make, $2 = folder of W's manifest.
make_root_by_mmdebstrap() {
  mmdebstrap --mode=root --variant=minbase --hook-dir="$mirror_hooks" --include="$(echo "$workload_packages" | tr ' ' ',')" \
    --customize-hook="copy-in '$2/files/srv' /" --customize-hook="copy-in '$2/scripts/10-built' /tmp" \
    --customize-hook="chroot \"\$1\" /tmp/10-built" --customize-hook="rm \"\$1/tmp/10-built\"" \
    --customize-hook="copy-in '$2/post-scripts-files/etc/w-late' /etc" bookworm "$1" "$source_line"
}

# Its own store, in memory as well; no helpers that the machine may not have.
run_buildah() {
  buildah --root "$work/buildah/root" --runroot "$work/buildah/run" --storage-driver overlay "$@"
}

# Brings a root into buildah's store as the image "minbase". $1 = folder of the root.
import_to_buildah() {
  mkdir -p "$work/buildah/import"
  echo '{ "default": [{ "type": "insecureAcceptAnything" }] }' > "$work/buildah/policy.json"
  tar -C "$1" --numeric-owner -cf "$work/buildah/import/root.tar" .
  printf 'FROM scratch\nADD root.tar /\n' > "$work/buildah/import/Containerfile"
  bud "$work/buildah/import" minbase
  rm -r "$work/buildah/import"
}

# $1 = folder with a Containerfile, $2 = name of the image.
bud() {
  run_buildah bud --layers --isolation chroot --signature-policy "$work/buildah/policy.json" --pull-never \
    --volume "$work/mirror:$work/mirror:ro" --tag "$2" "$1"
}

# W on "minbase". $1 = folder, which has W's manifest directories in it.
make_containerfile() {
  cat > "$1/Containerfile" <<END
FROM localhost/minbase
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $workload_packages && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY files/ /
COPY scripts/10-built /tmp/10-built
RUN /tmp/10-built && rm /tmp/10-built
COPY post-scripts-files/ /
END
}

# $1 = packages, with blanks between them.
mkosi_packages() { echo "Packages=apt,$1" | tr ' ' ','; }

# $1 = folder, $2 = folder of W's manifest, $3 = packages.
make_mkosi_project() {
  mkdir -p "$1" "$1-cache" "$1-workspace" "$1-out"
  cp -a "$2/files" "$1/mkosi.extra"
  cp -a "$2/scripts/10-built" "$1/mkosi.postinst.chroot"
  cat > "$1/mkosi.conf" <<END
[Distribution]
Distribution=debian
Release=bookworm
LocalMirror=file://$work/mirror
RepositoryKeyCheck=no
[Output]
Format=directory
OutputDirectory=$1-out
[Content]
$(mkosi_packages "$3")
[Build]
CacheDirectory=$1-cache
WorkspaceDirectory=$1-workspace
Incremental=yes
History=no
END
}

# mkosi copies itself at each of its calls with a Python before 3.12.
python_of_mkosi() {
  for python in python3.14 python3.13 python3.12 python3; do
    ! "$python" -c '' 2>/dev/null || { echo "$python"; return; }
  done
}

# $1 = folder of the project, the rest = arguments.
run_mkosi() {
  [ -e "$work/mkosi/usr/bin/mkosi" ] || { echo "mkosi could not be fetched" >&2; return 1; }
  project=$1
  shift
  (cd "$project" && PYTHONPATH="$work/mkosi/usr/lib/python3/dist-packages" "$(python_of_mkosi)" -m mkosi "$@")
}

# buildah's store with "minbase" in it, and a copy to begin with again; once for all groups.
prepare_buildah() {
  [ ! -e "$work/buildah-of-base" ] || return 0
  time_of run_mmdebstrap "$work/minbase" && time_of import_to_buildah "$work/minbase" || return 1
  rm -rf "$work/minbase"
  cp -a "$work/buildah" "$work/buildah-of-base"
}
