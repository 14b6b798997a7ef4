// SPDX-License-Identifier: BSD-2-Clause
// Frames of 1 GiB, where an untyped is that large: boot_kernel.py --huge.
#include "suite.hpp"

using namespace suite;

namespace {

constexpr Word gib = Word{1} << 30;
constexpr Word address = 2 * gib;  // no tables there but the top ones

Word map(Word frame, Word where) {
    return invoke(frame, label::page_map, caps(slot_vspace), where, rights_all, default_attributes)
        .error();
}
volatile Word& at(Word where) { return *reinterpret_cast<volatile Word*>(where); }

}  // namespace

TEST(huge, map_write_unmap) {
    Word untyped = 0, paddr = 0;
    for (Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        if (info->untyped_list[i].size_bits != 30) continue;
        untyped = info->untyped.start + i;
        paddr = info->untyped_list[i].paddr;
    }
    CHECK(untyped);
    const Word f = slot();
    CHECK_EQ(retype(untyped, object::huge_page, 0, f), no_error);
    const Result r = invoke(f, label::page_get_address, caps());
    CHECK_EQ(r.error(), no_error);
    CHECK_EQ(r.mr[0], paddr);
    CHECK_EQ(map(f, address + 0x200000), alignment_error);
    CHECK_EQ(map(f, address), no_error);
    const Word places[] = {0, 8, 0x1000, 0x200000, gib / 2, gib - 8};
    for (Word p : places) at(address + p) = p + 1;
    for (Word p : places) CHECK_EQ(at(address + p), p + 1);
    // Nothing smaller fits where it is.
    CHECK_EQ(map(make(object::large_page), address), failed_lookup);
    CHECK_EQ(map(make(object::small_page), address + 0x5000), failed_lookup);
    CHECK_EQ(invoke(f, label::page_unmap, caps()).error(), no_error);
    const Word ep = make(object::endpoint);
    start(thread([](Word) { at(address + gib / 2) = 1; }, 0, 200, ep));
    let_run();
    CHECK_EQ(syscall(sys::nb_recv, ep).info.label(), abi::fault::vm_fault);
    CHECK_EQ(revoke(untyped), no_error);
}
