#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# All tests on a fresh Debian 12: installs the packages, builds everything with warnings as
# errors, runs unit, fixture, golden, target-on-host, meta and QEMU boot tests.
set -euo pipefail
cd "$(dirname "$0")/.."

bash cmake/install-packages.sh test
cmake --preset dev
cmake --build --preset dev
ctest --preset dev -j "$(nproc)" "$@"
