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
    finding_doc(
        "W573", "bootm-limit", "the image is larger than U-Boot's bootm takes",
        "U-Boot unpacks at most CONFIG_SYS_BOOTM_LEN bytes (64 MiB unless changed) as one "
        "kernel, so image.itb and image.uimg may be refused. booti and an ELF loader have no "
        "such limit.",
        "", "Boot image.bin with booti, or build U-Boot with a larger CONFIG_SYS_BOOTM_LEN."),
};

}  // namespace

std::span<const FindingDoc> image_findings() { return docs; }

}  // namespace mkl
