// SPDX-License-Identifier: BSD-2-Clause
// The boot record's reader against good, broken and random records.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>
#include <vector>

#include "mkl/rt/boot_record.hpp"

namespace mkl::rt {
namespace {

/// Writes a record from the contract's structures, so that tests can bend single fields.
struct Builder {
    std::vector<uint64_t> words;
    uint32_t count = 0;

    Builder() : words(sizeof(mkl_boot_header) / 8) {}
    template <class T>
    void add(uint16_t type, T body) {
        body.h = {type, MKL_REC_FLAG_CRITICAL, sizeof(T)};
        append(&body, sizeof body);
    }
    template <class T>
    void array(uint16_t type, std::initializer_list<T> elements, uint16_t flags = 0) {
        std::vector<uint8_t> bytes(8 + elements.size() * sizeof(T));
        const mkl_boot_record h{type, flags, static_cast<uint32_t>(bytes.size())};
        std::memcpy(bytes.data(), &h, 8);
        if (elements.size()) std::memcpy(bytes.data() + 8, elements.begin(), bytes.size() - 8);
        append(bytes.data(), bytes.size());
    }
    void append(const void* p, size_t size) {
        const size_t at = words.size();
        words.resize(at + (size + 7) / 8);
        std::memcpy(&words[at], p, size);
        count++;
    }
    const void* finish() {
        auto& h = *reinterpret_cast<mkl_boot_header*>(words.data());
        h = {MKL_BOOT_MAGIC,   1, 0, static_cast<uint32_t>(words.size() * 8), 0, count,
             MKL_ARCH_AARCH64, 0};
        seal();
        return words.data();
    }
    void seal() {
        auto& h = *reinterpret_cast<mkl_boot_header*>(words.data());
        h.crc32 = mkl_crc32_skipping(words.data(), words.size() * 8, 0x10);
    }
    uint64_t size() const { return words.size() * 8; }
};

struct Fields {
    mkl_rec_node node{{}, 0, 0, 0, "n"};
    mkl_rec_kernel kernel{{}, 0x40000000, 0x40065000, 0xffffff8040000000};
    mkl_range ram{0x40000000, 0x1000000};
    mkl_rec_root_task root{{}, 0x40100000, 0x40110000, 0x400000, 0x400010};
    mkl_range device{0x9000000, 0x1000};
    mkl_rec_sgi_receive sgi{1, 0};
    mkl_rec_shared shared{0x60000000, 0x1000, 3, 0, 0, 0};
    mkl_range dtb{0x40070000, 0x1234};
    mkl_rec_intc intc{
        {  },
        MKL_INTC_GICV2,
        MKL_INTC_INIT_LOADER,
        0x8000000,
        0x10000,
        0,
        1,
        { {0x8010000, 0x10000}, {}, {}, {}},
        0
    };
    mkl_rec_timer timer{{}, 27, 0, 0};
    bool with_timer = true;
    uint16_t extra = 0, extra_flags = 0;
};

RecordResult open(const Fields& f, BootRecord& out, Builder& b) {
    b.add(MKL_REC_NODE, f.node);
    b.add(MKL_REC_KERNEL, f.kernel);
    b.array(MKL_REC_RAM, {f.ram}, 1);
    b.add(MKL_REC_ROOT_TASK, f.root);
    b.array(MKL_REC_DEVICES, {f.device});
    b.array(MKL_REC_SGI_RECEIVE, {f.sgi});
    b.array(MKL_REC_SHARED, {f.shared});
    b.array(MKL_REC_DTB, {f.dtb});
    b.add(MKL_REC_INTERRUPT_CONTROLLER, f.intc);
    if (f.with_timer) b.add(MKL_REC_TIMER, f.timer);
    if (f.extra) b.array<uint64_t>(f.extra, {1, 2}, f.extra_flags);
    const void* p = b.finish();
    return open_boot_record(p, b.size(), MKL_ARCH_AARCH64, out);
}

TEST(BootRecord, GoodOne) {
    BootRecord r;
    Builder b;
    ASSERT_EQ(open({}, r, b).error, RecordError::none);
    EXPECT_EQ(r.ram.size, 1u);
    EXPECT_EQ(r.kernel->end, 0x40065000u);
    EXPECT_EQ(r.sgi_receive[0].id, 1u);
    EXPECT_EQ(r.dtb.size, 0x1234u);
    EXPECT_EQ(r.console, nullptr);
}

TEST(BootRecord, EachFaultIsNamed) {
    struct Case {
        std::function<void(Fields&)> bend;
        RecordError error;
        uint32_t type;
    };
    const Case cases[] = {
        {[](Fields& f) { f.extra = 0x7000; },                                      RecordError::none,    0                  },
        {[](Fields& f) { f.extra = 0x7000, f.extra_flags = 1; },                   RecordError::unknown, 0x7000             },
        {[](Fields& f) { f.extra = 3; },                                           RecordError::layout,  3                  }, // not ascending
        {[](Fields& f) { f.with_timer = false; },                                  RecordError::missing, MKL_REC_TIMER      },
        {[](Fields& f) { std::memset(f.node.name, 'x', sizeof f.node.name); },     RecordError::value,
         MKL_REC_NODE                                                                                                       },
        {[](Fields& f) { f.kernel.base += 0x1000; },                               RecordError::value,   MKL_REC_KERNEL     },
        {[](Fields& f) { f.kernel.end = f.kernel.base; },                          RecordError::value,   MKL_REC_KERNEL     },
        {[](Fields& f) { f.kernel.base = 0x80000000, f.kernel.end = 0x80001000; },
         RecordError::overlap,                                                                           MKL_REC_KERNEL     },
        {[](Fields& f) { f.ram.size = 0; },                                        RecordError::order,   MKL_REC_RAM        },
        {[](Fields& f) { f.ram.base = ~uint64_t{0xfff}; },                         RecordError::order,   MKL_REC_RAM        },
        {[](Fields& f) { f.root.entry = f.root.virt - 1; },                        RecordError::value,   MKL_REC_ROOT_TASK  },
        {[](Fields& f) { f.root.base = 0x40064000; },                              RecordError::overlap, MKL_REC_ROOT_TASK  },
        {[](Fields& f) { f.root.end = 0x41001000; },                               RecordError::overlap, MKL_REC_ROOT_TASK  },
        {[](Fields& f) { f.device.base = 0x40800000; },                            RecordError::overlap, MKL_REC_DEVICES    },
        {[](Fields& f) { f.shared.base = 0x40800000; },                            RecordError::overlap, MKL_REC_SHARED     },
        {[](Fields& f) { f.sgi.id = 16; },                                         RecordError::value,   MKL_REC_SGI_RECEIVE},
        {[](Fields& f) { f.dtb.base = 0x40100000; },                               RecordError::overlap, MKL_REC_DTB        },
        {[](Fields& f) { f.dtb.size = ~uint64_t{0}; },                             RecordError::value,   MKL_REC_DTB        },
        {[](Fields& f) { f.intc.region_count = 5; },                               RecordError::value,
         MKL_REC_INTERRUPT_CONTROLLER                                                                                       },
        {[](Fields& f) { f.intc.initialiser = MKL_INTC_INIT_DECOY; },              RecordError::none,    0                  },
        {[](Fields& f) { f.intc.initialiser = 4; },                                RecordError::value,
         MKL_REC_INTERRUPT_CONTROLLER                                                                                       },
        {[](Fields& f) { f.intc.initialiser = 0; },                                RecordError::value,
         MKL_REC_INTERRUPT_CONTROLLER                                                                                       },
        {[](Fields& f) { f.intc.type = MKL_INTC_GICV3; },                          RecordError::value,
         MKL_REC_INTERRUPT_CONTROLLER                                                                                       },
    };
    for (const Case& c : cases) {
        Fields f;
        c.bend(f);
        BootRecord r;
        Builder b;
        const RecordResult got = open(f, r, b);
        EXPECT_EQ(static_cast<int>(got.error), static_cast<int>(c.error)) << &c - cases;
        EXPECT_EQ(got.type, c.type) << &c - cases;
    }
}

TEST(BootRecord, Header) {
    Builder b;
    BootRecord r;
    ASSERT_EQ(open({}, r, b).error, RecordError::none);
    auto& h = *reinterpret_cast<mkl_boot_header*>(b.words.data());
    const auto again = [&] { return open_boot_record(&h, b.size(), MKL_ARCH_AARCH64, r).error; };
    EXPECT_EQ(open_boot_record(&h, b.size() - 8, MKL_ARCH_AARCH64, r).error,
              RecordError::truncated);
    EXPECT_EQ(open_boot_record(&h, 16, MKL_ARCH_AARCH64, r).error, RecordError::truncated);
    EXPECT_EQ(open_boot_record(&h, b.size(), MKL_ARCH_RISCV64, r).error, RecordError::architecture);
    h.crc32 ^= 1;
    EXPECT_EQ(again(), RecordError::crc);
    h.major = 2;
    EXPECT_EQ(again(), RecordError::version);
    h.magic ^= 1;
    EXPECT_EQ(again(), RecordError::magic);
}

TEST(BootRecord, RandomDamageNeverReadsOutside) {
    std::mt19937 random{7};
    for (int i = 0; i < 20000; i++) {
        Builder b;
        BootRecord r;
        ASSERT_EQ(open({}, r, b).error, RecordError::none);
        // A copy of exactly the record's size: the sanitizer sees any read behind it.
        std::vector<uint64_t> copy = b.words;
        const unsigned hits = 1 + random() % 4;
        for (unsigned k = 0; k < hits; k++) {
            auto* bytes = reinterpret_cast<uint8_t*>(copy.data());
            bytes[0x14 + random() % (copy.size() * 8 - 0x14)] = static_cast<uint8_t>(random());
        }
        auto& h = *reinterpret_cast<mkl_boot_header*>(copy.data());
        h.crc32 = mkl_crc32_skipping(copy.data(), copy.size() * 8, 0x10);
        BootRecord out;
        static_cast<void>(open_boot_record(copy.data(), copy.size() * 8, MKL_ARCH_AARCH64, out));
    }
}

}  // namespace
}  // namespace mkl::rt
