// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/formats/boot_record.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "mkl/support/text.hpp"

namespace mkl {

namespace {

class Opener {
public:
    Opener(std::span<const std::byte> bytes, std::string& error) : bytes_{bytes}, error_{error} {}

    std::optional<BootRecord> open() {
        if (!header_is_sound()) return std::nullopt;
        out_.major = header_.major;
        out_.minor = header_.minor;
        out_.arch = header_.arch;
        uint64_t at = sizeof header_;
        uint16_t last_type = 0;
        for (uint32_t i = 0; i < header_.record_count; i++) {
            mkl_boot_record h{};
            if (bytes_.size() - at < sizeof h) return fail(cat("record ", i, " is missing"));
            std::memcpy(&h, bytes_.data() + at, sizeof h);
            if (h.size < sizeof h || h.size % 8 != 0 || h.size > bytes_.size() - at)
                return fail(cat("record ", i, " (type ", h.type, ") has size ", h.size));
            if (h.type <= last_type)
                return fail(cat("record type ", h.type, " stands after ", last_type));
            last_type = h.type;
            if (!take(h, bytes_.subspan(at, h.size))) return std::nullopt;
            at += h.size;
        }
        if (at != bytes_.size()) return fail("bytes follow the last record");
        for (const uint32_t type : {MKL_REC_NODE, MKL_REC_KERNEL, MKL_REC_RAM, MKL_REC_ROOT_TASK,
                                    MKL_REC_INTERRUPT_CONTROLLER, MKL_REC_TIMER})
            if (std::find(seen_.begin(), seen_.end(), type) == seen_.end())
                return fail(cat("record type ", type, " is missing"));
        return std::move(out_);
    }

private:
    std::nullopt_t fail(std::string text) {
        error_ = std::move(text);
        return std::nullopt;
    }
    bool refuse(std::string text) {
        error_ = std::move(text);
        return false;
    }

    bool header_is_sound() {
        if (bytes_.size() < sizeof header_) return refuse("shorter than its header");
        std::memcpy(&header_, bytes_.data(), sizeof header_);
        if (header_.magic != MKL_BOOT_MAGIC) return refuse("no boot record magic");
        if (header_.major != MKL_BOOT_MAJOR)
            return refuse(cat("version ", header_.major, ".", header_.minor, ", this reader knows ",
                              MKL_BOOT_MAJOR));
        if (header_.total_size < sizeof header_ || header_.total_size % 8 != 0 ||
            header_.total_size > MKL_BOOT_MAX_SIZE || header_.total_size > bytes_.size())
            return refuse(cat("total size ", header_.total_size, " of ", bytes_.size(), " bytes"));
        bytes_ = bytes_.first(header_.total_size);
        const uint32_t crc =
            mkl_crc32_skipping(bytes_.data(), bytes_.size(), offsetof(mkl_boot_header, crc32));
        if (crc != header_.crc32)
            return refuse(cat("CRC is ", hex(crc), ", the header says ", hex(header_.crc32)));
        return true;
    }

    template <class T>
    bool one(std::span<const std::byte> record, T& out) {
        if (record.size() != sizeof(T))
            return refuse(
                cat("record type ", type_, " has ", record.size(), " bytes, not ", sizeof(T)));
        std::memcpy(&out, record.data(), sizeof(T));
        return true;
    }
    bool one_range(std::span<const std::byte> record, std::optional<mkl_range>& out) {
        mkl_range range{};
        if (!one(record.subspan(sizeof(mkl_boot_record)), range)) return false;
        out = range;
        return true;
    }
    template <class T>
    bool array(std::span<const std::byte> record, std::vector<T>& out) {
        const auto data = record.subspan(sizeof(mkl_boot_record));
        if (data.size() % sizeof(T) != 0)
            return refuse(cat("record type ", type_, " holds no whole number of elements"));
        out.resize(data.size() / sizeof(T));
        if (!data.empty()) std::memcpy(out.data(), data.data(), data.size());
        return true;
    }

    bool take(const mkl_boot_record& h, std::span<const std::byte> record) {
        type_ = h.type;
        seen_.push_back(h.type);
        switch (h.type) {
        case MKL_REC_NODE:
            return one(record, out_.node) && node_name_ends();
        case MKL_REC_KERNEL:
            return one(record, out_.kernel);
        case MKL_REC_RAM:
            return array(record, out_.ram) && ranges_ok(out_.ram, true);
        case MKL_REC_ROOT_TASK:
            return one(record, out_.root_task);
        case MKL_REC_DEVICES:
            return array(record, out_.devices) && ranges_ok(out_.devices, false);
        case MKL_REC_RESERVED:
            return array(record, out_.reserved) && ranges_ok(out_.reserved, false);
        case MKL_REC_INTERRUPTS:
            return array(record, out_.interrupts);
        case MKL_REC_SGI_SEND:
            return array(record, out_.sgi_send);
        case MKL_REC_SGI_RECEIVE:
            return array(record, out_.sgi_receive);
        case MKL_REC_SHARED:
            return array(record, out_.shared);
        case MKL_REC_DTB:
            return one_range(record, out_.dtb);
        case MKL_REC_CONSOLE:
            return one(record, out_.console.emplace());
        case MKL_REC_INTERRUPT_CONTROLLER:
            return one(record, out_.controller);
        case MKL_REC_LOG:
            return one_range(record, out_.log);
        case MKL_REC_STATUS:
            return one_range(record, out_.status);
        case MKL_REC_COMMAND_LINE:
            out_.command_line = as_text(record.subspan(sizeof h));
            out_.command_line.resize(std::strlen(out_.command_line.c_str()));
            return true;
        case MKL_REC_TIMER:
            return one(record, out_.timer);
        case MKL_REC_AUTHORITY:
            return array(record, out_.authority);
        default:
            if ((h.flags & MKL_REC_FLAG_CRITICAL) != 0)
                return refuse(cat("unknown critical record type ", h.type));
            seen_.pop_back();
            out_.unknown.push_back(h.type);
            return true;
        }
    }

