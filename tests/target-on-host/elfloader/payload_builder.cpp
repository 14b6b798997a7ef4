// SPDX-License-Identifier: BSD-2-Clause
#include "payload_builder.hpp"

#include <cstring>

#include "mkl/abi/ring.h"
#include "sha256.hpp"

namespace mkl::loader::test {

namespace {

template <class T>
mkl_table put(std::vector<uint8_t>& out, const std::vector<T>& items) {
    const mkl_table place = {static_cast<uint32_t>(out.size()),
                             static_cast<uint32_t>(items.size())};
    const auto* bytes = reinterpret_cast<const uint8_t*>(items.data());
    out.insert(out.end(), bytes, bytes + items.size() * sizeof(T));
    out.resize((out.size() + 7) / 8 * 8);
    return place;
}

}  // namespace

PayloadBuilder::PayloadBuilder() {
    params.magic = MKL_LOADER_MAGIC;
    params.major = MKL_LOADER_MAJOR;
    params.arch = MKL_ARCH_AARCH64;
    params.image_size = 0x10000;
    params.scratch_size = 0x200000;
    params.run_base = 0x4a000000;
    params.footprint = 0x400000;
    params.payload_offset = 0x10000;
    params.scratch_offset = 0x100000;
    params.table_offset = 0x80;

    data.resize(0x200);
    for (size_t i = 0; i < data.size(); i++) data[i] = static_cast<uint8_t>(i * 7);
    for (uint32_t i = 0; i < 2; i++) {
        const uint64_t base = 0x40000000 + uint64_t{i} * 0x100000;
        const std::string name = "node" + std::to_string(i);
        node_ram.push_back({
            {base, 0x100000}
        });
        mkl_payload_node n{};
        name.copy(n.name, sizeof n.name - 1);
        n.id = i;
        n.protocol = MKL_PROTOCOL_MKL;
        n.hwid = i;
        n.start = MKL_START_PSCI_HVC;
        n.level = MKL_EL_1;
        n.status = 0x49000000 + uint64_t{i} * MKL_PAGE_SIZE;
        n.log = 0x49010000 + uint64_t{i} * MKL_LOG_RING_SIZE;
        n.entries = {i * 2, 2};
        n.kernel_entry = base + 0x40;
        n.boot_record = base + 0x80000;
        n.kernel_base = base;
        n.kernel_end = base + 0x1000;
        n.cpu_number = i;
        n.start_timeout_ms = 100;
        nodes.push_back(n);
        for (uint32_t k = 0; k < 2; k++) {
            mkl_payload_entry e{};
            (name + (k == 0 ? "/kernel.elf" : "/boot-record.bin")).copy(e.name, sizeof e.name - 1);
            e.role = k == 0 ? MKL_ROLE_KERNEL : MKL_ROLE_BOOT_RECORD;
            e.node = i;
            e.offset = data_at + uint64_t{i * 2 + k} * 0x80;
            e.size = 0x70;
            e.segments = {i * 2 + k, 1};
            entries.push_back(e);
            segments.push_back({base + uint64_t{k} * 0x80000, 0x1000, 0, 0x70});
        }
    }
    pools = {
        {0x48000000, 0x2000}
    };
    zeros = {
        {0x48000000, 0x1000}
    };
    ram = {
        {0x40000000, 0x10000000}
    };
    claims = {
        {0x40000000, 0x200000},
        {0x48000000, 0x1000  },
        {0x4a000000, 0x400000}
    };
    interrupts = {
        {33, 0, MKL_TRIGGER_LEVEL, 0},
        {34, 1, MKL_TRIGGER_EDGE,  0}
    };
    header.magic = MKL_PAYLOAD_MAGIC;
    header.major = MKL_PAYLOAD_MAJOR;
    header.arch = MKL_ARCH_AARCH64;
    header.loader = {0x4a000000, 0x400000};
    header.status = {0x49000000, uint64_t{2} * MKL_PAGE_SIZE};
    header.logs = {0x49010000, uint64_t{2} * MKL_LOG_RING_SIZE};
    header.intc.type = MKL_INTC_GICV2;
    header.intc.dist_base = 0x8000000;
    header.intc.dist_size = 0x10000;
    header.intc.region_count = 1;
    header.intc.regions[0] = {0x8010000, 0x10000};
}

void PayloadBuilder::seal() {
    std::vector<uint8_t> t(sizeof header);
    for (size_t i = 0; i < nodes.size(); i++) nodes[i].ram = put(t, node_ram[i]);
    for (mkl_payload_entry& e : entries) {
        if (e.offset < data_at || e.offset - data_at > data.size()) continue;
        const uint64_t skip = e.offset - data_at;
        if (e.size <= data.size() - skip) sha256(data.data() + skip, e.size, e.sha256);
    }
    header.nodes = put(t, nodes);
    header.entries = put(t, entries);
    header.segments = put(t, segments);
    header.pools = put(t, pools);
    header.zeros = put(t, zeros);
    header.ram = put(t, ram);
    header.claims = put(t, claims);
    header.interrupts = put(t, interrupts);
    header.total_size = static_cast<uint32_t>(t.size());
    std::memcpy(t.data(), &header, sizeof header);
    archive.assign(data_at + data.size(), 0);
    std::memcpy(archive.data() + params.table_offset, t.data(), t.size());
    std::memcpy(archive.data() + data_at, data.data(), data.size());
    params.payload_size = archive.size();
    params.table_size = t.size();
    reseal();
}

void PayloadBuilder::reseal() {
    const uint32_t crc =
        mkl_crc32_skipping(table(), table_size(), offsetof(mkl_payload_header, crc32));
    std::memcpy(table() + offsetof(mkl_payload_header, crc32), &crc, sizeof crc);
    sha256(table(), table_size(), params.table_sha256);
}

std::string verdict(PayloadBuilder& b, Payload* out) {
    b.seal();
    Payload p;
    Fault f = open_payload(b.params, b.archive.data(), MKL_ARCH_AARCH64, p);
    if (f.ok()) f = check_plan(p);
    if (out != nullptr) *out = p;
    return f.ok() ? "" : std::string{f.subject} + ": " + f.text;
}

}  // namespace mkl::loader::test
