// SPDX-License-Identifier: BSD-2-Clause
// What the built-in kernel adds to seL4's boot info: the device tree and the boot record itself.
#include "mkl/rt/boot_record.hpp"
#include "suite.hpp"

using namespace suite;

namespace {

/// Data and size of an extra record; size 0: there is none.
struct Extra {
    const uint8_t* data = nullptr;
    Word size = 0;
};
Extra extra(Word id) {
    const auto* at = reinterpret_cast<const uint8_t*>(info) + 0x1000;
    const auto* end = at + info->extra_len;
    while (at + sizeof(BootInfoHeader) <= end) {
        BootInfoHeader h;
        __builtin_memcpy(&h, at, sizeof h);
        CHECK(h.len >= sizeof h && h.len <= static_cast<Word>(end - at));
        if (h.id == id) return {at + sizeof h, h.len - sizeof h};
        at += h.len;
    }
    return {};
}

}  // namespace

TEST(boot_info, boot_record) {
    const Extra e = extra(MKL_BOOTINFO_ID_BOOT_RECORD);
    CHECK(e.size);
    mkl::rt::BootRecord record;
    CHECK(mkl::rt::open_boot_record(e.data, e.size, record_arch, record).error ==
          mkl::rt::RecordError::none);
    CHECK_EQ(record.node->id, info->node_id);
    CHECK_EQ(record.ram[0].base, granted[0].base);
}

TEST(boot_info, device_tree) {
    const Extra e = extra(boot_info_fdt);
    CHECK(e.size >= 4);
    const uint8_t magic[] = {0xd0, 0x0d, 0xfe, 0xed};
    CHECK(__builtin_memcmp(e.data, magic, sizeof magic) == 0);
}

TEST(boot_info, fields) {
    CHECK_EQ(info->num_nodes, 1);
    CHECK(info->extra_len > 0 && info->extra_len % 0x1000 == 0);
    CHECK_EQ(info->extra_bi_pages.end - info->extra_bi_pages.start, info->extra_len / 0x1000);
    CHECK_EQ(info->empty.end, Word{1} << info->init_thread_cnode_size_bits);
    CHECK_EQ(info->init_thread_domain, 0);
}
