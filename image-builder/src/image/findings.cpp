// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/image/findings.hpp"

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {

constexpr FindingDoc docs[] = {
    finding_doc("E570", "own-loader", "the loader does not belong to this mkl",
                "elfloader.bin in share/mkl has another version or architecture than the tool "
                "expects, or is damaged.",
                "", "Install mkl again, with its programs."),
    finding_doc("E571", "loader-too-small", "the payload does not fit the loader's memory",
                "While it boots, the loader holds itself, the archive with all programs, and its "
                "scratch memory. The plan's range for that is smaller.",
                "loader: {size: 1M}", "Give the loader the size that the hint names."),
    finding_doc("E572", "entry-too-large", "a file is too large for the archive",
                "The payload is a newc CPIO archive, whose files are smaller than 4 GiB.", "",
                "Leave debug information out of the program."),
    finding_doc("E574", "two-architectures", "two systems of one FIT need one architecture",
                "--second puts another system into the same image.itb, to choose from at boot. "
                "Both run on the same board.",
                "mkl image a.yaml --second riscv.yaml -o out", "Make one image for each board."),
    finding_doc(
        "W573", "bootm-limit", "the image is larger than U-Boot's bootm takes",
        "U-Boot unpacks at most CONFIG_SYS_BOOTM_LEN bytes (64 MiB unless changed) as one "
        "kernel. image.itb then has the nodes' files as loadables, for which the loader's memory "
        "must have room; image.uimg cannot. booti and an ELF loader have no such limit.",
        "mkl image system.yaml -o out --bootm-limit 8M",
        "Boot image.itb, or image.bin with booti; or build U-Boot with a larger "
        "CONFIG_SYS_BOOTM_LEN and say so with --bootm-limit."),
};

}  // namespace

std::span<const FindingDoc> image_findings() { return docs; }

}  // namespace mkl
