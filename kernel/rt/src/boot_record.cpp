// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/rt/boot_record.hpp"

namespace mkl::rt {
namespace {

constexpr uint64_t page = MKL_PAGE_SIZE;
constexpr uint64_t kernel_alignment = 0x200000;  // 2 MiB, boot_record.h

constexpr uint32_t required[] = {
    MKL_REC_NODE, MKL_REC_KERNEL, MKL_REC_RAM, MKL_REC_ROOT_TASK, MKL_REC_INTERRUPT_CONTROLLER,
    MKL_REC_TIMER};

bool page_range(uint64_t base, uint64_t size) {
    return size > 0 && base % page == 0 && size % page == 0 && size <= UINT64_MAX - base;
}

bool inside(uint64_t base, uint64_t end, const View<mkl_range>& ranges) {
    for (const mkl_range& r : ranges)
        if (base >= r.base && end >= base && end - r.base <= r.size) return true;
    return false;
}

bool overlap(uint64_t a, uint64_t a_end, uint64_t b, uint64_t b_end) {
    return a < b_end && b < a_end;
}

template <class T>
bool ranges_ok(const View<T>& v) {
    uint64_t least = 0;
    for (const T& r : v) {
        if (!page_range(r.base, r.size) || r.base < least) return false;
        least = r.base + r.size;
    }
    return true;
}

bool terminated(const char* text, uint64_t field) {
    for (uint64_t i = 0; i < field; i++)
        if (!text[i]) return true;
    return false;
}

/// Walks the records. `at` always points at a whole record inside the checked size.
class Opener {
public:
    Opener(const mkl_boot_header& header, BootRecord& out) : header_{header}, out_{out} {}

    RecordResult run() {
        const auto* bytes = reinterpret_cast<const uint8_t*>(&header_);
        uint64_t offset = sizeof(mkl_boot_header);
        uint32_t last = 0;
        for (uint32_t i = 0; i < header_.record_count; i++) {
            if (header_.total_size - offset < sizeof(mkl_boot_record))
                return {RecordError::layout, last};
            const void* at = bytes + offset;
            const auto& r = *static_cast<const mkl_boot_record*>(at);
            if (r.size < sizeof(mkl_boot_record) || r.size % 8 != 0 ||
                r.size > header_.total_size - offset) {
                return {RecordError::layout, r.type};
            }
            if (r.type <= last) return {RecordError::layout, r.type};
            if (const RecordResult result = take(r); result.error != RecordError::none)
                return result;
            last = r.type;
            if (r.type < 32) seen_ |= 1u << r.type;
            offset += r.size;
        }
        if (offset != header_.total_size) return {RecordError::layout, 0};
        for (uint32_t type : required)
            if (!(seen_ & 1u << type)) return {RecordError::missing, type};
        return check_together();
    }

private:
    template <class T>
    bool one(const mkl_boot_record& r, const T*& out) {
        if (r.size != sizeof(T)) return false;
        out = static_cast<const T*>(static_cast<const void*>(&r));
        return true;
    }
    template <class T>
    bool array(const mkl_boot_record& r, View<T>& out) {
        const uint64_t bytes = r.size - sizeof(mkl_boot_record);
        if (bytes % sizeof(T) != 0) return false;
        out = {static_cast<const T*>(static_cast<const void*>(&r + 1)), bytes / sizeof(T)};
        return true;
    }
    bool range(const mkl_boot_record& r, mkl_range& out) {
        View<mkl_range> v;
        if (!array(r, v) || v.size != 1) return false;
        out = v[0];
        return true;
    }

