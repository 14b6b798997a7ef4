// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "mkl/model/hardware.hpp"

namespace mkl {

/// Device paths in the order of QEMU's -serial options: ascending address on every machine that
/// mkl knows (virt, xlnx-zcu102, raspi3b, sifive_u).
std::vector<std::string> serial_devices(const Hardware& hardware);

}  // namespace mkl
