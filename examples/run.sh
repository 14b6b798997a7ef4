#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Main job on a fresh Debian 12: installs the packages, builds mkl, boots the two-node example and
# ends when the client on node0 has had all its sums from the adder on node1.
set -euo pipefail
cd "$(dirname "$0")/.."

bash cmake/install-packages.sh run
cmake --preset release -DMKL_TESTS=OFF
cmake --build --preset release
build/release/mkl qemu examples/adder/system.yaml --expect "sums correct" --timeout 60
