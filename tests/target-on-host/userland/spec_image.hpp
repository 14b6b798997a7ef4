// SPDX-License-Identifier: BSD-2-Clause
// Writes a compact CapDL spec for tests, as simply as it can be done.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "mkl/abi/capdl.h"
#include "mkl/abi/component.h"

namespace mkl::test {

struct SpecImage {
    std::vector<mkl_spec_object> objects;
    std::vector<mkl_spec_slot> slots;
    std::vector<mkl_spec_fill> fills;
    std::vector<mkl_spec_tcb> tcbs;
    std::vector<mkl_spec_console> consoles;
    std::vector<mkl_spec_log> logs;
    std::vector<mkl_spec_peer> peers;
    std::vector<mkl_spec_doorbell> doorbells;
    std::vector<mkl_spec_bell> bells;
    std::vector<mkl_spec_domain> domains;
    std::string names;
    uint32_t console_notification = ~0u;
    std::vector<uint8_t> pages;  ///< page data; its offset in the spec is page_offset()

    uint32_t add(uint16_t type, const std::string& name, uint8_t bits = 0, uint64_t extra = 0,
                 uint64_t paddr = MKL_SPEC_NO_PADDR) {
        mkl_spec_object o{};
        o.type = type;
        o.size_bits = bits;
        o.paddr = paddr;
        o.extra = extra;
        o.name = static_cast<uint32_t>(names.size());
        names += name + '\0';
        objects.push_back(o);
        return static_cast<uint32_t>(objects.size() - 1);
    }
    /// The caller adds an object's slots in one go.
    void slot(uint32_t holder, uint32_t at, uint32_t object, uint16_t rights = 3,
              uint64_t badge = 0) {
        if (objects[holder].slot_count++ == 0)
            objects[holder].first_slot = static_cast<uint32_t>(slots.size());
        slots.push_back({at, object, rights, 0, 0, badge});
    }
    void fill(uint32_t frame, uint32_t kind, uint64_t page, uint64_t length, uint32_t dest = 0) {
        if (objects[frame].fill_count++ == 0)
            objects[frame].first_fill = static_cast<uint32_t>(fills.size());
        fills.push_back({kind, dest, length, page_offset + page * MKL_PAGE_SIZE});
    }

    static constexpr uint64_t page_offset = 0x2000;

    /// Page-aligned bytes; valid for open_spec.
    std::vector<uint8_t> bytes() const {
        std::vector<uint8_t> out(sizeof(mkl_spec_header));
        mkl_spec_header h{};
        h.magic = MKL_SPEC_MAGIC;
        h.version = MKL_SPEC_VERSION;
        h.abi = MKL_ABI_AARCH64_CLASSIC;
        h.node_id = 0;
        h.console_notification = console_notification;
        h.fault_endpoint = ~0u;
        append(out, h.objects, objects);
        append(out, h.slots, slots);
        append(out, h.fills, fills);
        append(out, h.tcbs, tcbs);
        append(out, h.names, std::vector<char>(names.begin(), names.end()));
        append(out, h.consoles, consoles);
        append(out, h.logs, logs);
        append(out, h.peers, peers);
        append(out, h.doorbells, doorbells);
        append(out, h.bells, bells);
        append(out, h.domains, domains);
        h.tables_size = out.size();
        out.resize(page_offset);
        out.insert(out.end(), pages.begin(), pages.end());
        h.total_size = out.size();
        std::memcpy(out.data(), &h, sizeof h);
        seal(out);
        return out;
    }

