// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/findings.hpp"

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {

constexpr FindingDoc docs[] = {
    finding_doc(
        "E500", "elf-not-elf", "a program is not an ELF file",
        "Kernels, components and root tasks are linked ELF programs. The named file does not "
        "begin with the ELF magic.",
        "components: {client: {elf: client.bin, ...}}",
        "Give the file that the linker wrote, not a flat binary, an archive or a text file."),
    finding_doc(
        "E501", "elf-truncated", "an ELF file ends too early",
        "A header or a segment of the file reaches past its end: the file was cut off, most "
        "often by an interrupted build or copy.",
        "", "Build or copy the file again."),
    finding_doc(
        "E502", "elf-kind", "an ELF file is of the wrong kind",
        "mkl takes static, 64-bit, little-endian executables of the board's architecture. "
        "Position independent and dynamically linked programs need a loader that a node does "
        "not have.",
        "", "Link with -static -no-pie and the compiler of the board's architecture."),
    finding_doc(
        "E503", "elf-segments", "an ELF file's segments contradict themselves",
        "The program headers are missing, overlap, are larger in the file than in memory, or "
        "wrap around the address space.",
        "", "Correct the linker script; if the file should be sound, build or copy it again."),
    finding_doc(
        "E504", "elf-entry", "an ELF file's entry point is not in its code",
        "Execution would begin at an address where the file has no executable bytes.", "",
        "Link with an entry symbol that exists (-e SYMBOL), in a segment that is executable."),
};

}  // namespace

std::span<const FindingDoc> formats_findings() { return docs; }

}  // namespace mkl
