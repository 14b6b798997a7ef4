// SPDX-License-Identifier: BSD-2-Clause
#include "payload.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "mkl/artefacts/records.hpp"
#include "mkl/formats/cpio.hpp"
#include "mkl/support/round.hpp"

namespace mkl {

namespace {

mkl_range to_range(PhysRange r) { return {r.base().value, r.size_bytes()}; }

uint32_t start_number(StartMethod method) {
    switch (method) {
    case StartMethod::none:
        return MKL_START_NONE;
    case StartMethod::psci_smc:
        return MKL_START_PSCI_SMC;
    case StartMethod::psci_hvc:
        return MKL_START_PSCI_HVC;
    case StartMethod::spin_table:
        return MKL_START_SPIN_TABLE;
    case StartMethod::sbi_hsm:
        return MKL_START_SBI_HSM;
    }
    return MKL_START_NONE;
}

template <size_t Size>
void copy_name(char (&out)[Size], std::string_view name) {
    assert(name.size() < Size);
    std::memcpy(out, name.data(), name.size());
}

class TableWriter {
public:
    TableWriter(const Plan& plan, const System& system, const Hardware& hardware,
                const Artefacts& artefacts)
        : plan_{plan}, system_{system}, hardware_{hardware}, artefacts_{artefacts} {
        fill_common();
        for (size_t i = 0; i < plan.nodes.size(); i++) add_node(i);
        for (const PlanNode& n : plan.nodes)
            for (const PhysRange r : n.memory) node_ram_.push_back(to_range(r));
    }

    uint64_t size() { return write().size(); }
    void place(size_t entry, uint64_t offset) { entries_[entry].offset = offset; }
    /// Not in the archive: a FIT loadable at `address`.
    void place_outside(size_t entry, uint64_t address) {
        entries_[entry].offset = ~uint64_t{0};
        entries_[entry].address = address;
    }
    void set_digest(size_t entry, const Sha256& digest) {
        std::memcpy(entries_[entry].sha256, digest.data(), digest.size());
    }

    Bytes write() {
        Bytes out(sizeof header_);
        const auto put = [&](const auto& table) {
            using T = typename std::remove_reference_t<decltype(table)>::value_type;
            const mkl_table where{static_cast<uint32_t>(out.size()),
                                  static_cast<uint32_t>(table.size())};
            out.resize((out.size() + table.size() * sizeof(T) + 7) / 8 * 8);
            if (!table.empty())
                std::memcpy(out.data() + where.offset, table.data(), table.size() * sizeof(T));
            return where;
        };
        uint32_t ram_at = put(node_ram_).offset;
        for (size_t i = 0; i < nodes_.size(); i++) {
            const auto count = static_cast<uint32_t>(plan_.nodes[i].memory.size());
            nodes_[i].ram = {ram_at, count};
            ram_at += count * static_cast<uint32_t>(sizeof(mkl_range));
        }
        header_.nodes = put(nodes_);
        header_.entries = put(entries_);
        header_.segments = put(segments_);
        header_.pools = put(pools_);
        header_.zeros = put(zeros_);
        header_.ram = put(ram_);
        header_.claims = put(claims_);
        header_.interrupts = put(interrupts_);
        header_.total_size = static_cast<uint32_t>(out.size());
        header_.crc32 = 0;
        std::memcpy(out.data(), &header_, sizeof header_);
        header_.crc32 =
            mkl_crc32_skipping(out.data(), out.size(), offsetof(mkl_payload_header, crc32));
        std::memcpy(out.data(), &header_, sizeof header_);
        return out;
    }

private:
    void fill_common() {
        header_.magic = MKL_PAYLOAD_MAGIC;
        header_.major = MKL_PAYLOAD_MAJOR;
        header_.minor = MKL_PAYLOAD_MINOR;
        header_.arch = info(plan_.architecture).abi_number;
        header_.loader = to_range(plan_.loader);
        header_.status = to_range(plan_.status);
        header_.psci = start_number(hardware_.psci);
        header_.counter_hz = static_cast<uint32_t>(hardware_.timer_frequency);
        header_.console = console_record(hardware_, loader_console());
        header_.intc = controller_record(hardware_, 0);

        if (plan_.steward) {
            const Cpu& cpu = hardware_.cpus[*plan_.steward];
            header_.steward_hwid = cpu.hwid.value;
            header_.steward_release = cpu.release_address;
            header_.steward_start = start_number(cpu.start);
        }
        std::vector<PhysRange> claims{plan_.loader, plan_.status}, pools, zeros, logs;
        for (const PlanNode& n : plan_.nodes) {
            claims.insert(claims.end(), n.memory.begin(), n.memory.end());
            if (n.log) logs.push_back(*n.log);
            if (n.decoy) pools.push_back(*n.decoy);
        }
        zeros = pools;
        for (const PlanPool& p : plan_.pools) {
            pools.push_back(p.range);
            add_zeros(p, zeros);
        }
        claims.insert(claims.end(), pools.begin(), pools.end());
        claims.insert(claims.end(), logs.begin(), logs.end());
        if (!logs.empty()) {
            const auto [first, last] = std::minmax_element(logs.begin(), logs.end());
            header_.logs = to_range(PhysRange::between(first->base(), last->end()));
        }
        for (const PhysRange r : normalise(std::move(claims))) claims_.push_back(to_range(r));
        for (const PhysRange r : normalise(std::move(pools))) pools_.push_back(to_range(r));
        for (const PhysRange r : normalise(std::move(zeros))) zeros_.push_back(to_range(r));
        for (const PhysRange r : plan_.ram) ram_.push_back(to_range(r));
    }

