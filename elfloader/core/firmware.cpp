// SPDX-License-Identifier: BSD-2-Clause
#include "firmware.hpp"

#include "arch.hpp"
#include "fdt.hpp"
#include "mkl/rt/memory.hpp"
#include "range.hpp"

namespace mkl::loader {

namespace {

constexpr const char* subject = "firmware's device tree";
// The comparison needs the tree of one board; QEMU's and U-Boot's have under 64 KiB in use.
constexpr uint64_t max_tree = scratch_size - scratch_tree;
constexpr uint32_t max_memories = 64;

/// What the walk collects: firmware's view of the things that the plan decides about.
struct View {
    Table<mkl_range> claims;
    mkl_range memory[max_memories];
    uint32_t memories = 0;
    bool controller_seen = false;
    mkl_range controller[2];
    Fault fault;
};

bool is_controller(const mkl_rec_intc& intc, const FdtNode& node) {
    switch (intc.type) {
    case MKL_INTC_GICV2:
        return node.compatible.lists("arm,gic-400") || node.compatible.lists("arm,cortex-a15-gic");
    case MKL_INTC_GICV3:
        return node.compatible.lists("arm,gic-v3");
    case MKL_INTC_PLIC:
        return node.compatible.lists("riscv,plic0") || node.compatible.lists("sifive,plic-1.0.0");
    default:
        return false;
    }
}

bool is_other_controller(const mkl_rec_intc& intc, const FdtNode& node) {
    return intc.type == MKL_INTC_GICV2 ? node.compatible.lists("arm,gic-v3")
           : intc.type == MKL_INTC_GICV3
               ? node.compatible.lists("arm,gic-400") || node.compatible.lists("arm,cortex-a15-gic")
               : false;
}

void check_reserved(View& view, mkl_range reserved) {
    for (const mkl_range& claim : view.claims)
        if (view.fault.ok() && is_sane(reserved) && overlaps(claim, reserved))
            view.fault = fault(MKL_STATUS_FIRMWARE_TREE, subject, "firmware keeps RAM of the plan",
                               reserved.base, claim.base);
}

/// RAM, and what firmware keeps of it.
void collect_memory(const FdtNode& node, const char* parent, View& view) {
    mkl_range r{};
    if (node.device_type.lists("memory") && node.enabled()) {
        for (uint32_t i = 0; view.memories < max_memories && node.range(i, r); i++)
            view.memory[view.memories++] = r;
    }
    // OpenSBI leaves no-map out: a reservation that is neither reusable nor a pool of some
    // driver's is firmware's, too.
    const bool kept = node.no_map.present || (!node.reusable.present && !node.compatible.present);
    if (kept && equals(parent, "reserved-memory") && node.enabled()) {
        for (uint32_t i = 0; node.range(i, r); i++) check_reserved(view, r);
    }
}

void collect_controller(const Payload& p, const FdtNode& node, View& view) {
    if (!view.fault.ok()) return;
    const mkl_rec_intc& intc = p.header->intc;
    if (is_other_controller(intc, node) && node.enabled())
        view.fault = fault(MKL_STATUS_FIRMWARE_TREE, subject,
                           "another type of interrupt controller than planned");
    if (is_controller(intc, node) && node.enabled() && !view.controller_seen) {
        view.controller_seen = node.range(0, view.controller[0]);
        if (!node.range(1, view.controller[1])) view.controller[1] = {0, 0};
    }
}

/// Firmware may describe one bank in several adjacent pieces: cover the claim piece by piece.
bool is_covered(const View& view, mkl_range claim) {
    bool advanced = true;
    while (claim.size != 0 && advanced) {
        advanced = false;
        for (uint32_t i = 0; i < view.memories && claim.size != 0; i++) {
            const mkl_range m = view.memory[i];
            if (m.size == 0 || !contains(m, {claim.base, 1})) continue;
            const uint64_t room = m.size - (claim.base - m.base);
            const uint64_t step = room < claim.size ? room : claim.size;
            claim.base += step;
            claim.size -= step;
            advanced = true;
        }
    }
    return claim.size == 0;
}

/// Of what the walk has seen: all claims are RAM, and nobody keeps any of it.
Fault compare_memory(FdtReader& reader, uint64_t original, View& view) {
    mkl_range reserved{};
    for (uint32_t i = 0; reader.reservation(i, reserved); i++)
        if (original == 0 || !contains(reserved, {original, 1})) check_reserved(view, reserved);
    if (!view.fault.ok()) return view.fault;
    for (const mkl_range& claim : view.claims)
        if (!is_covered(view, claim))
            return fault(MKL_STATUS_FIRMWARE_TREE, subject, "a planned range is not RAM there",
                         claim.base, claim.size);
    return no_fault();
}

Fault compare_controller(const Payload& p, const View& view) {
    const mkl_rec_intc& intc = p.header->intc;
    if (!view.controller_seen) {
        if (intc.type == MKL_INTC_NONE) return no_fault();
        return fault(MKL_STATUS_FIRMWARE_TREE, subject,
                     "the planned interrupt controller is absent");
    }
    if (view.controller[0].base != intc.dist_base)
        return fault(MKL_STATUS_FIRMWARE_TREE, subject,
                     "interrupt controller elsewhere (there, planned)", view.controller[0].base,
                     intc.dist_base);
    if (intc.region_count != 0 && view.controller[1].base != intc.regions[0].base)
        return fault(MKL_STATUS_FIRMWARE_TREE, subject,
                     "interrupt controller's CPU part elsewhere (there, planned)",
                     view.controller[1].base, intc.regions[0].base);
    return no_fault();
}

}  // namespace

uint64_t save_firmware_tree(uint64_t tree, uint64_t to) {
    if (tree == 0 || tree % 8 != 0) return 0;
    const auto* from = reinterpret_cast<const uint8_t*>(tree);
    const uint64_t size = FdtReader::used_size(from, max_tree);
    memmove(reinterpret_cast<void*>(to), from, size);
    return size;
}

Fault check_room(const mkl_loader_params& params, FirmwareTree tree, uint64_t size) {
    if (size == 0) return no_fault();
    FdtReader reader{reinterpret_cast<const uint8_t*>(tree.copy), size};
    const mkl_range footprint = {params.run_base, params.footprint};
    View view;
    view.claims = {&footprint, 1};
    reader.walk(
        [&](const FdtNode& node, const char* parent) { collect_memory(node, parent, view); });
    if (reader.failed()) return no_fault();  // check_firmware_tree says so
    return compare_memory(reader, tree.original, view);
}

Fault check_firmware_tree(const Payload& payload, FirmwareTree firmware, Console& console) {
    uint64_t tree = firmware.copy;
    if (tree == 0 && payload.ram.count != 0) {
        // QEMU with an ELF passes no pointer, but leaves its tree at the start of RAM.
        const mkl_range ram = payload.ram[0];
        const auto* p = reinterpret_cast<const uint8_t*>(ram.base);
        if (!overlaps({ram.base, max_tree}, payload.header->loader) && ram.size > max_tree &&
            load_be32(p) == fdt_magic)
            tree = ram.base;
    }
    if (tree == 0) {
        console.line("no device tree from firmware: nothing to compare the plan with");
        return no_fault();
    }
    FdtReader reader{reinterpret_cast<const uint8_t*>(tree), max_tree};
    View view;
    view.claims = payload.claims;
    reader.walk([&](const FdtNode& node, const char* parent) {
        collect_memory(node, parent, view);
        collect_controller(payload, node, view);
    });
    if (reader.failed())
        return fault(MKL_STATUS_FIRMWARE_TREE, subject, "is damaged", tree, max_tree);
    if (const Fault f = compare_memory(reader, firmware.original, view); !f.ok()) return f;
    return compare_controller(payload, view);
}

}  // namespace mkl::loader
