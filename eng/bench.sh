#!/bin/sh
# Compares our builds with those of other tools, in turn, and writes artifacts/bench/results.json and docs/performance.md.
#   eng/bench.sh [--quick] [--only NAME]... [--list]
#     --quick   fewer rounds: under 20 minutes on two cores
#     --only    these rows or groups of rows; the other rows of results.json stay as they were
#     --list    the names of the groups, and nothing else
# IMAGESDK_GO_TOOLS names the directory of the original's programs, where they are to be compared too.
#
# What is measured lies in memory and runs in namespaces of its own, without a network: when the script ends, or is killed,
# the kernel takes mounts and processes away. What was fetched stays in artifacts/bench for the next run.
. "$(dirname -- "$0")/common.sh"

groups="noop tree change package cold base imaginator growth operations artifacts shared-cache"
quick=
only=
inside=
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=yes ;;
    --only) only="$only ${2:?--only needs the name of a row or a group}"; shift ;;
    --list) echo "$groups"; exit ;;
    --inside) inside=$2; shift ;;
    *) echo "Unknown option $1. Usage: eng/bench.sh [--quick] [--only NAME]... [--list]" >&2; exit 2 ;;
  esac
  shift
done
umask 022
kept="$root/artifacts/bench"
parts="$root/eng/bench"

if [ "$(id -u)" != 0 ]; then
  echo "The benchmarks need root: for mmdebstrap, buildah and mkosi as root, and for file systems and namespaces of their own." >&2
  exit 1
fi

. "$parts/mirror.sh"
. "$parts/peers.sh"
if [ -z "$inside" ]; then
  . "$parts/outside.sh"
else
  work=$inside
  . "$parts/measure.sh"
  . "$parts/workload.sh"
  . "$parts/inside.sh"
fi
