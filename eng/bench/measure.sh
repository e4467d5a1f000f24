# Rows and their samples, as lines of words that bench/ImageSdk.Bench makes the results of. Sourced.

# $1 = name, $2 = goal ("<=0.9", ">=0.9", or "-" for none), $3 = unit, $4 = what is measured, $5 = what it is compared with.
row() {
  ! is_asked_for "$1" || printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" >> "$work/asked"
}

# $1 = row.
is_asked_for() {
  [ -n "$only" ] || return 0
  for name in $only; do
    case $name in "$1" | "$group") return 0 ;; esac
  done
  return 1
}

has_row() { grep -q "^$1	" "$work/rows"; }

# $1 = row, $2 = ours, peer, or (of a growth row) whose and how much, as in ours@100; $3 = value.
sample() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >> "$work/samples"; }

# $1 = row, $2 = why it has no figures, or only one side's.
reason() { printf '%s\t%s\n' "$1" "$2" >> "$work/reasons"; }

has_reason() { grep -q "^$1	" "$work/reasons"; }

# Runs a command; its seconds are in $seconds. What it says is shown where it fails.
time_of() {
  before=$(date +%s.%N)
  "$@" > "$work/output" 2>&1 || { show_failure "$*"; return 1; }
  seconds=$(echo "$(date +%s.%N) $before" | awk '{ printf "%.4f", $1 - $2 }')
}

show_failure() {
  echo "Failed: $1" >&2
  tail -n 30 "$work/output" >&2
}

# $1 = row, the rest = a command of ours.
measure_ours() {
  name=$1
  shift
  time_of "$@" || { reason "$name" "our build failed"; exit 1; }
  sample "$name" ours "$seconds"
}

# $1 = row, the rest = a command of the peer. One that can't run is a row with the reason.
measure_peer() {
  name=$1
  shift
  ! has_reason "$name" || return 0
  if time_of "$@"; then
    sample "$name" peer "$seconds"
  else
    reason "$name" "the peer failed: $(tail -n 1 "$work/output" | tr -d '\t"\\' | cut -c 1-160)"
  fi
}

minus() { echo "$1 $2" | awk '{ printf "%.4f", $1 - $2 }'; }

# $1 = rounds of a full run, $2 = of a quick one.
rounds() { seq "$([ -n "$quick" ] && echo "$2" || echo "$1")"; }
