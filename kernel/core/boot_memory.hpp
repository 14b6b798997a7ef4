// SPDX-License-Identifier: BSD-2-Clause
// Memory while the kernel boots: what of the node's RAM is free, and the device ranges in order.
#pragma once

#include "cap.hpp"
#include "mkl/rt/boot_record.hpp"
#include "mkl/rt/memory.hpp"

namespace mkl::kernel {

struct Region {
    Phys base, end;
};

/// RAM minus kernel, root task, boot record and reserved ranges. The device tree's memory is
/// kept from take() but given back by each_free(), when it has been copied.
class BootMemory {
public:
    BootMemory(const rt::BootRecord& r, Phys record_pa) {
        for (const mkl_range& m : r.ram) add({m.base, m.base + m.size});
        remove({r.kernel->base, up(r.kernel->end)});
        remove({r.root->base, r.root->end});
        remove({record_pa & ~(page_size - 1), up(record_pa + r.header->total_size)});
        for (const mkl_range& m : r.reserved) remove({m.base, m.base + m.size});
        if (r.dtb.size) {
            dtb_ = {r.dtb.base & ~(page_size - 1), up(r.dtb.base + r.dtb.size)};
            remove(dtb_);
        }
    }

    /// Cleared memory from the top of the highest region that has room.
    bool take(Word size, Word alignment, Phys& out) {
        for (unsigned i = count_; i-- > 0;) {
            Region& region = regions_[i];
            if (region.end - region.base < size) continue;
            const Phys at = (region.end - size) & ~(alignment - 1);
            if (at < region.base) continue;
            const Phys old_end = region.end;
            region.end = at;
            // What alignment leaves behind stays usable.
            if (at + size < old_end) insert(i + 1, {at + size, old_end});
            memset(ptr<void>(at), 0, size);
            out = at;
            return true;
        }
        return false;
    }

    template <class F>
    void each_free(F f) const {
        if (dtb_.base < dtb_.end) f(dtb_.base, dtb_.end);
        for (unsigned i = 0; i < count_; i++)
            if (regions_[i].base < regions_[i].end) f(regions_[i].base, regions_[i].end);
    }

private:
    static constexpr unsigned max_regions = 64;
    static constexpr Phys up(Phys p) { return (p + page_size - 1) & ~(page_size - 1); }

    void add(Region r) { insert(count_, r); }
    /// Full table: the piece is lost, never handed out twice.
    void insert(unsigned at, Region r) {
        if (count_ == max_regions) return;
        for (unsigned i = count_; i > at; i--) regions_[i] = regions_[i - 1];
        regions_[at] = r;
        count_++;
    }
    void remove(Region hole) {
        for (unsigned i = 0; i < count_; i++) {
            Region& r = regions_[i];
            if (hole.base >= r.end || hole.end <= r.base) continue;
            const Region right{hole.end < r.end ? hole.end : r.end, r.end};
            r.end = hole.base > r.base ? hole.base : r.base;
            if (right.base < right.end) insert(i + 1, right);
        }
    }

    Region regions_[max_regions]{};
    unsigned count_ = 0;
    Region dtb_{};
};

struct DeviceRange {
    Phys base, end;
    bool read_only, memory;
};

/// Devices, shared ranges, own log and status page, by ascending address, no page twice.
class DeviceRanges {
public:
    explicit DeviceRanges(const rt::BootRecord& r) : r_{r} {}

    bool next(DeviceRange& out) {
        DeviceRange best{~Phys{0}, 0, false, false};
        const auto consider = [&](Phys base, Phys size, bool read_only, bool memory) {
            const Phys end = base + size;
            const Phys from = base > done_ ? base : done_;
            if (size && from < end && from < best.base) best = {from, end, read_only, memory};
        };
        for (const mkl_range& d : r_.devices) consider(d.base, d.size, false, false);
        for (const mkl_rec_shared& s : r_.shared)
            consider(s.base, s.size, !(s.rights & MKL_RIGHT_WRITE), true);
        consider(r_.log.base, r_.log.size, false, true);
        consider(r_.status.base, r_.status.size, false, true);
        if (best.base == ~Phys{0}) return false;
        out = best;
        done_ = best.end;
        return true;
    }

private:
    const rt::BootRecord& r_;
    Phys done_ = 0;
};

}  // namespace mkl::kernel
