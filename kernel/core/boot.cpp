// SPDX-License-Identifier: BSD-2-Clause
// From a boot record to a running root task, laid out as seL4 does it: fixed slots, paging
// structures, extra boot info, image frames, untypeds (device ascending, then RAM), empty slots.
#include "boot_memory.hpp"
#include "debug.hpp"
#include "kernel.hpp"
#include "mkl/rt/atomic.hpp"
#include "mkl/rt/memory.hpp"

namespace mkl::kernel {

using namespace kapi;
using arch::abi::BootInfo;

namespace {

mkl_status* status_page = nullptr;

constexpr Word page_up(Word v) { return (v + page_size - 1) & ~(page_size - 1); }

/// Everything the root task is made of, while it is being made.
class RootBuilder {
public:
    RootBuilder(const rt::BootRecord& record, Phys record_pa)
        : r_{record}, memory_{record, record_pa} {}

    bool run() {
        plan_addresses();
        if (!make_objects()) return false;
        fill_fixed_slots();
        map_tables();
        map_extra();
        map_image();
        list_untypeds();
        info_->empty = {next_, Word{1} << cnode_bits_};
        start();
        return true;
    }

private:
    void plan_addresses() {
        const mkl_rec_root_task& t = *r_.root;
        buffer_va_ = t.virt + (t.end - t.base);
        info_va_ = buffer_va_ + page_size;
        extra_va_ = info_va_ + page_size;
        extra_len_ = sizeof(BootInfoHeader) + r_.header->total_size;
        if (r_.dtb.size) extra_len_ += sizeof(BootInfoHeader) + r_.dtb.size;
        va_end_ = extra_va_ + page_up(extra_len_);
        tables_ = arch::root_tables_needed(t.virt, va_end_);
    }

    /// Largest first, so that alignment costs nothing.
    bool make_objects() {
        const Word image_pages = (r_.root->end - r_.root->base) / page_size;
        const Word used = slot_first_dynamic + tables_ + page_up(extra_len_) / page_size +
                          image_pages + max_untypeds;
        cnode_bits_ = min_root_cnode_bits;
        while (Word{1} << cnode_bits_ < 2 * used) cnode_bits_++;
        const bool fits = take(cnode_pa_, cnode_bits_ + slot_bits) &&
                          take(vspace_pa_, arch::abi::size_bits::vspace) &&
                          take(pool_pa_, asid_pool_bits) && take(buffer_pa_, page_bits) &&
                          take(info_pa_, page_bits) && take_run(extra_pa_) && take_tables() &&
                          take(tcb_pa_, arch::abi::size_bits::tcb);
        if (!fits) {
            report_error(MKL_STATUS_NO_MEMORY, cnode_bits_, used,
                         "no RAM for the root task's objects");
        }
        return fits;
    }

    bool take(Phys& out, unsigned bits) {
        return memory_.take(Word{1} << bits, Word{1} << bits, out);
    }
    bool take_run(Phys& out) { return memory_.take(page_up(extra_len_), page_size, out); }
    bool take_tables() { return memory_.take(tables_ * page_size, page_size, tables_pa_); }

    Slot& slot(Word index) { return ptr<Slot>(cnode_pa_)[index]; }
    void put(Word index, Cap cap) {
        Slot& s = slot(index);
        s.cap = cap;
        s.set_flags(true, true);
    }
    Slot& put_next(Cap cap) {
        put(next_, cap);
        return slot(next_++);
    }

    void fill_fixed_slots() {
        vspace_ = arch::root_vspace(vspace_pa_);
        const Cap pool = Cap::asid_pool(pool_pa_, 0);
        arch::assign_root_asid(vspace_, pool);
        cnode_ = Cap::cnode(cnode_pa_, cnode_bits_, word_bits - cnode_bits_, 0);
        put(slot_tcb, Cap::thread(tcb_pa_));
        put(slot_cnode, cnode_);
        put(slot_vspace, vspace_);
        put(slot_irq_control, Cap::make(tag_irq_control, 0));
        put(slot_asid_control, Cap::make(tag_asid_control, 0));
        put(slot_asid_pool, pool);
        put(slot_domain, Cap::make(tag_domain, 0));
        info_ = ptr<BootInfo>(info_pa_);
        info_->extra_len = page_up(extra_len_);
        info_->node_id = r_.node->id;
        info_->num_nodes = 1;
        info_->ipc_buffer = buffer_va_;
        info_->init_thread_cnode_size_bits = cnode_bits_;
    }

