// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/untypeds.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace mkl {

namespace {

class Counter {
public:
    explicit Counter(const UntypedRules& rules) : rules_{rules} {}

    /// The largest aligned powers of two that make up the range, from its base.
    void add(PhysRange range, bool device) {
        uint64_t base = range.base().value;
        const uint64_t end = range.end().value;
        while (base < end) {
            auto bits = static_cast<uint32_t>(std::bit_width(end - base) - 1);
            if (base != 0) bits = std::min(bits, static_cast<uint32_t>(std::countr_zero(base)));
            bits = std::min(bits, rules_.max_bits);
            const uint64_t size = uint64_t{1} << bits;
            if (bits >= rules_.min_bits) piece(base, size, device);
            base += size;
        }
    }
    UntypedCount take() { return std::move(out_); }

private:
    void piece(uint64_t base, uint64_t size, bool device) {
        const bool listed = out_.wanted() < rules_.limit;
        (device ? out_.device : out_.ram)++;
        if (listed)
            (device ? out_.device_bytes : out_.ram_bytes) += size;
        else
            out_.lost.push_back(PhysRange::between(PhysAddr{base}, PhysAddr{base + size}));
    }

    const UntypedRules rules_;
    UntypedCount out_;
};

}  // namespace

uint64_t UntypedCount::lost_bytes() const {
    uint64_t bytes = 0;
    for (const PhysRange r : lost) bytes += r.size_bytes();
    return bytes;
}

UntypedCount count_untypeds(const std::vector<PhysRange>& devices,
                            const std::vector<PhysRange>& ram, const UntypedRules& rules) {
    Counter counter{rules};
    for (const PhysRange r : devices) counter.add(r, true);
    for (const PhysRange r : ram) counter.add(r, false);
    return counter.take();
}

UntypedCount count_sel4_untypeds(const Sel4Memory& memory, const UntypedRules& rules) {
    std::vector<PhysRange> kept = memory.kernel_frames;
    kept.push_back(memory.ram);
    const std::vector<PhysRange> holes = subtract(
        std::array{PhysRange::between(PhysAddr{0}, memory.device_top)}, normalise(std::move(kept)));
    const uint64_t end = memory.ram.end().value;
    const uint64_t objects = (end - memory.root_objects) / root_objects_align * root_objects_align;
    std::vector<PhysRange> ram{memory.boot_section};
    if (memory.used_end.value < objects)
        ram.push_back(PhysRange::between(memory.used_end, PhysAddr{objects}));
    if (objects + memory.root_objects < end)
        ram.push_back(
            PhysRange::between(PhysAddr{objects + memory.root_objects}, memory.ram.end()));
    return count_untypeds(holes, ram, rules);
}

std::optional<Padding> best_padding(const Sel4Memory& memory, const UntypedRules& rules) {
    const uint64_t end = memory.ram.end().value;
    if (memory.root_objects > memory.ram.size_bytes()) return std::nullopt;
    const uint64_t objects = (end - memory.root_objects) / root_objects_align * root_objects_align;
    if (memory.used_end.value > objects) return std::nullopt;
    std::optional<Padding> best;
    constexpr uint64_t page = 4096;
    for (uint64_t align = page; align != 0 && align <= memory.ram.size_bytes(); align *= 2) {
        const uint64_t used = memory.used_end.value;
        if (used > UINT64_MAX - align) break;
        Sel4Memory padded = memory;
        padded.used_end = PhysAddr{(used + align - 1) / align * align};
        if (padded.used_end.value > objects) break;
        Padding p{padded.used_end, padded.used_end.value - used,
                  count_sel4_untypeds(padded, rules)};
        if (!best || p.waste + p.count.lost_bytes() < best->waste + best->count.lost_bytes())
            best = std::move(p);
    }
    return best;
}

}  // namespace mkl
