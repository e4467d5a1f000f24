# The ordinary user of the tests. Sourced, never run.

# Runs a command as the ordinary user of the tests. Where the SDK is in a folder that he may not enter, such as root's home, he sees
# it in another place, in a mount namespace of the command's own.
as_user() {
  if [ -z "$user_dotnet" ]; then
    runuser -u "$user" -- "$@"
  else
    # shellcheck disable=SC2016 — the inner shell expands them
    unshare --mount --propagation private sh -c 'mount --bind "$1" "$2" && user=$3 && PATH=$2:$PATH && export PATH DOTNET_ROOT="$2" && shift 3 && exec runuser -u "$user" -- "$@"' \
      sh "$dotnet_folder" "$user_dotnet" "$user" "$@"
  fi
}