    static void seal(std::vector<uint8_t>& spec) {
        mkl_spec_header h;
        std::memcpy(&h, spec.data(), sizeof h);
        if (h.tables_size >= sizeof h && h.tables_size <= spec.size())
            h.crc32 =
                mkl_crc32_skipping(spec.data(), h.tables_size, offsetof(mkl_spec_header, crc32));
        std::memcpy(spec.data(), &h, sizeof h);
    }

private:
    template <class T>
    static void append(std::vector<uint8_t>& out, mkl_spec_table& table, const std::vector<T>& v) {
        out.resize((out.size() + 7) / 8 * 8);
        table = {static_cast<uint32_t>(out.size()), static_cast<uint32_t>(v.size())};
        const auto* p = reinterpret_cast<const uint8_t*>(v.data());
        out.insert(out.end(), p, p + v.size() * sizeof(T));
        out.resize((out.size() + 7) / 8 * 8);
    }
};

/// One component: CNode, TCB, address space, a data page handed on, a stack page, a shared page at
/// a fixed address, an interrupt, a notification.
inline SpecImage one_component() {
    SpecImage s;
    s.pages.assign(2 * MKL_PAGE_SIZE, 0x5a);
    const uint32_t shared = s.add(MKL_OBJ_FRAME, "shared", 12, 0, 0x60003000);
    const uint32_t vspace = s.add(MKL_OBJ_VSPACE, "vspace", 12);
    const uint32_t pt1 = s.add(MKL_OBJ_PAGE_TABLE, "pt1", 12, 1);
    const uint32_t pt2 = s.add(MKL_OBJ_PAGE_TABLE, "pt2", 12, 2);
    const uint32_t pt3 = s.add(MKL_OBJ_PAGE_TABLE, "pt3", 12, 3);
    const uint32_t text = s.add(MKL_OBJ_FRAME, "text", 12);
    const uint32_t stack = s.add(MKL_OBJ_FRAME, "stack", 12);
    const uint32_t buffer = s.add(MKL_OBJ_FRAME, "buffer", 12);
    const uint32_t ring = s.add(MKL_OBJ_FRAME, "ring", 12);
    const uint32_t tcb = s.add(MKL_OBJ_TCB, "tcb", 11, 0);
    const uint32_t cnode = s.add(MKL_OBJ_CNODE, "cnode", 3);
    const uint32_t inbox = s.add(MKL_OBJ_NOTIFICATION, "inbox");
    const uint32_t console = s.add(MKL_OBJ_NOTIFICATION, "console");
    const uint32_t irq = s.add(MKL_OBJ_IRQ, "irq", 0, 5 | uint64_t{MKL_TRIGGER_EDGE} << 32);
    const uint32_t sgi = s.add(MKL_OBJ_SGI_SIGNAL, "sgi", 0, 3 | uint64_t{1} << 32);
    s.slot(vspace, 0, pt1);
    s.slot(pt1, 0, pt2);
    s.slot(pt2, 2, pt3);
    s.slot(pt3, 0, text, 2 | 4);
    s.slot(pt3, 1, stack, 3);
    s.slot(pt3, 2, shared, 3);
    s.slot(pt3, 3, buffer, 3);
    s.slot(pt3, 4, ring, 3);
    s.slot(tcb, MKL_TCB_SLOT_CSPACE, cnode);
    s.slot(tcb, MKL_TCB_SLOT_VSPACE, vspace);
    s.slot(tcb, MKL_TCB_SLOT_IPC_BUFFER, buffer);
    s.slot(tcb, MKL_TCB_SLOT_BOUND_NOTIFICATION, inbox);
    s.slot(cnode, 1, inbox, 2);
    s.slot(cnode, 2, console, 1, 1);
    s.slot(cnode, 3, irq);
    s.slot(cnode, 4, sgi, 1);
    s.slot(irq, 0, inbox, 3, 4);
    s.fill(text, MKL_FILL_EMBED, 0, MKL_PAGE_SIZE);
    s.fill(stack, MKL_FILL_DATA, 1, 16, 0xff0);
    s.fill(ring, MKL_FILL_RING, 0, 0);
    mkl_spec_tcb t{};
    t.ip = 0x400000;
    t.sp = MKL_VA_STACK_TOP;
    t.ipc_buffer = MKL_VA_IPC_BUFFER;
    t.args[0] = MKL_VA_STARTUP;
    t.priority = t.max_priority = 100;
    t.flags = MKL_TCB_RESUME;
    s.tcbs.push_back(t);
    s.consoles.push_back({ring, s.objects[tcb].name, 1});
    s.console_notification = console;
    s.doorbells.push_back({0x60002000, irq, 0, 1, 0});
    s.bells.push_back({511, inbox, 8});
    s.domains = {
        {0, 0, 5},
        {1, 0, 2}
    };
    return s;
}

}  // namespace mkl::test
