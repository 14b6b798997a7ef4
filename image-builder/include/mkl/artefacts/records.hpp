// SPDX-License-Identifier: BSD-2-Clause
// Writer of a node's boot record (mkl/abi/boot_record.h).
#pragma once

#include "mkl/artefacts/artefacts.hpp"

namespace mkl {

/// The record's size does not depend on the addresses in `layout`.
Bytes write_boot_record(const Plan& plan, size_t node, const System& system,
                        const Hardware& hardware, const NodeLayout& layout);

/// Console and interrupt controller in the form that record and payload table share.
mkl_rec_console console_record(const Hardware& hardware, const std::string& device_path);
mkl_rec_intc controller_record(const Hardware& hardware, uint32_t cpu_number);

}  // namespace mkl