    void map_tables() {
        info_->user_image_paging.start = next_;
        for (unsigned i = 0; i < tables_; i++) {
            put_next(arch::map_root_table(vspace_, tables_pa_ + i * page_size, r_.root->virt,
                                          va_end_, i));
        }
        info_->user_image_paging.end = next_;
        put(slot_boot_info, arch::map_root_frame(vspace_, info_pa_, info_va_));
        put(slot_ipc_buffer, arch::map_root_frame(vspace_, buffer_pa_, buffer_va_));
    }

    /// Boot record first: its length keeps the next header aligned.
    void map_extra() {
        auto* at = ptr<uint8_t>(extra_pa_);
        at = add_extra(at, MKL_BOOTINFO_ID_BOOT_RECORD, r_.header, r_.header->total_size);
        if (r_.dtb.size) at = add_extra(at, boot_info_fdt, ptr<uint8_t>(r_.dtb.base), r_.dtb.size);
        info_->extra_bi_pages.start = next_;
        for (Word off = 0; off < page_up(extra_len_); off += page_size)
            put_next(arch::map_root_frame(vspace_, extra_pa_ + off, extra_va_ + off));
        info_->extra_bi_pages.end = next_;
        pad_extra(at);
    }

    static uint8_t* add_extra(uint8_t* at, Word id, const void* data, Word size) {
        const BootInfoHeader header{id, sizeof(BootInfoHeader) + size};
        memcpy(at, &header, sizeof header);
        memcpy(at + sizeof header, data, size);
        return at + sizeof header + size;
    }
    /// The rest of the last page is a padding record, if a header fits.
    void pad_extra(uint8_t* at) {
        const Word left = page_up(extra_len_) - extra_len_;
        if (left < sizeof(BootInfoHeader)) return;
        const BootInfoHeader header{boot_info_padding, left};
        memcpy(at, &header, sizeof header);
    }

    void map_image() {
        info_->user_image_frames.start = next_;
        for (Word off = 0; off < r_.root->end - r_.root->base; off += page_size)
            put_next(arch::map_root_frame(vspace_, r_.root->base + off, r_.root->virt + off));
        info_->user_image_frames.end = next_;
    }

    void list_untypeds() {
        info_->untyped.start = next_;
        DeviceRanges devices{r_};
        for (DeviceRange d; devices.next(d);) add_range(d.base, d.end, &d);
        memory_.each_free([this](Phys base, Phys end) { add_range(base, end, nullptr); });
        info_->untyped.end = next_;
    }

    /// The largest aligned powers of two that make up [base, end).
    void add_range(Phys base, Phys end, const DeviceRange* device) {
        while (base < end) {
            unsigned bits = 63u - static_cast<unsigned>(__builtin_clzll(end - base));
            if (base && static_cast<unsigned>(__builtin_ctzll(base)) < bits)
                bits = static_cast<unsigned>(__builtin_ctzll(base));
            if (bits > arch::abi::size_bits::max_untyped) bits = arch::abi::size_bits::max_untyped;
            add_untyped(base, bits, device);
            base += Word{1} << bits;
        }
    }

    void add_untyped(Phys base, unsigned bits, const DeviceRange* device) {
        const Word index = next_ - info_->untyped.start;
        if (bits < min_untyped_bits || index >= max_untypeds) return;
        Cap cap = Cap::untyped(base, bits, device != nullptr);
        if (device) {
            Cap::UtReadOnly::set(cap.w0, device->read_only);
            Cap::UtMemory::set(cap.w0, device->memory);
        }
        info_->untyped_list[index] = {base, static_cast<uint8_t>(bits), device != nullptr, {}};
        put_next(cap);
    }

