// SPDX-License-Identifier: BSD-2-Clause
// Archive, payload table, loader parameters, and the four containers.
#include "tiny_image.hpp"

#include <elf.h>
#include <libfdt.h>
#include <openssl/evp.h>

#include <cstdio>
#include <cstring>

#include "mkl/abi/ring.h"

namespace mkl::tiny {

namespace {

template <class T>
void append(Bytes& out, const T& value) {
    const size_t at = out.size();
    out.resize(at + sizeof value);
    std::memcpy(out.data() + at, &value, sizeof value);
}
void pad(Bytes& out, size_t align) { out.resize((out.size() + align - 1) / align * align); }

void digest(const Bytes& bytes, uint8_t (&out)[MKL_SHA256_SIZE]) {
    EVP_Digest(bytes.data(), bytes.size(), out, nullptr, EVP_sha256(), nullptr);
}

struct Table {
    mkl_payload_header header{};
    std::vector<mkl_payload_node> nodes;
    std::vector<mkl_payload_entry> entries;
    std::vector<mkl_payload_segment> segments;
    std::vector<mkl_range> pools, zeros, ram, claims, node_ram;
    std::vector<mkl_payload_interrupt> interrupts;

    Bytes write() {
        Bytes out(sizeof header);
        const auto put = [&](const auto& list) {
            const mkl_table t{static_cast<uint32_t>(out.size()),
                              static_cast<uint32_t>(list.size())};
            for (const auto& e : list) append(out, e);
            pad(out, 8);
            return t;
        };
        const mkl_table rams = put(node_ram);
        for (size_t i = 0; i < nodes.size(); i++)
            nodes[i].ram = {rams.offset + static_cast<uint32_t>(i * sizeof(mkl_range)), 1};
        header.nodes = put(nodes);
        header.entries = put(entries);
        header.segments = put(segments);
        header.pools = put(pools);
        header.zeros = put(zeros);
        header.ram = put(ram);
        header.claims = put(claims);
        header.interrupts = put(interrupts);
        header.total_size = static_cast<uint32_t>(out.size());
        header.crc32 = 0;
        std::memcpy(out.data(), &header, sizeof header);
        header.crc32 =
            mkl_crc32_skipping(out.data(), out.size(), offsetof(mkl_payload_header, crc32));
        std::memcpy(out.data(), &header, sizeof header);
        return out;
    }
};

void fill_header(mkl_payload_header& h) {
    h.magic = MKL_PAYLOAD_MAGIC;
    h.major = MKL_PAYLOAD_MAJOR;
    h.minor = MKL_PAYLOAD_MINOR;
    h.arch = MKL_ARCH_AARCH64;
    h.loader = {loader_base, loader_size};
    h.status = {status_base, 2 * MKL_PAGE_SIZE};
    h.logs = {logs_base, MKL_LOG_RING_SIZE};
    h.psci = MKL_START_PSCI_HVC;
    h.intc.type = MKL_INTC_GICV3;
    h.intc.initialiser = MKL_INTC_INIT_LOADER;
    h.intc.dist_base = distributor;
    h.intc.dist_size = 0x10000;
    h.intc.region_count = 1;
    h.intc.regions[0] = {redistributors, 0x40000};
    h.intc.redist_stride = 0x20000;
}

void add_node(Table& t, const Node& n, std::vector<std::pair<std::string, Bytes>>& files) {
    const Bytes tree = device_tree(n), record = boot_record(n, tree.size()), root = root_elf(n);
    mkl_payload_node p{};
    std::memcpy(p.name, n.name.data(), n.name.size());
    p.id = p.cpu_number = n.id;
    p.hwid = n.id;
    p.protocol = MKL_PROTOCOL_MKL;
    p.start = n.id == 0 ? MKL_START_NONE : MKL_START_PSCI_HVC;
    p.level = MKL_EL_1;
    p.status = status_base + n.id * MKL_PAGE_SIZE;
    p.log = n.log ? logs_base : 0;
    p.entries = {static_cast<uint32_t>(t.entries.size()), 4};
    p.kernel_base = n.ram;
    p.kernel_end = n.ram + 0x3800;
    p.kernel_virt = kernel_virt;
    p.kernel_entry = n.ram + 8;
    p.boot_record = n.record();
    p.dtb_base = n.dtb();
    p.dtb_size = tree.size();
    p.start_timeout_ms = 1000;
    t.nodes.push_back(p);
    t.node_ram.push_back({n.ram, node_size});
    const auto entry = [&](const char* name, uint32_t role, const Bytes& data,
                           const std::vector<mkl_payload_segment>& segments) {
        mkl_payload_entry e{};
        const std::string full = n.name + "/" + name;
        std::memcpy(e.name, full.data(), full.size());
        e.role = role;
        e.node = n.id;
        e.size = data.size();
        digest(data, e.sha256);
        e.segments = {static_cast<uint32_t>(t.segments.size()),
                      static_cast<uint32_t>(segments.size())};
        t.segments.insert(t.segments.end(), segments.begin(), segments.end());
        t.entries.push_back(e);
        files.emplace_back(full, data);
    };
    // Program headers of the two ELFs of tiny_parts.cpp: data from 64-byte boundaries on.
    const uint64_t first = 192, spec_size = spec(n).size();
    entry("kernel.elf", MKL_ROLE_KERNEL, kernel_elf(),
          {
              {n.ram,          0x3000, first,      64},
              {n.ram + 0x3000, 0x800,  first + 64, 32}
    });
    const uint64_t root_size = (0x1000 + spec_size + 0xfff) & ~uint64_t{0xfff};
    entry("root.elf", MKL_ROLE_ROOT, root,
          {
              {n.root(),          0x1000,             first,      64       },
              {n.root() + 0x1000, root_size - 0x1000, first + 64, spec_size}
    });
    entry("node.dtb", MKL_ROLE_DTB, tree,
          {
              {n.dtb(), tree.size(), 0, tree.size()}
    });
    entry("boot-record.bin", MKL_ROLE_BOOT_RECORD, record,
          {
              {n.record(), record.size(), 0, record.size()}
    });
    t.interrupts.push_back({n.interrupt, n.id, MKL_TRIGGER_LEVEL, 0});
}

}  // namespace

Bytes archive(const std::vector<std::pair<std::string, Bytes>>& files,
              std::vector<uint64_t>& offsets) {
    Bytes out;
    const auto add = [&](const std::string& name, const Bytes& data) {
        // The name is NUL padded so that the data is 64-byte aligned.
        const size_t start = (out.size() + 110 + name.size() + 1 + 63) / 64 * 64;
        const size_t name_size = start - out.size() - 110;
        char header[111];
        std::snprintf(header, sizeof header,
                      "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1u, 0100644u,
                      0u, 0u, 1u, 0u, static_cast<unsigned>(data.size()), 0u, 0u, 0u, 0u,
                      static_cast<unsigned>(name_size), 0u);
        const auto text = as_bytes(std::string_view{header, 110});
        out.insert(out.end(), text.begin(), text.end());
        const auto label = as_bytes(name);
        out.insert(out.end(), label.begin(), label.end());
        out.resize(start);
        offsets.push_back(start);
        out.insert(out.end(), data.begin(), data.end());
        pad(out, 4);
    };
    for (const auto& [name, data] : files) add(name, data);
    add("TRAILER!!!", {});
    offsets.pop_back();
    return out;
}

Bytes image(const std::vector<Node>& nodes) {
    Table t;
    fill_header(t.header);
    std::vector<std::pair<std::string, Bytes>> files{
        {MKL_PAYLOAD_NAME, {}}
    };
    t.ram = {
        {ram_base, ram_size}
    };
    t.pools = t.zeros = {
        {pool_base, pool_size}
    };
    t.claims = {
        {ram_base,    2 * node_size    },
        {pool_base,   pool_size        },
        {loader_base, loader_size      },
        {status_base, 2 * MKL_PAGE_SIZE},
        {logs_base,   MKL_LOG_RING_SIZE}
    };
    for (const Node& n : nodes) add_node(t, n, files);
    files[0].second.resize(t.write().size());
    std::vector<uint64_t> offsets;
    archive(files, offsets);
    for (size_t i = 0; i < t.entries.size(); i++) t.entries[i].offset = offsets[i + 1];
    files[0].second = t.write();
    std::vector<uint64_t> again;
    const Bytes payload = archive(files, again);

    mkl_loader_params p{};
    p.magic = MKL_LOADER_MAGIC;
    p.major = MKL_LOADER_MAJOR;
    p.arch = MKL_ARCH_AARCH64;
    p.image_size = 0x1000;
    p.scratch_size = 0x4000;
    p.run_base = loader_base;
    p.footprint = loader_size;
    p.payload_offset = 0x1000;
    p.payload_size = payload.size();
    p.scratch_offset = 0x100000;
    p.table_offset = again[0];
    p.table_size = files[0].second.size();
    digest(files[0].second, p.table_sha256);
    Bytes out(0x1000);
    const uint64_t image_size = loader_size;
    std::memcpy(out.data() + 16, &image_size, sizeof image_size);
    const uint64_t flags = 0xa;  // 4 KiB pages, anywhere in memory
    std::memcpy(out.data() + 24, &flags, sizeof flags);
    const uint32_t magic = MKL_IMAGE_MAGIC_ARM64;
    std::memcpy(out.data() + MKL_IMAGE_MAGIC_OFFSET, &magic, sizeof magic);
    std::memcpy(out.data() + MKL_LOADER_PARAMS_OFFSET, &p, sizeof p);
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
}

Bytes uimage(const Bytes& flat) {
    uint32_t h[16] = {};
    const auto big = [](uint32_t v) { return __builtin_bswap32(v); };
    h[0] = big(0x27051956);
    h[3] = big(static_cast<uint32_t>(flat.size()));
    h[4] = h[5] = big(loader_base);
    h[7] = big(22u << 16);  // IH_ARCH_ARM64
    h[6] = big(mkl_crc32(0, flat.data(), flat.size()));
    h[1] = big(mkl_crc32(0, h, sizeof h));
    Bytes out;
    append(out, h);
    out.insert(out.end(), flat.begin(), flat.end());
    return out;
}

Bytes elf(const Bytes& flat) {
    Elf64_Ehdr h{};
    std::memcpy(h.e_ident, ELFMAG, SELFMAG);
    h.e_ident[EI_CLASS] = ELFCLASS64;
    h.e_ident[EI_DATA] = ELFDATA2LSB;
    h.e_machine = EM_AARCH64;
    h.e_entry = loader_base;
    h.e_phoff = sizeof h;
    h.e_phentsize = sizeof(Elf64_Phdr);
    h.e_phnum = 2;
    Bytes out;
    append(out, h);
    // Two segments with a gap in the file and none in memory.
    const uint64_t half = 0x1000, at = 0x200;
    append(out, Elf64_Phdr{PT_LOAD, PF_R, at, loader_base, loader_base, half, half, 8});
    append(out, Elf64_Phdr{PT_LOAD, PF_R, at + half + 8, loader_base + half, loader_base + half,
                           flat.size() - half, flat.size() - half, 8});
    out.resize(at);
    out.insert(out.end(), flat.begin(), flat.begin() + half);
    out.resize(out.size() + 8);
    out.insert(out.end(), flat.begin() + half, flat.end());
    return out;
}

Bytes fit(const Bytes& flat) {
    Bytes blob(flat.size() + 4096);
    void* fdt = blob.data();
    uint8_t sum[MKL_SHA256_SIZE];
    digest(flat, sum);
    fdt_create(fdt, static_cast<int>(blob.size()));
    fdt_finish_reservemap(fdt);
    fdt_begin_node(fdt, "");
    fdt_begin_node(fdt, "images");
    fdt_begin_node(fdt, "kernel");
    fdt_property(fdt, "data", flat.data(), static_cast<int>(flat.size()));
    fdt_property_string(fdt, "type", "kernel");
    fdt_property_u32(fdt, "load", loader_base);
    fdt_property_u32(fdt, "entry", loader_base);
    fdt_begin_node(fdt, "hash-1");
    fdt_property_string(fdt, "algo", "sha256");
    fdt_property(fdt, "value", sum, sizeof sum);
    fdt_end_node(fdt);
    fdt_end_node(fdt);
    fdt_end_node(fdt);
    fdt_begin_node(fdt, "configurations");
    fdt_property_string(fdt, "default", "conf");
    fdt_begin_node(fdt, "conf");
    fdt_property_string(fdt, "kernel", "kernel");
    fdt_end_node(fdt);
    fdt_end_node(fdt);
    fdt_end_node(fdt);
    fdt_finish(fdt);
    blob.resize(fdt_totalsize(fdt));
    return blob;
}

}  // namespace mkl::tiny