    RecordResult take(const mkl_boot_record& r) {
        bool shape = true;
        switch (r.type) {
        case MKL_REC_NODE:
            shape = one(r, out_.node);
            break;
        case MKL_REC_KERNEL:
            shape = one(r, out_.kernel);
            break;
        case MKL_REC_RAM:
            shape = array(r, out_.ram) && !out_.ram.empty();
            break;
        case MKL_REC_ROOT_TASK:
            shape = one(r, out_.root);
            break;
        case MKL_REC_DEVICES:
            shape = array(r, out_.devices);
            break;
        case MKL_REC_RESERVED:
            shape = array(r, out_.reserved);
            break;
        case MKL_REC_INTERRUPTS:
            shape = array(r, out_.interrupts);
            break;
        case MKL_REC_SGI_SEND:
            shape = array(r, out_.sgi_send);
            break;
        case MKL_REC_SGI_RECEIVE:
            shape = array(r, out_.sgi_receive);
            break;
        case MKL_REC_SHARED:
            shape = array(r, out_.shared);
            break;
        case MKL_REC_DTB:
            shape = range(r, out_.dtb);
            break;
        case MKL_REC_CONSOLE:
            shape = one(r, out_.console);
            break;
        case MKL_REC_INTERRUPT_CONTROLLER:
            shape = one(r, out_.intc);
            break;
        case MKL_REC_LOG:
            shape = range(r, out_.log);
            break;
        case MKL_REC_STATUS:
            shape = range(r, out_.status);
            break;
        case MKL_REC_COMMAND_LINE:
            shape = array(r, out_.command_line);
            break;
        case MKL_REC_TIMER:
            shape = one(r, out_.timer);
            break;
        default:
            if (r.flags & MKL_REC_FLAG_CRITICAL) return {RecordError::unknown, r.type};
            return {};
        }
        if (!shape) return {RecordError::layout, r.type};
        return check_one(r.type);
    }

    RecordResult check_one(uint32_t type) {
        const RecordResult value{RecordError::value, type};
        const RecordResult order{RecordError::order, type};
        switch (type) {
        case MKL_REC_NODE:
            return terminated(out_.node->name, MKL_NAME_SIZE) ? RecordResult{} : value;
        case MKL_REC_KERNEL:
            return out_.kernel->base % kernel_alignment == 0 && out_.kernel->end > out_.kernel->base
                       ? RecordResult{}
                       : value;
        case MKL_REC_RAM:
            return ranges_ok(out_.ram) ? RecordResult{} : order;
        case MKL_REC_DEVICES:
            return ranges_ok(out_.devices) ? RecordResult{} : order;
        case MKL_REC_RESERVED:
            return ranges_ok(out_.reserved) ? RecordResult{} : order;
        case MKL_REC_SHARED:
            return ranges_ok(out_.shared) ? RecordResult{} : order;
        case MKL_REC_ROOT_TASK:
            return check_root() ? RecordResult{} : value;
        case MKL_REC_INTERRUPTS:
            for (uint64_t i = 0; i < out_.interrupts.size; i++) {
                if (out_.interrupts[i].trigger > MKL_TRIGGER_EDGE) return value;
                if (i && out_.interrupts[i].id <= out_.interrupts[i - 1].id) return order;
            }
            return {};
        case MKL_REC_SGI_RECEIVE:
            for (uint64_t i = 0; i < out_.sgi_receive.size; i++) {
                if (out_.sgi_receive[i].id > 15) return value;
                if (i && out_.sgi_receive[i].id <= out_.sgi_receive[i - 1].id) return order;
            }
            return {};
        case MKL_REC_SGI_SEND:
            for (const mkl_rec_sgi_send& s : out_.sgi_send)
                if (s.id > 15) return value;
            return {};
        case MKL_REC_DTB:
            return out_.dtb.size > 0 && out_.dtb.base % 8 == 0 &&
                           out_.dtb.size <= UINT64_MAX - out_.dtb.base
                       ? RecordResult{}
                       : value;
        case MKL_REC_LOG:
            return page_range(out_.log.base, out_.log.size) ? RecordResult{} : value;
        case MKL_REC_STATUS:
            return page_range(out_.status.base, out_.status.size) ? RecordResult{} : value;
        case MKL_REC_INTERRUPT_CONTROLLER:
            return check_intc() ? RecordResult{} : value;
        default:
            return {};
        }
    }

    bool check_root() const {
        const mkl_rec_root_task& r = *out_.root;
        return r.end > r.base && page_range(r.base, r.end - r.base) && r.virt % page == 0 &&
               r.end - r.base <= UINT64_MAX - r.virt && r.entry >= r.virt &&
               r.entry - r.virt < r.end - r.base;
    }

