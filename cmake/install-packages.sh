#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Installs the Debian 12 packages that mkl is built, run and tested with. Root or sudo; does
# nothing, and needs neither, if all are there.
#   install-packages.sh run    what building mkl and booting an image takes
#   install-packages.sh test   also what the tests and the checks of .ci/run take
set -euo pipefail

run=(cmake ninja-build g++ libcli11-dev libyaml-cpp-dev libfdt-dev liblief-dev libssl-dev
     device-tree-compiler gcc-aarch64-linux-gnu g++-aarch64-linux-gnu gcc-riscv64-unknown-elf
     qemu-system-arm qemu-system-misc u-boot-qemu u-boot-tools)
test=(libgtest-dev libgmock-dev opensbi qemu-efi-aarch64 clang clang-format clang-tidy lld cpio
      openssl git python3 python3-jsonschema python3-yaml)

case "${1:-run}" in
    run) wanted=("${run[@]}") ;;
    test) wanted=("${run[@]}" "${test[@]}") ;;
    *) echo "usage: $0 [run|test]" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "needs root or sudo to install: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
echo "installing: ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "${missing[@]}"