    bool node_name_ends() {
        const std::span name{out_.node.name};
        return std::find(name.begin(), name.end(), '\0') != name.end() ||
               refuse("the node's name does not end");
    }
    bool ranges_ok(const std::vector<mkl_range>& ranges, bool at_least_one) {
        if (at_least_one && ranges.empty()) return refuse(cat("record type ", type_, " is empty"));
        uint64_t end = 0;
        for (const mkl_range& r : ranges) {
            if (r.size == 0 || r.base < end || r.size > UINT64_MAX - r.base)
                return refuse(cat("record type ", type_, ": range ", hex(r.base), " + ",
                                  hex(r.size), " is empty, wraps or is not in order"));
            end = r.base + r.size;
        }
        return true;
    }

    std::span<const std::byte> bytes_;
    std::string& error_;
    mkl_boot_header header_{};
    uint16_t type_ = 0;
    std::vector<uint16_t> seen_;
    BootRecord out_;
};

std::string range_text(const mkl_range& r) { return cat(hex(r.base), " + ", hex(r.size)); }

std::string_view shared_kind(uint32_t kind) {
    switch (kind) {
    case MKL_SHARED_POOL:
        return "pool";
    case MKL_SHARED_LOG:
        return "log of node";
    case MKL_SHARED_STATUS:
        return "status of node";
    case MKL_SHARED_FILE:
        return "file";
    default:
        return "kind ?";
    }
}

std::string_view controller_type(uint32_t type) {
    switch (type) {
    case MKL_INTC_GICV2:
        return "gicv2";
    case MKL_INTC_GICV3:
        return "gicv3";
    case MKL_INTC_PLIC:
        return "plic";
    case MKL_INTC_NONE:
        return "none";
    default:
        return "?";
    }
}

}  // namespace

std::optional<BootRecord> open_boot_record(std::span<const std::byte> bytes, std::string& error) {
    return Opener{bytes, error}.open();
}

std::string to_text(const BootRecord& r) {
    std::string s = cat("boot record ", r.major, ".", r.minor, " arch ", r.arch, "\n");
    s += cat("node ", r.node.id, " ", r.node.name, " cpu ", hex(r.node.hwid), "\n");
    s += cat("kernel ", hex(r.kernel.base), " to ", hex(r.kernel.end), " virt ", hex(r.kernel.virt),
             "\n");
    for (const mkl_range& m : r.ram) s += cat("ram ", range_text(m), "\n");
    s += cat("root task ", hex(r.root_task.base), " to ", hex(r.root_task.end), " virt ",
             hex(r.root_task.virt), " entry ", hex(r.root_task.entry), "\n");
    for (const mkl_range& m : r.devices) s += cat("device ", range_text(m), "\n");
    for (const mkl_range& m : r.reserved) s += cat("reserved ", range_text(m), "\n");
    for (const mkl_rec_interrupt& i : r.interrupts)
        s += cat("interrupt ", i.id, i.trigger == MKL_TRIGGER_EDGE ? " edge\n" : " level\n");
    for (const mkl_rec_sgi_send& g : r.sgi_send)
        s += cat("sgi send ", g.id, " target ", hex(g.target), "\n");
    for (const mkl_rec_sgi_receive& g : r.sgi_receive) s += cat("sgi receive ", g.id, "\n");
    for (const mkl_rec_shared& h : r.shared)
        s += cat("shared ", hex(h.base), " + ", hex(h.size), " ",
                 (h.rights & MKL_RIGHT_WRITE) != 0 ? "rw" : "ro", " ",
                 h.attributes == MKL_MEMORY_CACHED ? "cached" : "uncached", " ",
                 shared_kind(h.kind), " ", h.peer, "\n");
    if (r.dtb) s += cat("dtb ", range_text(*r.dtb), "\n");
    if (r.console)
        s += cat("console type ", r.console->type, " base ", hex(r.console->base), " shift ",
                 r.console->reg_shift, " width ", r.console->io_width, "\n");
    s += cat("interrupt controller ", controller_type(r.controller.type), " initialised by ",
             r.controller.initialiser == MKL_INTC_INIT_KERNEL ? "kernel" : "loader",
             " distributor ", hex(r.controller.dist_base), " + ", hex(r.controller.dist_size),
             " cpu number ", r.controller.cpu_number, "\n");
    for (uint32_t i = 0; i < std::min(r.controller.region_count, MKL_INTC_MAX_REGIONS); i++)
        s += cat("  region ", range_text(r.controller.regions[i]), "\n");
    if (r.log) s += cat("log ", range_text(*r.log), "\n");
    if (r.status) s += cat("status ", range_text(*r.status), "\n");
    for (const mkl_rec_authority& a : r.authority)
        s += cat("authority ", a.kind, " ", hex(a.base), " + ", hex(a.size), "\n");
    if (!r.command_line.empty()) s += cat("command line ", r.command_line, "\n");
    s += cat("timer irq ", r.timer.irq, r.timer.trigger == MKL_TRIGGER_EDGE ? " edge" : " level",
             " frequency ", r.timer.frequency, "\n");
    for (const uint16_t type : r.unknown) s += cat("unknown record ", type, "\n");
    return s;
}

}  // namespace mkl