    /// What somebody may map: parts for connections and DMA, or all if a root task decides.
    void add_zeros(const PlanPool& pool, std::vector<PhysRange>& zeros) const {
        const bool whole =
            pool.doorbell || std::any_of(pool.nodes.begin(), pool.nodes.end(), [&](const auto& n) {
                return system_.nodes[n.first].root.has_value();
            });
        if (whole) return zeros.push_back(pool.range);
        for (const PoolSlice& s : pool.slices) zeros.push_back(s.range);
    }

    /// The board's stdout, else the first UART that a node has: the loader runs before all of them.
    std::string loader_console() const {
        if (console_record(hardware_, hardware_.stdout_path).type != MKL_CONSOLE_NONE)
            return hardware_.stdout_path;
        for (const PlanNode& n : plan_.nodes)
            if (n.console) return *n.console;
        return {};
    }

    void add_node(size_t index) {
        const PlanNode& n = plan_.nodes[index];
        const NodeArtefacts& made = artefacts_.nodes[index];
        const NodeLayout& layout = made.layout;
        const Cpu& cpu = hardware_.cpus[n.cpu_index];
        mkl_payload_node node{};
        copy_name(node.name, n.name);
        node.id = static_cast<uint32_t>(index);
        node.protocol = layout.protocol;
        node.hwid = n.hwid.value;
        node.start = start_number(cpu.start);
        node.level = layout.level;
        node.release = cpu.release_address;
        node.status = n.status.base().value;
        node.log = n.log ? n.log->base().value : 0;
        node.kernel_entry = layout.kernel_entry;
        node.boot_record = layout.boot_record.base().value;
        node.kernel_base = layout.kernel.base().value;
        node.kernel_end = layout.kernel.end().value;
        node.kernel_virt = layout.kernel_virt;
        node.dtb_base = layout.dtb.base().value;
        node.dtb_size = layout.dtb.size_bytes();
        node.cpu_number = n.cpu_number;
        node.start_timeout_ms = system_.nodes[index].start_limit();
        node.flags = layout.flags;
        if (system_.nodes[index].root) node.flags |= MKL_NODE_BANNER_BY_LOADER;
        if (plan_.last == index) node.flags |= MKL_NODE_LAST;
        if (layout.protocol == MKL_PROTOCOL_SEL4) {
            const uint64_t registers[] = {layout.root.base().value,
                                          layout.root.end().value,
                                          layout.root.base().value - layout.root_virt,
                                          layout.root_entry,
                                          node.dtb_base,
                                          layout.tree_size()};
            std::copy(std::begin(registers), std::end(registers), node.args);
        }
        if (layout.protocol == MKL_PROTOCOL_LOADER_INFO) node.args[0] = layout.info.base().value;
        node.entries = {static_cast<uint32_t>(entries_.size()),
                        static_cast<uint32_t>(made.files.size())};
        nodes_.push_back(node);
        for (const PlacedFile& file : made.files) add_entry(file, index);
        for (const Irq& irq : n.interrupts)
            interrupts_.push_back(
                {irq.id, static_cast<uint32_t>(index),
                 irq.trigger == Trigger::edge ? MKL_TRIGGER_EDGE : MKL_TRIGGER_LEVEL,
                 enabled_later(n, irq.id) ? MKL_PAYLOAD_IRQ_ENABLE : 0});
        std::sort(interrupts_.begin(), interrupts_.end(),
                  [](const auto& a, const auto& b) { return a.id < b.id; });
    }

