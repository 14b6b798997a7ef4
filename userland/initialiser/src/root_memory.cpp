// SPDX-License-Identifier: BSD-2-Clause
// What the root task maps for itself: its status page, consoles and logs, and for a moment the
// interrupt controller.
#include "root_task.hpp"

#include "mkl/user/abi.hpp"

namespace mkl::user {
namespace {

// Arm IHI 0069H, 12.9: SPIs start at INTID 32; GICD_ISENABLER0.
constexpr uint32_t first_spi = 32, gicd_isenabler = 0x100;

uint32_t line_of(const mkl_spec_object& o) { return static_cast<uint32_t>(o.extra); }

bool is_device_line(const mkl_spec_object& o) {
    return o.type == MKL_OBJ_IRQ && line_of(o) >= first_spi;
}

}  // namespace

/// Remembers that we want [base, base + pages) ourselves; ascending by base.
OwnRange* Root::own(uint64_t base, uint64_t pages, bool writable, bool device) {
    if (range_count_ == max_own_ranges || range_at(base) != nullptr) return nullptr;
    bool cached = false;
    for (const mkl_rec_shared& s : record_.shared) {
        if (base >= s.base && base - s.base < s.size)
            cached = !device && s.attributes == MKL_MEMORY_CACHED;
    }
    unsigned at = range_count_++;
    for (; at > 0 && ranges_[at - 1].base > base; at--) ranges_[at] = ranges_[at - 1];
    ranges_[at] = {base, pages, writable, cached, 0, nullptr};
    return &ranges_[at];
}

OwnRange* Root::range_at(uint64_t base) {
    for (unsigned i = 0; i < range_count_; i++)
        if (ranges_[i].base == base) return &ranges_[i];
    return nullptr;
}

void Root::choose_own_ranges() {
    constexpr uint64_t page_mask = MKL_PAGE_SIZE - 1;
    if (record_.status.size != 0) own(record_.status.base, 1, true, false);
    if (record_.console != nullptr && record_.console->type != MKL_CONSOLE_NONE)
        own(record_.console->base & ~page_mask, 1, true, true);
    if (enables_lines()) own(record_.intc->dist_base, 1, true, true);
    if (record_.log.size != 0) own(record_.log.base, record_.log.size / MKL_PAGE_SIZE, true, false);
    for (const mkl_spec_peer& p : spec_.peers) own(p.status, 1, false, false);
    for (const mkl_spec_doorbell& d : spec_.doorbells) own(d.page, 1, false, false);
    for (const mkl_spec_log& l : spec_.logs) own(l.base, l.size / MKL_PAGE_SIZE, false, false);
}

/// A kernel with a decoy distributor cannot: it masks and unmasks in its own RAM.
bool Root::enables_lines() const {
    if (record_.intc == nullptr || record_.intc->initialiser != MKL_INTC_INIT_DECOY) return false;
    for (const mkl_spec_object& o : spec_.objects)
        if (is_device_line(o)) return true;
    return false;
}

/// Once their handlers stand: a level interrupt without one comes again for ever. A register that
/// sets the bits that are written as 1, so nodes do not disturb one another; and the page goes back
/// out of reach at once.
void Root::enable_lines() {
    OwnRange* const gicd = enables_lines() ? range_at(record_.intc->dist_base) : nullptr;
    if (gicd == nullptr || gicd->at == nullptr) return;
    auto* const registers = static_cast<volatile uint32_t*>(gicd->at);
    for (const mkl_spec_object& o : spec_.objects) {
        if (!is_device_line(o)) continue;
        const uint32_t line = line_of(o);
        registers[gicd_isenabler / sizeof(uint32_t) + line / 32] = 1u << line % 32;
    }
    gicd->at = nullptr;
    check(outcome("give the interrupt controller's page back", kernel::remove(gicd->first_slot)));
}

/// The status page and the console first: what fails after them is seen.
Outcome Root::map_own_ranges() {
    Outcome first_failure;
    for (unsigned i = 0; i < range_count_; i++) {
        OwnRange& r = ranges_[i];
        if (r.first_slot == 0) continue;
        const Outcome o = own_space_.map(r.first_slot, r.pages, r.writable, r.cached, r.at);
        if (!first_failure.failed()) first_failure = o;
    }
    const OwnRange* status = range_at(record_.status.base);
    if (status != nullptr && status->at != nullptr) status_.use(status->at);
    const OwnRange* log = range_at(record_.log.base);
    if (record_.console != nullptr && record_.console->type != MKL_CONSOLE_NONE) {
        constexpr uint64_t page_mask = MKL_PAGE_SIZE - 1;
        const OwnRange* uart = range_at(record_.console->base & ~page_mask);
        if (uart != nullptr && uart->at != nullptr) {
            console_.use_uart(*record_.console, reinterpret_cast<uintptr_t>(uart->at) +
                                                    (record_.console->base & page_mask));
        }
    } else if (log != nullptr && log->at != nullptr) {
        console_.use_log(log->at, record_.log.size);
    }
    for (const mkl_spec_log& l : spec_.logs) {
        const OwnRange* r = range_at(l.base);
        if (r != nullptr && r->at != nullptr) service_.add(r->at, l.size, spec_.name(l.name));
    }
    return first_failure;
}

/// Each component's console ring, a second time in our own space, to read from.
Outcome Root::map_component_consoles() {
    for (const mkl_spec_console& c : spec_.consoles) {
        const uint64_t slot = slots_.take();
        if (slot == 0) return {"find a slot for it", kapi::not_enough_memory, c.frame};
        if (Outcome o =
                outcome("copy it for the console",
                        kernel::copy(builder_.slot_of(c.frame), slot, kapi::can_read), c.frame);
            o.failed())
            return o;
        void* at = nullptr;
        if (Outcome o = own_space_.map(slot, 1, false, true, at); o.failed()) return o;
        service_.add(at, MKL_CONSOLE_RING_SIZE, nullptr);
    }
    return {};
}

}  // namespace mkl::user
