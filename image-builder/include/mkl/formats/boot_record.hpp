// SPDX-License-Identifier: BSD-2-Clause
// Reader of a boot record (mkl/abi/boot_record.h) as typed values, for tests and `mkl inspect`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mkl/abi/boot_record.h"
#include "mkl/support/file_system.hpp"

namespace mkl {

struct BootRecord {
    uint16_t major = 0, minor = 0;
    uint32_t arch = 0;
    mkl_rec_node node{};
    mkl_rec_kernel kernel{};
    mkl_rec_root_task root_task{};
    mkl_rec_intc controller{};
    mkl_rec_timer timer{};
    std::optional<mkl_rec_console> console;
    std::optional<mkl_range> dtb, log, status;
    std::vector<mkl_range> ram, devices, reserved;
    std::vector<mkl_rec_interrupt> interrupts;
    std::vector<mkl_rec_sgi_send> sgi_send;
    std::vector<mkl_rec_sgi_receive> sgi_receive;
    std::vector<mkl_rec_shared> shared;
    std::vector<mkl_rec_authority> authority;
    std::string command_line;
    std::vector<uint16_t> unknown;  ///< types that this reader does not know and skipped
};

/// Checks everything; nullopt and `error` ("record 5 reaches past the end") if it is not one.
std::optional<BootRecord> open_boot_record(std::span<const std::byte> bytes, std::string& error);

/// One line a fact, for people and goldens.
std::string to_text(const BootRecord& record);

}  // namespace mkl
