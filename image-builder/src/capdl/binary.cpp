// SPDX-License-Identifier: BSD-2-Clause
// The compact form of mkl/abi/capdl.h.
#include <cassert>
#include <cstring>
#include <map>
#include <string>

#include "address_space.hpp"
#include "mkl/capdl/write.hpp"
#include "mkl/support/round.hpp"

namespace mkl::capdl {

namespace {

class BinaryWriter {
public:
    explicit BinaryWriter(const Spec& spec) : spec_{spec} { add_name(""); }

    ByteRope write() {
        for (const Object& o : spec_.objects) add(o);
        for (const Console& c : spec_.consoles)
            consoles_.push_back({static_cast<uint32_t>(c.frame), add_name(c.name), c.badge});
        for (const Log& l : spec_.logs)
            logs_.push_back({l.base, l.size, l.node_id, add_name(l.name)});
        for (const Doorbell& d : spec_.doorbells) {
            doorbells_.push_back({d.page, d.irq ? static_cast<uint32_t>(*d.irq) : ~0u,
                                  static_cast<uint32_t>(bells_.size()),
                                  static_cast<uint32_t>(d.bells.size()), add_name(d.node)});
            for (const Bell& b : d.bells)
                bells_.push_back({b.word, static_cast<uint32_t>(b.notification), b.badge});
        }
        for (const Peer& p : spec_.peers)
            peers_.push_back({p.status, p.node_id, add_name(p.name), p.timeout_ms, 0});

        mkl_spec_header header{};
        header.magic = MKL_SPEC_MAGIC;
        header.version = MKL_SPEC_VERSION;
        header.abi = spec_.abi;
        header.node_id = spec_.node_id;
        header.console_notification =
            spec_.console_notification ? static_cast<uint32_t>(*spec_.console_notification) : ~0u;
        header.fault_endpoint =
            spec_.fault_endpoint ? static_cast<uint32_t>(*spec_.fault_endpoint) : ~0u;
        out_.resize(sizeof header);
        header.objects = put(objects_);
        header.slots = put(slots_);
        header.fills = put(fills_);
        const size_t fills_at = header.fills.offset;
        header.tcbs = put(tcbs_);
        header.names = put(names_);
        header.consoles = put(consoles_);
        header.logs = put(logs_);
        header.peers = put(peers_);
        header.doorbells = put(doorbells_);
        header.bells = put(bells_);
        for (const DomainTurn& d : spec_.domains) domains_.push_back({d.domain, 0, d.ticks});
        header.domains = put(domains_);
        header.tables_size = out_.size();
        header.total_size = place_pages(fills_at);
        std::memcpy(out_.data(), &header, sizeof header);
        header.crc32 =
            mkl_crc32_skipping(out_.data(), header.tables_size, offsetof(mkl_spec_header, crc32));
        std::memcpy(out_.data(), &header, sizeof header);
        ByteRope all{std::move(out_)};
        for (const auto& [index, object] : page_owners_) append_page(all, *object);
        assert(all.size() == header.total_size);
        return all;
    }

private:
    /// The pages of a stack, heap or program have one name here: what fails says the address
    /// anyway, and the root task reads and checks each byte.
    static std::string_view short_name(const Object& o) {
        const std::string_view name = o.name;
        return o.type == Type::frame && !o.paddr ? name.substr(0, name.rfind("_0x")) : name;
    }

    uint32_t add_name(std::string_view name) {
        const auto at = static_cast<uint32_t>(names_.size());
        if (const auto [known, inserted] = known_names_.emplace(name, at); !inserted)
            return known->second;
        names_.insert(names_.end(), name.begin(), name.end());
        names_.push_back('\0');
        return at;
    }

