#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs fuzz targets for a while each and prints what was executed.
#   fuzz.sh [-b BUILD] [-j JOBS] [-s SEED] SECONDS [TARGET...]    all targets if none is named
# Without -b the fuzz preset is built first, so that no stale program is run; with it, the programs in
# BUILD are run as they are. JOBS targets run at a time, one if it is not given. SEED is libFuzzer's:
# the same programs and corpora then try the same inputs in the same order; without it, new ones.
# New inputs are kept in BUILD/fuzz-found/TARGET and are the start of the next run. Exit status 1 if
# a target crashed, hung or leaked; what did it is in BUILD/fuzz-crashes/TARGET. It then becomes a
# file in tests/fuzz/corpus.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
build= jobs=1 seed=0
while getopts b:j:s: option; do
    case $option in
    b) build=$OPTARG ;;
    j) jobs=$OPTARG ;;
    s) seed=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || { sed -n '3,8p' "$0"; exit 2; }
if [ -z "$build" ]; then
    build=$root/build/fuzz
    (cd "$root" && cmake --preset fuzz > /dev/null && cmake --build --preset fuzz --target fuzz_targets)
fi
seconds=$1
shift
# An input may take ten seconds of a processor; libFuzzer counts the wall's.
timeout=$((10 * ((jobs + $(nproc) - 1) / $(nproc))))
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for program in "$build"/tests/fuzz/fuzz_*.corpus; do
        name=$(basename "$program" .corpus)
        targets+=("${name#fuzz_}")
    done
fi

# Prints the target's row of the table; false if it found something.
run_target() {
    local name=$1 result=ok program=$build/tests/fuzz/fuzz_$1
    local found=$build/fuzz-found/$name crashes=$build/fuzz-crashes/$name
    local log=$build/fuzz-found/$name.log
    [ -x "$program" ] || { echo "$name: $program is not built" >&2; return 1; }
    mkdir -p "$found" "$crashes"
    MKL_FUZZ_SEEDS=$found "$program"
    # The entropic schedule costs more than the targets themselves: half as many executions.
    local TIMEFORMAT='%U %S'
    { time "$program" -max_total_time="$seconds" -seed="$seed" -timeout=$timeout \
        -rss_limit_mb=2048 -max_len=65536 -entropic=0 -print_final_stats=1 \
        -artifact_prefix="$crashes/" "$found" "$(cat "$program.corpus")" \
        > "$log" 2>&1 || result=FAILED; } 2> "$log.time"
    printf '%-14s %12s %8s %8s %8s  %s\n' "$name" \
        "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")" \
        "$(awk '{printf "%.0f", $1 + $2}' "$log.time")" \
        "$(find "$found" -type f | wc -l)" \
        "$(sed -n 's/.* ft: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" $result
    [ $result = ok ] && return
    grep -E '^SUMMARY|ERROR: |runtime error' "$log" | head -n 3 || true
    return 1
}

failed=0 pids=()
printf '%-14s %12s %8s %8s %8s  %s\n' target executions CPU-s corpus features result
for name in "${targets[@]}"; do
    [ "$(jobs -rp | wc -l)" -lt "$jobs" ] || wait -n || true
    run_target "$name" &
    pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
total=0
for name in "${targets[@]}"; do
    executed=$(sed -n 's/^stat::number_of_executed_units: //p' "$build/fuzz-found/$name.log" || true)
    total=$((total + ${executed:-0}))
done
echo "total: $total executions, ${#targets[@]} targets, $seconds s each, $jobs at a time"
exit $failed
