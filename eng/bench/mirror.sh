# A mirror of Debian 12 with the whole, signed index and only the packages that the benchmarks install, kept in
# artifacts/bench/mirror. Sourced.

workload_packages="openssh-server nginx-light curl python3-minimal"
added_packages="less nano tree unzip zip bc ed lsof file time"
# What the peers put in besides.
peer_packages="base-files base-passwd dpkg usr-is-merged usrmerge debianutils systemd"

# The growth rows install these: small, without scripts, alike, and of nothing but perl.
small_packages() {
  xz -dc "$1/dists/bookworm/main/binary-amd64/Packages.xz" | awk -v RS= -F'\n' '
    {
      name = depends = size = section = architecture = other = ""
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^Package: /) name = substr($i, 10)
        else if ($i ~ /^Depends: /) depends = substr($i, 10)
        else if ($i ~ /^Size: /) size = substr($i, 7) + 0
        else if ($i ~ /^Section: /) section = substr($i, 10)
        else if ($i ~ /^(Conflicts|Breaks|Provides|Replaces|Pre-Depends): /) other = "yes"
      }
      if (section == "perl" && depends ~ /^perl(:any)?$/ && size < 40000 && other == "") print name
    }' | head -n 500
}

# $1 = where the mirror is to be.
make_mirror() {
  [ ! -e "$1/complete" ] || return 0
  say "Making the mirror of packages ($1)"
  upstream=${IMAGESDK_DEBIAN_MIRROR:-http://deb.debian.org/debian}
  rm -rf "$1"
  mkdir -p "$1/dists/bookworm/main/binary-amd64" "$1/dists/bookworm/main/i18n" "$1/apt/lists/partial" "$1/apt/archives/partial" "$1/apt/etc/apt.conf.d" "$1/apt/etc/preferences.d"
  for name in InRelease main/binary-amd64/Packages.xz main/i18n/Translation-en.xz; do
    curl --fail --silent --show-error --location --output "$1/dists/bookworm/$name" "$upstream/dists/bookworm/$name"
  done
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $upstream bookworm main" > "$1/apt/etc/sources.list"
  : > "$1/apt/status"
  cat > "$1/apt/apt.conf" <<END
APT::Architecture "amd64";
APT::Architectures "amd64";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::Etc "$1/apt/etc";
Dir::State "$1/apt";
Dir::State::Status "$1/apt/status";
Dir::Cache "$1/apt";
END
  export APT_CONFIG="$1/apt/apt.conf"
  apt-get -qq update
  small_packages "$1" > "$1/small-packages"
  # shellcheck disable=SC2046,SC2086 — lists of words
  set -- "$1" '?essential' '?and(?priority(required),?not(?essential))' apt perl $workload_packages $added_packages $peer_packages $(cat "$1/small-packages")
  mirror=$1
  shift
  apt-get -qq --print-uris install "$@" | tr -d "'" | sed 's/%2b/+/g; s/%7e/~/g' > "$mirror/apt/uris"
  apt-get -qq --yes --download-only install "$@" > /dev/null
  unset APT_CONFIG
  while read -r uri name _; do
    place="$mirror/${uri#"$upstream"/}"
    mkdir -p "${place%/*}"
    mv "$mirror/apt/archives/$name" "$place"
  done < "$mirror/apt/uris"
  rm -rf "$mirror/apt"
  touch "$mirror/complete"
}