    void start() {
        Tcb& t = *ptr<Tcb>(tcb_pa_);
        arch::init_context(t.context);
        insert_derived(cnode_, slot(slot_cnode), t.slots[slot_ctable]);
        insert_derived(vspace_, slot(slot_vspace), t.slots[slot_vtable]);
        Cap buffer = slot(slot_ipc_buffer).cap;
        buffer.set_mapping(0, 0);
        insert_derived(buffer, slot(slot_ipc_buffer), t.slots[slot_buffer]);
        t.ipc_buffer = buffer_va_;
        t.priority = t.max_priority = max_priority;
        t.slice = ticks_per_slice;
        t.context.pc = t.context.fault_pc = r_.root->entry;
        arch::set_badge(t.context, info_va_);
        memcpy(t.name, "root", sizeof "root");
        setup_reply_master(t);
        set_state(t, ThreadState::running);
        enqueue(t);
        reschedule();
    }

    const rt::BootRecord& r_;
    BootMemory memory_;
    BootInfo* info_ = nullptr;
    Cap vspace_, cnode_;
    Word buffer_va_ = 0, info_va_ = 0, extra_va_ = 0, va_end_ = 0, extra_len_ = 0;
    unsigned tables_ = 0, cnode_bits_ = 0;
    Phys cnode_pa_ = 0, vspace_pa_ = 0, pool_pa_ = 0, buffer_pa_ = 0, info_pa_ = 0;
    Phys extra_pa_ = 0, tables_pa_ = 0, tcb_pa_ = 0;
    Word next_ = slot_first_dynamic;
};

}  // namespace

void report_error(uint32_t code, uint64_t detail0, uint64_t detail1, const char* text) {
    debug::say("kernel: error ", rt::Hex{code}, ": ", text, ' ', rt::Hex{detail0}, ' ',
               rt::Hex{detail1}, '\n');
    if (!status_page) return;
    mkl_status& s = *status_page;
    s.detail[0] = detail0;
    s.detail[1] = detail1;
    rt::BufferWriter out{s.text, MKL_STATUS_TEXT_SIZE};
    rt::print(out, text);
    s.error_stage = s.stage;
    rt::store_release(s.error, code);
}

void report_stage(uint32_t stage) {
    if (!status_page) return;
    status_page->stamp[stage] = arch::counter();
    rt::store_release(status_page->stage, stage);
}

namespace {

/// `domains=N` on the command line: how many scheduling domains there are; 1 unless said.
unsigned domains_of(const rt::View<char>& line) {
    constexpr char key[] = "domains=";
    constexpr uint64_t length = sizeof key - 1;
    for (uint64_t i = 0; i + length < line.size; i++) {
        if (i && line[i - 1] != ' ') continue;
        if (memcmp(line.data + i, key, length) != 0) continue;
        unsigned n = 0;
        for (uint64_t k = i + length; k < line.size && line[k] >= '0' && line[k] <= '9'; k++)
            n = n < 100 ? n * 10 + static_cast<unsigned>(line[k] - '0') : n;
        return n >= 1 && n <= max_domains ? n : 1;
    }
    return 1;
}

}  // namespace

bool boot(const void* record, uint64_t available, Phys record_pa, mkl_status* status) {
    status_page = status;
    const rt::RecordResult result =
        rt::open_boot_record(record, available, arch::record_arch, kernel.record);
    if (result.error != rt::RecordError::none) {
        report_error(MKL_STATUS_RECORD, static_cast<uint64_t>(result.error), result.type,
                     "boot record refused");
        return false;
    }
    const mkl_rec_kernel& image = *kernel.record.kernel;
    if (image.base != arch::image_base() || image.end - image.base < arch::image_size()) {
        report_error(MKL_STATUS_RECORD, static_cast<uint64_t>(rt::RecordError::value),
                     MKL_REC_KERNEL, "the kernel is not where the record says");
        return false;
    }
    kernel.num_domains = domains_of(kernel.record.command_line);
    kernel.domain_schedule[0] = {1, 0};
    if (!arch::init_platform(kernel.record)) return false;
    RootBuilder builder{kernel.record, record_pa};
    if (!builder.run()) return false;
    report_stage(MKL_STAGE_ROOT);
    return true;
}

}  // namespace mkl::kernel
