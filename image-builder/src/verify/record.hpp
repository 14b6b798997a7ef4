// SPDX-License-Identifier: BSD-2-Clause
// Boot record (mkl/abi/boot_record.h) and ELF program headers, as verify reads them.
#pragma once

#include <elf.h>

#include <optional>
#include <string>
#include <vector>

#include "reader.hpp"

namespace mkl::verify {

struct Record {
    mkl_boot_header header{};
    std::optional<mkl_rec_node> node;
    std::optional<mkl_rec_kernel> kernel;
    std::optional<mkl_rec_root_task> root;
    std::optional<mkl_rec_console> console;
    std::optional<mkl_rec_intc> intc;
    std::optional<mkl_rec_timer> timer;
    std::vector<mkl_range> ram, devices, reserved, dtb, log, status;
    std::vector<mkl_rec_interrupt> interrupts;
    std::vector<mkl_rec_sgi_send> sends;
    std::vector<mkl_rec_sgi_receive> receives;
    std::vector<mkl_rec_shared> shared;
    std::vector<mkl_rec_authority> authority;
    std::string command_line;
    std::vector<uint16_t> unknown;
};

/// nullopt and `why` if the record must be refused.
std::optional<Record> read_record(const ByteView& bytes, std::string& why);

struct Elf {
    Elf64_Ehdr header{};
    std::vector<Elf64_Phdr> loads;  ///< PT_LOAD with memory, in file order
};
std::optional<Elf> read_elf(const ByteView& bytes, std::string& why);

}  // namespace mkl::verify
