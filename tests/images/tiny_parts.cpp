// SPDX-License-Identifier: BSD-2-Clause
// The entries of a node: ELFs, spec, device tree, boot record.
#include <elf.h>
#include <libfdt.h>

#include <cstring>

#include "mkl/abi/capdl.h"
#include "mkl/abi/component.h"
#include "mkl/abi/ring.h"
#include "tiny_image.hpp"

namespace mkl::tiny {

namespace {

template <class T>
size_t append(Bytes& out, const T& value) {
    const size_t at = out.size();
    out.resize(at + sizeof value);
    std::memcpy(out.data() + at, &value, sizeof value);
    return at;
}

struct Load {
    uint64_t address, physical;
    Bytes data;
    uint64_t memory_size;
};

Bytes make_elf(uint64_t entry, const std::vector<Load>& loads) {
    Elf64_Ehdr h{};
    std::memcpy(h.e_ident, ELFMAG, SELFMAG);
    h.e_ident[EI_CLASS] = ELFCLASS64;
    h.e_ident[EI_DATA] = ELFDATA2LSB;
    h.e_ident[EI_VERSION] = EV_CURRENT;
    h.e_type = ET_EXEC;
    h.e_machine = EM_AARCH64;
    h.e_version = EV_CURRENT;
    h.e_entry = entry;
    h.e_phoff = sizeof h;
    h.e_ehsize = sizeof h;
    h.e_phentsize = sizeof(Elf64_Phdr);
    h.e_phnum = static_cast<Elf64_Half>(loads.size());
    Bytes out;
    append(out, h);
    uint64_t at = sizeof h + loads.size() * sizeof(Elf64_Phdr);
    for (const Load& l : loads) {
        at = (at + 63) & ~uint64_t{63};
        append(out, Elf64_Phdr{PT_LOAD, PF_R | PF_W | PF_X, at, l.address, l.physical,
                               l.data.size(), l.memory_size, 64});
        at += l.data.size();
    }
    for (const Load& l : loads) {
        out.resize((out.size() + 63) & ~size_t{63});
        out.insert(out.end(), l.data.begin(), l.data.end());
    }
    return out;
}

}  // namespace

Node node(uint32_t id) {
    return {id,
            "node" + std::to_string(id),
            ram_base + id * node_size,
            id == 0 ? 0x9000000u : 0x9010000u,
            id == 0 ? 33u : 34u,
            id != 0};
}

Bytes kernel_elf() {
    return make_elf(kernel_virt + 8,
                    {
                        {kernel_virt,          0,      Bytes(64, std::byte{0x11}), 0x2000},
                        {kernel_virt + 0x3000, 0x3000, Bytes(32, std::byte{0x22}), 0x800 }
    });
}

Bytes root_elf(const Node& n) {
    const Bytes s = spec(n);
    return make_elf(0x400000, {
                                  {0x400000, 0x400000, Bytes(64, std::byte{0x33}), 0x1000},
                                  {0x401000,        0x401000,         s,  s.size()        }
    });
}

Bytes spec(const Node& n) {
    const uint32_t other = 1 - n.id;
    const std::string names = std::string{"space\0pool\0regs\0thread\0irq\0sgi\0note\0node1\0", 42};
    mkl_spec_header h{};
    h.magic = MKL_SPEC_MAGIC;
    h.version = MKL_SPEC_VERSION;
    h.abi = MKL_ABI_AARCH64_CLASSIC;
    h.node_id = n.id;
    h.console_notification = 5;
    h.fault_endpoint = ~0u;
    Bytes out(sizeof h);
    const auto table = [&](mkl_spec_table& t, const auto& list) {
        t.offset = static_cast<uint32_t>(out.size());
        t.count = static_cast<uint32_t>(list.size());
        for (const auto& e : list) append(out, e);
        out.resize((out.size() + 7) & ~size_t{7});
    };
    const auto object = [&](uint16_t type, uint8_t bits, uint32_t name, uint64_t paddr,
                            uint64_t extra) {
        mkl_spec_object o{};
        o.type = type;
        o.size_bits = bits;
        o.flags = paddr == MKL_SPEC_NO_PADDR ? 0 : MKL_OBJ_FLAG_DEVICE;
        o.name = name;
        o.paddr = paddr;
        o.extra = extra;
        return o;
    };
    const uint64_t anywhere = MKL_SPEC_NO_PADDR;
    std::vector<mkl_spec_object> objects{
        object(MKL_OBJ_FRAME, 12, 11, n.device, 0),
        object(MKL_OBJ_FRAME, 12, 6, pool_base, 0),
        object(MKL_OBJ_CNODE, 4, 0, anywhere, 0),
        object(MKL_OBJ_TCB, 11, 16, anywhere, 0),
        object(MKL_OBJ_IRQ, 0, 23, anywhere, n.interrupt),
        object(MKL_OBJ_NOTIFICATION, 5, 31, anywhere, 0),
        object(MKL_OBJ_SGI_SIGNAL, 0, 27, anywhere, uint64_t{other} << 32),
        object(MKL_OBJ_IRQ, 0, 23, anywhere, uint64_t{MKL_TRIGGER_EDGE} << 32),
    };
    objects[2].first_slot = 0;
    objects[2].slot_count = 4;
    const std::vector<mkl_spec_slot> slots{
        {1, 0, 3, 0, 0, 0},
        {2, 1, 3, 0, 0, 0},
        {3, 5, 3, 0, 0, 1},
        {4, 6, 1, 0, 0, 0}
    };
    mkl_spec_tcb tcb{};
    tcb.ip = 0x10000;
    tcb.priority = tcb.max_priority = 100;
    table(h.objects, objects);
    table(h.slots, slots);
    table(h.fills, std::vector<mkl_spec_fill>{});
    table(h.tcbs, std::vector<mkl_spec_tcb>{tcb});
    table(h.names, std::vector<char>(names.begin(), names.end()));
    table(h.consoles, std::vector<mkl_spec_console>{});
    table(h.logs, n.id == 0
                      ? std::vector<mkl_spec_log>{{logs_base, MKL_LOG_RING_SIZE, 1, 36}}
                      : std::vector<mkl_spec_log>{});
    table(h.peers, std::vector<mkl_spec_peer>{
                       {status_base + other * MKL_PAGE_SIZE, other, 36, 0, 0}
    });
    h.total_size = h.tables_size = out.size();
    std::memcpy(out.data(), &h, sizeof h);
    h.crc32 = mkl_crc32_skipping(out.data(), out.size(), offsetof(mkl_spec_header, crc32));
    std::memcpy(out.data(), &h, sizeof h);
    return out;
}

Bytes device_tree(const Node& n) {
    Bytes blob(4096);
    void* fdt = blob.data();
    const auto reg = [&](uint64_t base, uint64_t size) {
        const fdt64_t cells[] = {cpu_to_fdt64(base), cpu_to_fdt64(size)};
        fdt_property(fdt, "reg", cells, sizeof cells);
    };
    fdt_create(fdt, static_cast<int>(blob.size()));
    fdt_finish_reservemap(fdt);
    fdt_begin_node(fdt, "");
    fdt_property_u32(fdt, "#address-cells", 2);
    fdt_property_u32(fdt, "#size-cells", 2);
    fdt_property_u32(fdt, "interrupt-parent", 1);
    fdt_begin_node(fdt, "cpus");
    fdt_property_u32(fdt, "#address-cells", 1);
    fdt_property_u32(fdt, "#size-cells", 0);
    fdt_begin_node(fdt, "cpu@0");
    fdt_property_string(fdt, "device_type", "cpu");
    fdt_property_u32(fdt, "reg", n.id);
    fdt_end_node(fdt);
    fdt_end_node(fdt);
    fdt_begin_node(fdt, "memory@0");
    fdt_property_string(fdt, "device_type", "memory");
    reg(n.ram, node_size);
    fdt_end_node(fdt);
    fdt_begin_node(fdt, "intc@8000000");
    fdt_property(fdt, "interrupt-controller", nullptr, 0);
    fdt_property_u32(fdt, "#interrupt-cells", 3);
    fdt_property_u32(fdt, "phandle", 1);
    const fdt64_t both[] = {cpu_to_fdt64(distributor), cpu_to_fdt64(0x10000),
                            cpu_to_fdt64(redistributors), cpu_to_fdt64(0x40000)};
    fdt_property(fdt, "reg", both, sizeof both);
    fdt_end_node(fdt);
    for (uint32_t i = 0; i < 2; i++) {
        const Node owner = node(i);
        fdt_begin_node(fdt, i == 0 ? "uart@9000000" : "rtc@9010000");
        reg(owner.device, MKL_PAGE_SIZE);
        const fdt32_t line[] = {cpu_to_fdt32(0), cpu_to_fdt32(owner.interrupt - 32),
                                cpu_to_fdt32(4)};
        fdt_property(fdt, "interrupts", line, sizeof line);
        if (i != n.id) fdt_property_string(fdt, "status", "disabled");
        fdt_end_node(fdt);
    }
    if (!n.windows.empty()) {
        fdt_begin_node(fdt, "pcie");
        fdt_property_string(fdt, "device_type", "pci");
        fdt_property_u32(fdt, "#address-cells", 3);
        fdt_property_u32(fdt, "#size-cells", 2);
        std::vector<fdt32_t> rows;
        for (const mkl_range w : n.windows)
            for (const uint64_t cell : {uint64_t{0x02000000}, w.base >> 32, w.base, w.base >> 32,
                                        w.base, w.size >> 32, w.size})
                rows.push_back(cpu_to_fdt32(static_cast<uint32_t>(cell)));
        fdt_property(fdt, "ranges", rows.data(), static_cast<int>(rows.size() * sizeof rows[0]));
        fdt_end_node(fdt);
    }
    fdt_end_node(fdt);
    fdt_finish(fdt);
    blob.resize(fdt_totalsize(fdt));
    return blob;
}

Bytes boot_record(const Node& n, uint64_t dtb_size) {
    const uint32_t other = 1 - n.id;
    mkl_boot_header h{};
    h.magic = MKL_BOOT_MAGIC;
    h.major = MKL_BOOT_MAJOR;
    h.arch = MKL_ARCH_AARCH64;
    Bytes out(sizeof h);
    const auto head = [](uint16_t type, size_t size) {
        return mkl_boot_record{type, 0, static_cast<uint32_t>((size + 7) & ~size_t{7})};
    };
    const auto one = [&](uint16_t type, auto value) {
        value.h = head(type, sizeof value);
        append(out, value);
        h.record_count++;
    };
    const auto list = [&](uint16_t type, const auto& values) {
        size_t size = sizeof(mkl_boot_record);
        for (const auto& v : values) size += sizeof v;
        append(out, head(type, size));
        for (const auto& v : values) append(out, v);
        h.record_count++;
    };
    mkl_rec_node identity{};
    identity.id = n.id;
    identity.hwid = n.id;
    std::memcpy(identity.name, n.name.data(), n.name.size());
    one(MKL_REC_NODE, identity);
    one(MKL_REC_KERNEL, mkl_rec_kernel{{}, n.ram, n.ram + 0x3800, kernel_virt});
    list(MKL_REC_RAM, std::vector<mkl_range>{
                          {n.ram, node_size}
    });
    const uint64_t root_size = (0x1000 + spec(n).size() + 0xfff) & ~uint64_t{0xfff};
    one(MKL_REC_ROOT_TASK,
        mkl_rec_root_task{{}, n.root(), n.root() + root_size, 0x400000, 0x400000});
    std::vector<mkl_range> devices{
        {n.device, MKL_PAGE_SIZE}
    };
    devices.insert(devices.end(), n.pages.begin(), n.pages.end());
    list(MKL_REC_DEVICES, devices);
    list(MKL_REC_INTERRUPTS, std::vector<mkl_rec_interrupt>{
                                 {n.interrupt, MKL_TRIGGER_LEVEL}
    });
    list(MKL_REC_SGI_SEND, std::vector<mkl_rec_sgi_send>{
                               {0, 0, other}
    });
    list(MKL_REC_SGI_RECEIVE, std::vector<mkl_rec_sgi_receive>{
                                  {0, 0}
    });
    const uint32_t rw = MKL_RIGHT_READ | MKL_RIGHT_WRITE;
    std::vector<mkl_rec_shared> shared{
        {pool_base,                   pool_size,         rw,                              MKL_MEMORY_CACHED, MKL_SHARED_POOL,   0},
        {status_base,                 MKL_PAGE_SIZE,     n.id == 0 ? rw : MKL_RIGHT_READ, 0,                 MKL_SHARED_STATUS, 0},
        {status_base + MKL_PAGE_SIZE, MKL_PAGE_SIZE,     n.id == 1 ? rw : MKL_RIGHT_READ, 0,
         MKL_SHARED_STATUS,                                                                                                     1},
        {logs_base,                   MKL_LOG_RING_SIZE, n.id == 1 ? rw : MKL_RIGHT_READ, 0,                 MKL_SHARED_LOG,    1}
    };
    list(MKL_REC_SHARED, shared);
    list(MKL_REC_DTB, std::vector<mkl_range>{
                          {n.dtb(), dtb_size}
    });
    if (n.id == 0) one(MKL_REC_CONSOLE, mkl_rec_console{{}, MKL_CONSOLE_PL011, 0, 4, 0, n.device});
    mkl_rec_intc intc{};
    intc.type = MKL_INTC_GICV3;
    intc.initialiser = MKL_INTC_INIT_LOADER;
    intc.dist_base = distributor;
    intc.dist_size = 0x10000;
    intc.region_count = 1;
    intc.regions[0] = {redistributors, 0x40000};
    intc.redist_stride = 0x20000;
    intc.cpu_number = n.id;
    one(MKL_REC_INTERRUPT_CONTROLLER, intc);
    if (n.log)
        list(MKL_REC_LOG, std::vector<mkl_range>{
                              {logs_base, MKL_LOG_RING_SIZE}
        });
    list(MKL_REC_STATUS, std::vector<mkl_range>{
                             {status_base + n.id * MKL_PAGE_SIZE, MKL_PAGE_SIZE}
    });
    one(MKL_REC_TIMER, mkl_rec_timer{{}, 27, MKL_TRIGGER_LEVEL, 0});
    h.total_size = static_cast<uint32_t>(out.size());
    std::memcpy(out.data(), &h, sizeof h);
    h.crc32 = mkl_crc32_skipping(out.data(), out.size(), offsetof(mkl_boot_header, crc32));
    std::memcpy(out.data(), &h, sizeof h);
    return out;
}

}  // namespace mkl::tiny
