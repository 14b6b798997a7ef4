// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/qemu/qemu.hpp"

namespace mkl {}  // namespace mkl
