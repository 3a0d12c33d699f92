#!/usr/bin/env bash
# Run `tap-pagerduty | target-postgres` once and keep the state, for any scheduler that runs a
# command: cron, Airflow, Kubernetes.
#
#   PAGERDUTY_HOME    directory for the state
#   PAGERDUTY_CONFIG  directory with config.json, target.json and, to select streams,
#                     catalog.json; default: PAGERDUTY_HOME
#   TAP_COMMAND, TARGET_COMMAND  default: tap-pagerduty, target-postgres
#
# Exit status: 0 if both succeeded; 75 if another run is active; 128 + n if signal n stopped the
# run; else that of the command that failed.
set -u -o pipefail
umask 077  # what is loaded is for nobody else on this machine
cd "${PAGERDUTY_HOME:?}" || exit 2
config=${PAGERDUTY_CONFIG:-.}

# The tap and the target inherit the lock: it holds until the last of the three has ended.
exec 9>> lock
flock --nonblock 9 || { echo "Another run is active; this one ends." >&2; exit 75; }

# Take the last state that the target has printed; a line that was cut off is no state.
keep_state() {
  local line state=
  while IFS= read -r line; do state=$line; done < states.jsonl
  if [ -n "$state" ]; then
    printf '%s\n' "$state" > state.json.new && mv state.json.new state.json
  fi
}
touch states.jsonl && keep_state || exit 2  # of a run that was killed together with this script
: > states.jsonl
[ -s state.json ] || echo '{}' > state.json
catalog=()
[ -s "$config/catalog.json" ] && catalog=(--catalog "$config/catalog.json")

# A signal stops the tap only: the target then reads to the end of its input, commits and prints
# the state. Job control (-m) gives each a process group of its own, so that a signal to this
# script's group does not reach the target.
stopped=
stop() { stopped=$1; kill -TERM "$tap" 2> /dev/null; }
ended() {  # a signal ends `wait`, not the process
  local status
  wait "$1"
  status=$?
  while kill -0 "$1" 2> /dev/null; do wait "$1"; status=$?; done
  return "$status"
}
rm -f messages && mkfifo messages || exit 2
set -m
"${TARGET_COMMAND:-target-postgres}" --config "$config/target.json" < messages >> states.jsonl &
target=$!
"${TAP_COMMAND:-tap-pagerduty}" --config "$config/config.json" "${catalog[@]}" \
  --state state.json > messages &
tap=$!
trap 'stop 1' HUP
trap 'stop 2' INT
trap 'stop 15' TERM
ended "$tap"
status=$?
ended "$target" || status=$?

keep_state
[ -z "$stopped" ] || exit $((128 + stopped))
exit "$status"
