#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs fuzz targets for a while each, one after another, and prints what was executed.
#   fuzz.sh [-b BUILD] SECONDS [TARGET...]    all targets if none is named
# Without -b the fuzz preset is built first, so that no stale program is run; with it, the programs in
# BUILD are run as they are.
# New inputs are kept in BUILD/fuzz-found/TARGET and are the start of the next run. Exit status 1 if
# a target crashed, hung or leaked; what did it is in BUILD/fuzz-crashes/TARGET. It then becomes a
# file in tests/fuzz/corpus.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
build=
if [ "${1:-}" = -b ]; then
    build=$2
    shift 2
fi
[ $# -ge 1 ] || { sed -n '3,6p' "$0"; exit 2; }
if [ -z "$build" ]; then
    build=$root/build/fuzz
    (cd "$root" && cmake --preset fuzz > /dev/null && cmake --build --preset fuzz --target fuzz_targets)
fi
seconds=$1
shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for program in "$build"/tests/fuzz/fuzz_*.corpus; do
        name=$(basename "$program" .corpus)
        targets+=("${name#fuzz_}")
    done
fi

failed=0 total=0
TIMEFORMAT='%U %S'
printf '%-14s %12s %8s %8s %8s  %s\n' target executions CPU-s corpus features result
for name in "${targets[@]}"; do
    program=$build/tests/fuzz/fuzz_$name
    [ -x "$program" ] || { echo "$name: $program is not built" >&2; exit 2; }
    found=$build/fuzz-found/$name crashes=$build/fuzz-crashes/$name
    mkdir -p "$found" "$crashes"
    MKL_FUZZ_SEEDS=$found "$program"
    corpus=$(cat "$program.corpus")
    log=$build/fuzz-found/$name.log
    result=ok
    # The entropic schedule takes more CPU than some of the targets themselves.
    { time "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -entropic=0 -print_final_stats=1 -artifact_prefix="$crashes/" "$found" "$corpus" \
        > "$log" 2>&1 || result=FAILED; } 2> "$log.time"
    executions=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    cpu=$(awk '{printf "%.0f", $1 + $2}' "$log.time")
    features=$(sed -n 's/.* ft: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
    printf '%-14s %12s %8s %8s %8s  %s\n' "$name" "${executions:-?}" "$cpu" \
        "$(find "$found" -type f | wc -l)" "${features:-?}" "$result"
    total=$((total + ${executions:-0}))
    if [ $result = FAILED ]; then
        failed=1
        grep -E '^SUMMARY|ERROR: |runtime error' "$log" | head -n 3 || true
    fi
done
echo "total: $total executions, ${#targets[@]} targets, $seconds s each"
exit $failed
