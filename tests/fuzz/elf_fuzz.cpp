// SPDX-License-Identifier: BSD-2-Clause
// Kernels and components.
#include "fuzz.hpp"
#include "mkl/formats/elf.hpp"

std::vector<mkl::Bytes> mkl::fuzz::seeds() {
    const auto code = as_bytes("code of a kernel");
    const WrittenElf elf = write_elf(Architecture::aarch64, 0x80000,
                                     {
                                         {ByteRope{Bytes(code.begin(), code.end())}, 0x80000,
                                          0x80000, 0x2000, elf_readable | elf_executable},
                                         {ByteRope{Bytes(code.begin(), code.end())}, 0x90000,
                                          0x90000, 0x100,  elf_readable | elf_writable  }
    });
    return {elf.bytes.flatten()};
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace mkl;
    const auto input = fuzz::bytes(data, size);
    DiagnosticSink sink;
    const auto elf = read_elf(input, Architecture::aarch64, {"x.elf", {}}, sink);
    if (elf.has_value() == sink.has_errors()) __builtin_trap();
    (void)elf_symbol(input, "__image_end");
    if (!elf) return 0;
    for (const ElfSegment& s : elf->segments)
        if (s.offset > size || s.file_size > size - s.offset || s.file_size > s.memory_size)
            __builtin_trap();
    return 0;
}