    /// By the steward: a line that somebody handles; any other would come without a handler.
    bool enabled_later(const PlanNode& n, uint32_t id) const {
        return plan_.keeper == InterruptKeeper::steward &&
               std::find(n.used_interrupts.begin(), n.used_interrupts.end(), id) !=
                   n.used_interrupts.end();
    }

    void add_entry(const PlacedFile& file, size_t node) {
        mkl_payload_entry entry{};
        copy_name(entry.name, file.name);
        entry.role = file.role;
        entry.node = static_cast<uint32_t>(node);
        entry.size = file.data.size();
        entry.segments = {static_cast<uint32_t>(segments_.size()),
                          static_cast<uint32_t>(file.segments.size())};
        segments_.insert(segments_.end(), file.segments.begin(), file.segments.end());
        entries_.push_back(entry);
    }

    const Plan& plan_;
    const System& system_;
    const Hardware& hardware_;
    const Artefacts& artefacts_;
    mkl_payload_header header_{};
    std::vector<mkl_payload_node> nodes_;
    std::vector<mkl_payload_entry> entries_;
    std::vector<mkl_payload_segment> segments_;
    std::vector<mkl_range> pools_, zeros_, ram_, claims_, node_ram_;
    std::vector<mkl_payload_interrupt> interrupts_;
};

/// Table first, then `files`; `payload` gets archive and table.
void finish(Payload& payload, TableWriter& table, std::vector<CpioFile> files) {
    Bytes bytes = table.write();
    payload.table_size = bytes.size();
    payload.table_digest = sha256(bytes);
    files[0].data = ByteRope{std::move(bytes)};
    payload.archive = write_cpio(files);
}

}  // namespace

Payload make_payload(const Plan& plan, const System& system, const Hardware& hardware,
                     const Artefacts& artefacts) {
    TableWriter table{plan, system, hardware, artefacts};
    std::vector<CpioEntry> entries{
        {MKL_PAYLOAD_NAME, table.size()}
    };
    std::vector<CpioFile> files{
        {MKL_PAYLOAD_NAME, {}}
    };
    for (const NodeArtefacts& node : artefacts.nodes) {
        for (const PlacedFile& file : node.files) {
            entries.push_back({file.name, file.data.size()});
            files.push_back({file.name, file.data});
        }
    }
    const CpioLayout layout = layout_cpio(entries);

    Payload payload;
    std::vector<ByteRope> data;
    for (size_t i = 1; i < files.size(); i++) data.push_back(files[i].data);
    payload.digests = sha256_all(data);
    for (size_t i = 0; i < data.size(); i++) {
        payload.offsets.push_back(layout.data_offsets[i + 1]);
        table.place(i, payload.offsets[i]);
        table.set_digest(i, payload.digests[i]);
    }
    payload.table_offset = layout.data_offsets[0];
    finish(payload, table, std::move(files));
    assert(payload.archive.size() == layout.size);
    return payload;
}

Payload make_payload_of_loadables(const Plan& plan, const System& system, const Hardware& hardware,
                                  const Artefacts& artefacts, std::vector<Sha256> digests,
                                  const std::function<uint64_t(uint64_t)>& first) {
    TableWriter table{plan, system, hardware, artefacts};
    const std::vector<CpioEntry> entries{
        {MKL_PAYLOAD_NAME, table.size()}
    };
    const CpioLayout layout = layout_cpio(entries);
    Payload payload;
    payload.digests = std::move(digests);
    uint64_t address = first(layout.size);
    for (const NodeArtefacts& node : artefacts.nodes) {
        for (const PlacedFile& file : node.files) {
            const size_t i = payload.addresses.size();
            table.place_outside(i, address);
            table.set_digest(i, payload.digests[i]);
            payload.addresses.push_back(address);
            payload.loadables_end = address + file.data.size();
            address = round_up(payload.loadables_end, MKL_PAGE_SIZE);
        }
    }
    payload.table_offset = layout.data_offsets[0];
    finish(payload, table,
           {
               {MKL_PAYLOAD_NAME, {}}
    });
    assert(payload.archive.size() == layout.size);
    return payload;
}

}  // namespace mkl
