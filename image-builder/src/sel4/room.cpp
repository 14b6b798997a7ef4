// SPDX-License-Identifier: BSD-2-Clause
// What a 16.0.0 kernel needs to start its root task: one block for the root task's objects, taken
// from the top of the highest free region that can hold it, and slots in its CNode.
#include <algorithm>

#include "mkl/sel4/check.hpp"
#include "mkl/support/text.hpp"

namespace mkl::sel4 {

namespace {

constexpr uint64_t page = 4096, slot_bytes = 32;
// Beside the CNode: TCB, VSpace, boot info, IPC buffer, paging; 0xa800 in a debug build with a
// 4 MiB root image. A page table for each 2 MiB of the image comes on top.
constexpr uint64_t other_objects = 0xb000;
constexpr uint64_t fixed_slots = 16;  ///< seL4_NumInitialCaps
constexpr uint64_t own_slots = 128;   ///< of mkl's initialiser: its own mappings, tables, fillers
// Untypeds of a node with one RAM range: 58 to 62 were seen.
constexpr uint64_t usual_untypeds = 64;

}  // namespace

uint64_t root_objects_size(const Kernel& kernel, PhysRange root) {
    const uint64_t tables = root.size_bytes() / page / 512 + 4;
    return (slot_bytes << kernel.config.root_cnode_bits) + other_objects + tables * page;
}

uint64_t slots_needed(const Kernel& kernel, const Room& room, uint64_t root_end) {
    const uint64_t pages = (root_end - room.root.base().value) / page;
    const uint64_t untypeds = std::min<uint64_t>(kernel.config.untyped_limit, usual_untypeds);
    return fixed_slots + pages / 512 + 4 + pages + untypeds +
           (room.objects == 0 ? 0 : room.objects + own_slots);
}

bool check_room(const Kernel& kernel, const Room& room, DiagnosticSink& sink) {
    const uint64_t cnode = slot_bytes << kernel.config.root_cnode_bits;
    const uint64_t pages = room.root.size_bytes() / page;
    const uint64_t need = root_objects_size(kernel, room.root);
    const std::vector<PhysRange> taken{
        PhysRange::between(room.ram.front().base(), room.root.end())};
    const std::vector<PhysRange> free = subtract(room.ram, taken);
    const bool fits = std::any_of(free.begin(), free.end(), [&](PhysRange r) {
        return r.size_bytes() >= need && (r.end().value - need) / cnode * cnode >= r.base().value;
    });
    if (!fits) {
        uint64_t largest = 0;
        for (const PhysRange r : free) largest = std::max(largest, r.size_bytes());
        sink.report({"E566",
                     room.where,
                     cat("node '", room.node,
                         "' has too little RAM: behind kernel and root image '", kernel.origin.name,
                         "' needs ", size_text(need), " at a multiple of ", size_text(cnode),
                         " for its root task's objects; ", size_text(largest), " are left"),
                     {},
                     "give the node more memory"});
        return false;
    }
    const uint64_t slots = uint64_t{1} << kernel.config.root_cnode_bits;
    const uint64_t used = slots_needed(kernel, room, room.root.end().value);
    if (used > slots) {
        sink.report({"E566",
                     room.where,
                     cat("node '", room.node, "': the root CNode of '", kernel.origin.name,
                         "' has ", slots, " slots; ", used, " are needed (", pages,
                         " pages of root image, ", room.objects, " objects)"),
                     {},
                     cat("build the kernel with KernelRootCNodeSizeBits=",
                         kernel.config.root_cnode_bits + 1, " or more, or run less on the node")});
        return false;
    }
    return true;
}

}  // namespace mkl::sel4