    bool check_intc() const {
        const mkl_rec_intc& c = *out_.intc;
        if (c.type < MKL_INTC_GICV2 || c.type > MKL_INTC_NONE) return false;
        if (c.initialiser < MKL_INTC_INIT_LOADER || c.initialiser > MKL_INTC_INIT_DECOY)
            return false;
        if (c.region_count > MKL_INTC_MAX_REGIONS) return false;
        if ((c.type == MKL_INTC_GICV2 || c.type == MKL_INTC_GICV3) && c.region_count == 0)
            return false;
        for (uint32_t i = 0; i < c.region_count; i++)
            if (c.regions[i].size == 0 || c.regions[i].size > UINT64_MAX - c.regions[i].base)
                return false;
        if (c.type == MKL_INTC_GICV3 && (c.redist_stride < 0x20000 || c.redist_stride % page))
            return false;
        return c.type == MKL_INTC_NONE ||
               (c.dist_size > 0 && c.dist_size <= UINT64_MAX - c.dist_base);
    }

    RecordResult check_together() const {
        const mkl_rec_kernel& k = *out_.kernel;
        const mkl_rec_root_task& r = *out_.root;
        const uint64_t dtb_end = out_.dtb.base + out_.dtb.size;
        if (!inside(k.base, k.end, out_.ram)) return {RecordError::overlap, MKL_REC_KERNEL};
        if (!inside(r.base, r.end, out_.ram)) return {RecordError::overlap, MKL_REC_ROOT_TASK};
        if (overlap(k.base, k.end, r.base, r.end)) return {RecordError::overlap, MKL_REC_ROOT_TASK};
        if (out_.dtb.size) {
            if (!inside(out_.dtb.base, dtb_end, out_.ram))
                return {RecordError::overlap, MKL_REC_DTB};
            if (overlap(out_.dtb.base, dtb_end, k.base, k.end) ||
                overlap(out_.dtb.base, dtb_end, r.base, r.end)) {
                return {RecordError::overlap, MKL_REC_DTB};
            }
        }
        return outside_ram();
    }

    /// Devices and shared ranges are never the node's RAM; a file is in a reserved part of it.
    RecordResult outside_ram() const {
        for (const mkl_range& m : out_.ram) {
            for (const mkl_range& d : out_.devices)
                if (overlap(m.base, m.base + m.size, d.base, d.base + d.size))
                    return {RecordError::overlap, MKL_REC_DEVICES};
            for (const mkl_rec_shared& s : out_.shared)
                if (overlap(m.base, m.base + m.size, s.base, s.base + s.size) && !is_file(s))
                    return {RecordError::overlap, MKL_REC_SHARED};
        }
        return {};
    }

    bool is_file(const mkl_rec_shared& s) const {
        return s.kind == MKL_SHARED_FILE && inside(s.base, s.base + s.size, out_.reserved);
    }

    const mkl_boot_header& header_;
    BootRecord& out_;
    uint32_t seen_ = 0;
};

}  // namespace

RecordResult open_boot_record(const void* base, uint64_t available, uint32_t arch,
                              BootRecord& out) {
    if (reinterpret_cast<uintptr_t>(base) % 8 != 0) return {RecordError::align, 0};
    if (available < sizeof(mkl_boot_header)) return {RecordError::truncated, 0};
    const auto& h = *static_cast<const mkl_boot_header*>(base);
    if (h.magic != MKL_BOOT_MAGIC) return {RecordError::magic, 0};
    if (h.major != MKL_BOOT_MAJOR) return {RecordError::version, 0};
    if (h.total_size < sizeof(mkl_boot_header) || h.total_size > available ||
        h.total_size > MKL_BOOT_MAX_SIZE || h.total_size % 8 != 0) {
        return {RecordError::truncated, 0};
    }
    if (h.crc32 != mkl_crc32_skipping(base, h.total_size, offsetof(mkl_boot_header, crc32)))
        return {RecordError::crc, 0};
    if (h.arch != arch) return {RecordError::architecture, 0};
    out = BootRecord{};
    out.header = &h;
    return Opener{h, out}.run();
}

}  // namespace mkl::rt
