# The original's imageserver and imaginator, and W as a manifest of theirs. Sourced.

imageserver_port=16971
imaginator_port=16975

# Certificates of a throw-away authority: the imaginator has no other way.
make_certificates() {
  mkdir -p "$1/client"
  (
    cd "$1"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=bench" \
      -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout authority.key -out authority.pem
    make_certificate imageserver imageserver.cert imageserver.key
    make_certificate imaginator imaginator.cert imaginator.key
    make_certificate admin client/admin.cert client/admin.key
    chmod -R a+rX .
  ) > "$work/output" 2>&1
}

# $1 = name, $2 = certificate, $3 = key. It may do everything: the extension lists methods.
make_certificate() {
  cat > request.cnf <<END
[extensions]
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=DNS:localhost,IP:127.0.0.1
1.3.6.1.4.1.9586.100.7.1=ASN1:SEQUENCE:methods
[methods]
all=UTF8:*.*
END
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$3" -out request.csr
  openssl x509 -req -in request.csr -CA authority.pem -CAkey authority.key -set_serial "0x$(openssl rand -hex 8)" -days 2 \
    -extfile request.cnf -extensions extensions -out "$2"
}

# $1 = folder of W's manifest.
write_imaginator_settings() {
  manifest="$work/imaginator/manifests/w"
  mkdir -p "$manifest" "$work/imaginator/state" "$work/imaginator/log" "$work/imaginator/builds" "$work/imaginator/tmp"
  cp -a "$1/files" "$1/scripts" "$1/post-scripts-files" "$1/tests" "$manifest"
  echo '{ "SourceImage": "boot/minbase", "FilterLines": ["/tmp/.*"] }' > "$manifest/manifest"
  : > "$manifest/filter.add"
  echo "$workload_packages" | tr ' ' '\n' > "$manifest/package-list"
  echo "{ \"Streams\": { \"bench/w\": { \"ManifestUrl\": \"dir://$work/imaginator/manifests\", \"ManifestDirectory\": \"w\" } } }" \
    > "$work/imaginator/streams.json"
  cat > "$work/imaginator/settings.json" <<END
{
  "BindMounts": ["$work/mirror"],
  "BootstrapStreams": {
    "boot/minbase": {
      "BootstrapCommand": ["mmdebstrap", "--mode=root", "--variant=minbase", "--hook-dir=$mirror_hooks", "bookworm", "\$dir", "$source_line"],
      "FilterLines": ["/tmp/.*"], "PackagerType": "deb"
    }
  },
  "ImageStreamsCheckInterval": 2, "ImageStreamsUrl": "file://$work/imaginator/streams.json",
  "PackagerTypes": {
    "deb": {
      "CleanCommand": ["apt-get", "clean"], "CleanPatterns": ["/var/lib/apt/lists/.*"],
      "InstallCommand": ["apt-get", "-q", "-y", "--no-install-recommends", "install"],
      "ListCommand": {
        "ArgList": ["dpkg-query", "-f", "\${binary:Package} \${Version} \${Installed-Size}\\n", "--show"], "SizeMultiplier": 1024
      },
      "RemoveCommand": ["apt-get", "-q", "--purge", "-y", "--allow-remove-essential", "remove"],
      "UpdateCommand": ["apt-get", "-q", "-y", "update"],
      "UpgradeCommand": ["apt-get", "-q", "-y", "dist-upgrade"],
      "Verbatim": ["export DEBIAN_FRONTEND=noninteractive"]
    }
  }
}
END
}

# $1 = port, $2 = log.
wait_for_port() {
  for _ in $(seq 100); do
    # Whatever it says: 7 is "could not connect".
    curl --silent --insecure --noproxy '*' --output /dev/null "https://127.0.0.1:$1/" && return 0
    [ $? = 7 ] || return 0
    sleep 0.1
  done
  cp "$2" "$work/output"
  return 1
}

start_imaginator() {
  tools=$IMAGESDK_GO_TOOLS
  mkdir -p "$work/imageserver/images" "$work/imageserver/objects" "$work/imageserver/log"
  chown -R nobody "$work/imageserver"
  # It does not run as root, and asks a metadata service for its certificate: there is none here.
  http_proxy=http://127.0.0.1:1 setpriv --reuid=nobody --regid=nogroup --clear-groups "$tools/imageserver" \
    -portNum="$imageserver_port" -imageDir="$work/imageserver/images" -objectDir="$work/imageserver/objects" -logDir="$work/imageserver/log" \
    -alsoLogToStderr -CAfile="$work/certificates/authority.pem" -certFile="$work/certificates/imageserver.cert" \
    -keyFile="$work/certificates/imageserver.key" -identityCAfile="$work/certificates/none" -srpcTrustVmOwners=false > "$work/imageserver.log" 2>&1 &
  servers=$!
  wait_for_port "$imageserver_port" "$work/imageserver.log" || return 1
  (
    umask 022
    export TMPDIR="$work/imaginator/tmp" http_proxy=http://127.0.0.1:1
    exec unshare --mount "$tools/imaginator" -portNum="$imaginator_port" -configurationUrl="file://$work/imaginator/settings.json" \
      -stateDir="$work/imaginator/state" -logDir="$work/imaginator/log" -buildLogDir="$work/imaginator/builds" \
      -imageServerHostname=127.0.0.1 -imageServerPortNum="$imageserver_port" -imageRebuildInterval=0 -alsoLogToStderr \
      -srpcTrustVmOwners=false -CAfile="$work/certificates/authority.pem" -identityCAfile="$work/certificates/none" \
      -certFile="$work/certificates/imaginator.cert" -keyFile="$work/certificates/imaginator.key"
  ) > "$work/imaginator.log" 2>&1 &
  servers="$servers $!"
  wait_for_port "$imaginator_port" "$work/imaginator.log"
}

stop_imaginator() {
  for pid in $servers; do kill "$pid" 2>/dev/null || :; done
  for pid in $servers; do wait "$pid" 2>/dev/null || :; done
}

build_by_imaginator() {
  for stream in boot/minbase bench/w; do
    http_proxy=http://127.0.0.1:1 "$IMAGESDK_GO_TOOLS/builder-tool" -certDirectory="$work/certificates/client" \
      -imaginatorHostname=127.0.0.1 -imaginatorPortNum="$imaginator_port" -imageServerHostname=127.0.0.1 \
      -imageServerPortNum="$imageserver_port" -alwaysShowBuildLog build-image "$stream" || return 1
  done
}
