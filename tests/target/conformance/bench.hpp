// SPDX-License-Identifier: BSD-2-Clause
// Marks for bench/kernel/measure.py and the console of its root tasks, which need no debug calls.
#pragma once

#include "bench_arch.hpp"
#include "suite.hpp"

namespace suite {

inline Word number_of_marks;

/// The two marks of one measurement: an instruction each, at bench_marks + 4 * number.
struct Marks {
    Word number = number_of_marks++;
    void begin() const { mark(2 * number); }
    void end() const { mark(2 * number + 1); }
    void report(const char* name, const char* more = "") const {
        say("bench ", number, ' ', name, more, '\n');
    }
};

/// Maps the page of registers at `pa`; its address.
inline Word map_device(Word pa) {
    Word untyped = 0, offset = 0;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const auto& u = info->untyped_list[i];
        if (!u.is_device || pa < u.paddr || pa - u.paddr >= Word{1} << u.size_bits) continue;
        untyped = info->untyped.start + i;
        offset = pa - u.paddr;
    }
    // What lies before it becomes untypeds nobody uses, largest first.
    for (unsigned bit = 63; bit >= 12; bit--)
        if (offset >> bit & 1) retype(untyped, object::untyped, bit, kept_slot());
    const Word frame = kept_slot();
    retype(untyped, object::small_page, 0, frame);
    invoke(frame, label::page_map, caps(slot_vspace), kept_address, rights_all, Word{0});
    return kept_address;
}

/// say() writes to the console's own registers from now on.
inline void use_console() {
    static Word uart;
    uart = map_device(bench_uart);
    output = [](char c) { uart_put(uart, c); };
}

inline void no_fpu(Word tcb) {
    invoke(tcb, label::tcb_set_flags, caps(), 0, tcb_flag_fpu_disabled);
}

/// The suite's own image in another address space, for a thread there.
inline Word other_vspace(const Thread& t) {
    const Word v = make(object_vspace);
    invoke(slot_asid_pool, label::asid_pool_assign, caps(v));
    const auto map = [&](Word frame, Word address) {
        while (invoke(frame, label::page_map, caps(v), address, rights_all, default_attributes)
                   .error() == failed_lookup) {
            invoke(make(object::page_table), label::page_table_map, caps(v), address,
                   default_attributes);
        }
    };
    const Word pages = info->user_image_frames.end - info->user_image_frames.start;
    for (Word i = 0; i < pages; i++)
        map(copy(info->user_image_frames.start + i), image_base() + i * 0x1000);
    map(copy(t.frame), reinterpret_cast<Word>(t.block->ipc));
    return v;
}

}  // namespace suite