    void add(const Object& o) {
        mkl_spec_object b{};
        b.type = static_cast<uint16_t>(o.type);
        b.size_bits = o.size_bits;
        b.flags = o.device ? MKL_OBJ_FLAG_DEVICE : 0;
        b.name = add_name(short_name(o));
        b.paddr = o.paddr.value_or(MKL_SPEC_NO_PADDR);
        switch (o.type) {
        case Type::tcb:
            b.extra = tcbs_.size();
            add_tcb(*o.tcb);
            break;
        case Type::page_table:
            b.extra = o.level;
            break;
        case Type::sched_context:
            b.extra = o.period;
            b.extra2 = o.budget;
            break;
        case Type::irq:
            b.extra = o.irq | uint64_t{o.edge ? MKL_TRIGGER_EDGE : MKL_TRIGGER_LEVEL} << 32;
            break;
        case Type::sgi_signal:
            assert(o.target <= UINT32_MAX);
            b.extra = o.irq | o.target << 32;
            break;
        default:
            break;
        }
        b.first_slot = static_cast<uint32_t>(slots_.size());
        b.slot_count = static_cast<uint32_t>(o.slots.size());
        for (const Cap& c : o.slots)
            slots_.push_back({c.slot, static_cast<uint32_t>(c.object), c.rights,
                              static_cast<uint16_t>(c.uncached ? MKL_CAP_UNCACHED : 0u),
                              c.guard_size, c.badge});
        b.first_fill = static_cast<uint32_t>(fills_.size());
        add_fill(o);
        b.fill_count = static_cast<uint32_t>(fills_.size()) - b.first_fill;
        objects_.push_back(b);
    }

    void add_tcb(const Tcb& t) {
        mkl_spec_tcb b{};
        b.ip = t.ip;
        b.sp = t.sp;
        b.ipc_buffer = t.ipc_buffer;
        std::memcpy(b.args, t.args.data(), sizeof b.args);
        b.priority = t.priority;
        b.max_priority = t.max_priority;
        b.domain = t.domain;
        b.flags = MKL_TCB_RESUME;
        b.fault_ep = t.fault_ep;
        tcbs_.push_back(b);
    }

    /// One fill a frame: its page as a whole, so that the initialiser may hand on the frame of its
    /// own image that holds it. `data` is set when the pages are put.
    void add_fill(const Object& o) {
        if (o.ring) {
            fills_.push_back({MKL_FILL_RING, 0, small_page, 0});
        } else if (!o.fills.empty()) {
            assert(o.size_bits == 12);
            page_owners_.push_back({fills_.size(), &o});
            fills_.push_back({MKL_FILL_EMBED, 0, small_page, 0});
        }
    }

    template <class T>
    mkl_spec_table put(const std::vector<T>& table) {
        const mkl_spec_table where{static_cast<uint32_t>(out_.size()),
                                   static_cast<uint32_t>(table.size())};
        const size_t bytes = table.size() * sizeof(T);
        out_.resize((out_.size() + bytes + 7) / 8 * 8);
        if (bytes != 0) std::memcpy(out_.data() + where.offset, table.data(), bytes);
        return where;
    }

    /// Where the pages of append_page() will stand. The end of the last one.
    uint64_t place_pages(size_t fills_at) {
        if (page_owners_.empty()) return out_.size();
        uint64_t at = round_up(out_.size(), small_page);
        for (const auto& [index, object] : page_owners_) {
            std::memcpy(out_.data() + fills_at + index * sizeof(mkl_spec_fill) +
                            offsetof(mkl_spec_fill, data),
                        &at, sizeof at);
            at += small_page;
        }
        return at;
    }

    static void append_page(ByteRope& all, const Object& object) {
        all.align_to(small_page);
        const uint64_t page = all.size();
        for (const Fill& f : object.fills) {
            assert(page + f.dest_offset >= all.size());  // ascending and disjoint
            all.append_zeros(page + f.dest_offset - all.size());
            all.append(f.data, f.data_offset, f.length);
        }
        all.align_to(small_page);
    }

    const Spec& spec_;
    Bytes out_;
    std::vector<mkl_spec_object> objects_;
    std::vector<mkl_spec_slot> slots_;
    std::vector<mkl_spec_fill> fills_;
    std::vector<mkl_spec_tcb> tcbs_;
    std::vector<char> names_;
    std::map<std::string, uint32_t, std::less<>> known_names_;
    std::vector<mkl_spec_console> consoles_;
    std::vector<mkl_spec_log> logs_;
    std::vector<mkl_spec_peer> peers_;
    std::vector<mkl_spec_doorbell> doorbells_;
    std::vector<mkl_spec_bell> bells_;
    std::vector<mkl_spec_domain> domains_;
    std::vector<std::pair<size_t, const Object*>> page_owners_;
};

}  // namespace

ByteRope to_binary(const Spec& spec) { return BinaryWriter{spec}.write(); }

}  // namespace mkl::capdl
