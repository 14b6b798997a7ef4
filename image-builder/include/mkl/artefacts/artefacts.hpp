// SPDX-License-Identifier: BSD-2-Clause
// What a plan becomes: per node device tree, overlay, boot record, CapDL and root image, and where
// each of them stands in the node's memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mkl/abi/payload.h"
#include "mkl/artefacts/share.hpp"
#include "mkl/model/hardware.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/model/system.hpp"
#include "mkl/support/diagnostic.hpp"
#include "mkl/support/file_system.hpp"
#include "mkl/support/outputs.hpp"
#include "mkl/support/round.hpp"

namespace mkl {

/// A file of the payload and where its pieces go.
struct PlacedFile {
    std::string name;   ///< in the archive: "node0/kernel.elf"
    uint32_t role = 0;  ///< MKL_ROLE_*
    ByteRope data;
    std::vector<mkl_payload_segment> segments;  ///< ascending dest, inside the node's memory
};

/// Addresses of a node's parts; kernel < DTB < boot record < root image, or kernel < info page <
/// root image with the tree as its end. (An unmodified seL4 needs
/// that order: it does not sort what it reserves.)
struct NodeLayout {
    PhysRange kernel;           ///< base multiple of 2 MiB; BSS included
    uint64_t kernel_virt = 0;   ///< virtual address of kernel.base()
    uint64_t kernel_entry = 0;  ///< as mkl_payload_node.kernel_entry
    uint32_t protocol = MKL_PROTOCOL_MKL;
    uint32_t level = 0;     ///< as mkl_payload_node.level
    uint32_t flags = 0;     ///< MKL_NODE_PA_44
    PhysRange dtb;          ///< base 4 KiB aligned, exact size
    PhysRange boot_record;  ///< base 4 KiB aligned, exact size; empty for other protocols
    PhysRange info;         ///< loader info page; empty for other protocols
    PhysRange root;  ///< 4 KiB aligned, both ends; with loader info the tree is its last part
    uint64_t root_virt = 0;
    uint64_t root_entry = 0;
    std::vector<PhysRange> kept_from;  ///< RAM that its loader info page reserves
    PhysRange used;                    ///< from the kernel's base to the end of the last part
    PhysRange memory;                  ///< the node's first RAM range, which holds all of it

    /// What the kernel is told. An unmodified seL4 makes untypeds of the rest of the tree's page,
    /// down to 16 bytes: it gets whole pages, zero behind the tree. So does the root task that
    /// finds its tree at the end of its own image.
    uint64_t tree_size() const {
        if (protocol == MKL_PROTOCOL_MKL) return dtb.size_bytes();
        return round_up(dtb.size_bytes(), MKL_PAGE_SIZE);
    }
};

struct NodeArtefacts {
    Bytes dtb;
    std::string dts, overlay;
    std::string kernel_dts;  ///< complete tree for a build of seL4; empty for other kernels
    /// For a root task of the user's own: what it is given, as C macros and as JSON; else empty.
    std::string exports_h, exports_json;
    /// False: an ELF is not built yet (only with ArtefactOptions::complete == false); then what
    /// follows is empty.
    bool built = false;
    Bytes boot_record;
    std::string cdl;              ///< empty for a foreign `root:`
    std::string capdl_json;       ///< the same for rust-sel4 v5.0.0; empty as cdl
    bool json_extension = false;  ///< it has what v5.0.0 has no words for: SGIs, IRQControl
    /// Compact CapDL, as it stands in root.elf; empty for a foreign `root:`.
    ByteRope spec;
    NodeLayout layout;
    std::vector<PlacedFile>
        files;  ///< kernel.elf, root.elf, node.dtb, boot-record.bin or loader-info.bin
};

struct Artefacts {
    std::vector<NodeArtefacts> nodes;  ///< as in the plan
    SharedBytes loader;                ///< elfloader.bin; nullptr if not complete
    SharedBytes board_dtb;             ///< the board's tree as it was read
    std::vector<std::pair<std::filesystem::path, SharedBytes>> inputs;  ///< all that was read
};

struct ArtefactOptions {
    /// True (`mkl image`): a missing ELF is an error. False (`mkl check`, `mkl partition`): it is
    /// note N541, the node's boot record is left out, and no program of mkl's own is needed.
    bool complete = true;
    /// Where `mkl image -o` writes: {dir} of a kernel's `build:` is a node's directory below.
    std::filesystem::path out = ".";
};

/// nullopt if an error was reported.
std::optional<Artefacts> make_artefacts(const Plan& plan, const System& system,
                                        const Hardware& hardware, FileSystem& files,
                                        const Share& share, DiagnosticSink& sink,
                                        const ArtefactOptions& options = {});

/// False with E549 if another program has changed one of the inputs, which large artefacts still
/// refer to.
bool inputs_are_unchanged(const Artefacts& artefacts, DiagnosticSink& sink);

/// The files that `mkl partition` writes below DIR, plan.json and map.svg excepted (they are the
/// partitioner's): NODE/node.dtb, node.dts, overlay.dts, kernel.dts, exports.h,
/// exports.json, boot-record.bin.
std::vector<OutputFile> partition_files(const Plan& plan, const Artefacts& artefacts);

}  // namespace mkl
