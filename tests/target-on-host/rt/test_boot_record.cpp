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
    void array(uint16_t type, const std::vector<T>& elements, uint16_t flags = 0) {
        std::vector<uint8_t> bytes(8 + elements.size() * sizeof(T));
        const mkl_boot_record h{type, flags, static_cast<uint32_t>(bytes.size())};
        std::memcpy(bytes.data(), &h, 8);
        if (!elements.empty()) std::memcpy(bytes.data() + 8, elements.data(), bytes.size() - 8);
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
    mkl_range device{0x9000000, 0x1000}, device2{0x90000000, 0x1000};
    mkl_range reserved{0x40800000, 0x1000};
    mkl_rec_interrupt irq{33, MKL_TRIGGER_LEVEL}, irq2{34, MKL_TRIGGER_EDGE};
    mkl_rec_sgi_send send{15, 0, 1};
    mkl_rec_sgi_receive sgi{1, 0}, sgi2{2, 0};
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
    mkl_range log{0x61000000, 0x10000}, status{0x62000000, 0x1000};
    mkl_rec_timer timer{{}, 27, 0, 0};
    bool with_timer = true;
    uint16_t extra = 0, extra_flags = 0;
};

RecordResult open(const Fields& f, BootRecord& out, Builder& b) {
    b.add(MKL_REC_NODE, f.node);
    b.add(MKL_REC_KERNEL, f.kernel);
    b.array(MKL_REC_RAM, std::vector{f.ram}, 1);
    b.add(MKL_REC_ROOT_TASK, f.root);
    b.array(MKL_REC_DEVICES, std::vector{f.device, f.device2});
    b.array(MKL_REC_RESERVED, std::vector{f.reserved});
    b.array(MKL_REC_INTERRUPTS, std::vector{f.irq, f.irq2});
    b.array(MKL_REC_SGI_SEND, std::vector{f.send});
    b.array(MKL_REC_SGI_RECEIVE, std::vector{f.sgi, f.sgi2});
    b.array(MKL_REC_SHARED, std::vector{f.shared});
    b.array(MKL_REC_DTB, std::vector{f.dtb});
    b.add(MKL_REC_INTERRUPT_CONTROLLER, f.intc);
    b.array(MKL_REC_LOG, std::vector{f.log});
    b.array(MKL_REC_STATUS, std::vector{f.status});
    if (f.with_timer) b.add(MKL_REC_TIMER, f.timer);
    if (f.extra) b.array(f.extra, std::vector<uint64_t>{1, 2}, f.extra_flags);
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
        {[](Fields& f) { f.extra = 0x7000; },                                          RecordError::none,    0                  },
        {[](Fields& f) { f.extra = 0x7000, f.extra_flags = 1; },                       RecordError::unknown, 0x7000             },
        {[](Fields& f) { f.extra = 3; },                                               RecordError::layout,  3                  }, // not ascending
        {[](Fields& f) { f.with_timer = false; },                                      RecordError::missing, MKL_REC_TIMER      },
        {[](Fields& f) { std::memset(f.node.name, 'x', sizeof f.node.name); },         RecordError::value,
         MKL_REC_NODE                                                                                                           },
        {[](Fields& f) { f.kernel.base += 0x1000; },                                   RecordError::value,   MKL_REC_KERNEL     },
        {[](Fields& f) { f.kernel.end = f.kernel.base; },                              RecordError::value,   MKL_REC_KERNEL     },
        {[](Fields& f) { f.kernel.base = 0x80000000, f.kernel.end = 0x80001000; },
         RecordError::overlap,                                                                               MKL_REC_KERNEL     },
        {[](Fields& f) { f.ram.size = 0; },                                            RecordError::order,   MKL_REC_RAM        },
        {[](Fields& f) { f.ram.base = ~uint64_t{0xfff}; },                             RecordError::order,   MKL_REC_RAM        },
        {[](Fields& f) { f.root.entry = f.root.virt - 1; },                            RecordError::value,   MKL_REC_ROOT_TASK  },
        {[](Fields& f) { f.root.base = 0x40064000; },                                  RecordError::overlap, MKL_REC_ROOT_TASK  },
        {[](Fields& f) { f.root.end = 0x41001000; },                                   RecordError::overlap, MKL_REC_ROOT_TASK  },
        {[](Fields& f) { f.device.base = 0x40800000; },                                RecordError::overlap, MKL_REC_DEVICES    },
        {[](Fields& f) { f.shared.base = 0x40800000; },                                RecordError::overlap, MKL_REC_SHARED     },
        {[](Fields& f) { f.shared = {0x40800000, 0x1000, 3, 0, MKL_SHARED_FILE, 0}; },
         RecordError::none,                                                                                  0                  },
        {[](Fields& f) { f.shared = {0x40800000, 0x1000, 3, 0, MKL_SHARED_POOL, 0}; },
         RecordError::overlap,                                                                               MKL_REC_SHARED     },
        {[](Fields& f) { f.shared = {0x40800000, 0x2000, 3, 0, MKL_SHARED_FILE, 0}; },
         RecordError::overlap,                                                                               MKL_REC_SHARED     },
        {[](Fields& f) { f.sgi.id = 16; },                                             RecordError::value,   MKL_REC_SGI_RECEIVE},
        {[](Fields& f) { f.dtb.base = 0x40100000; },                                   RecordError::overlap, MKL_REC_DTB        },
        {[](Fields& f) { f.dtb.size = ~uint64_t{0}; },                                 RecordError::value,   MKL_REC_DTB        },
        {[](Fields& f) { f.intc.region_count = 5; },                                   RecordError::value,
         MKL_REC_INTERRUPT_CONTROLLER                                                                                           },
        {[](Fields& f) { f.intc.initialiser = MKL_INTC_INIT_DECOY; },                  RecordError::none,    0                  },
        {[](Fields& f) { f.intc.initialiser = 4; },                                    RecordError::value,
         MKL_REC_INTERRUPT_CONTROLLER                                                                                           },
        {[](Fields& f) { f.intc.initialiser = 0; },                                    RecordError::value,
         MKL_REC_INTERRUPT_CONTROLLER                                                                                           },
        {[](Fields& f) { f.intc.type = MKL_INTC_GICV3; },                              RecordError::value,
         MKL_REC_INTERRUPT_CONTROLLER                                                                                           },
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

constexpr RecordError value = RecordError::value, order = RecordError::order;
constexpr uint32_t intc = MKL_REC_INTERRUPT_CONTROLLER;

/// One field each; the comparison that the reader makes with it must be there.
TEST(BootRecord, EachFieldIsChecked) {
    struct Case {
        void (*bend)(Fields&);
        RecordError error;
        uint32_t type;
    };
    // clang-format off
    const Case cases[] = {
        {[](Fields& f) { f.ram.base += 8; }, order, MKL_REC_RAM},
        {[](Fields& f) { f.ram.size += 8; }, order, MKL_REC_RAM},
        {[](Fields& f) { f.device2.base = f.device.base; }, order, MKL_REC_DEVICES},
        {[](Fields& f) { f.reserved.size = 0; }, order, MKL_REC_RESERVED},
        {[](Fields& f) { f.shared.size = 0; }, order, MKL_REC_SHARED},
        {[](Fields& f) { f.irq.trigger = MKL_TRIGGER_EDGE + 1; }, value, MKL_REC_INTERRUPTS},
        {[](Fields& f) { f.irq2.id = f.irq.id; }, order, MKL_REC_INTERRUPTS},
        {[](Fields& f) { f.sgi2.id = f.sgi.id; }, order, MKL_REC_SGI_RECEIVE},
        {[](Fields& f) { f.send.id = 16; }, value, MKL_REC_SGI_SEND},
        {[](Fields& f) { f.root.virt += 8; }, value, MKL_REC_ROOT_TASK},
        {[](Fields& f) { f.root.end += 8; }, value, MKL_REC_ROOT_TASK},
        {[](Fields& f) { f.root.end = f.root.base; }, value, MKL_REC_ROOT_TASK},
        {[](Fields& f) { f.root.virt = f.root.entry = ~uint64_t{0xfff}; }, value, MKL_REC_ROOT_TASK},
        {[](Fields& f) { f.root.entry = f.root.virt + 0x10000; }, value, MKL_REC_ROOT_TASK},
        {[](Fields& f) { f.dtb.base += 4; }, value, MKL_REC_DTB},
        {[](Fields& f) { f.dtb.size = 0; }, value, MKL_REC_DTB},
        {[](Fields& f) { f.dtb.base = 0x70000000; }, RecordError::overlap, MKL_REC_DTB},
        {[](Fields& f) { f.dtb.base = 0x40064000; }, RecordError::overlap, MKL_REC_DTB},
        {[](Fields& f) { f.log.size += 8; }, value, MKL_REC_LOG},
        {[](Fields& f) { f.status.base += 8; }, value, MKL_REC_STATUS},
        {[](Fields& f) { f.intc.type = 0; }, value, intc},
        {[](Fields& f) { f.intc.type = MKL_INTC_NONE + 1; }, value, intc},
        {[](Fields& f) { f.intc.region_count = 0; }, value, intc},
        {[](Fields& f) { f.intc.regions[0].size = 0; }, value, intc},
        {[](Fields& f) { f.intc.regions[0].size = ~uint64_t{0}; }, value, intc},
        {[](Fields& f) { f.intc.dist_size = 0; }, value, intc},
        {[](Fields& f) { f.intc.dist_size = ~uint64_t{0}; }, value, intc},
        {[](Fields& f) { f.intc.type = MKL_INTC_GICV3, f.intc.redist_stride = 0x1f000; }, value, intc},
        {[](Fields& f) { f.intc.type = MKL_INTC_GICV3, f.intc.redist_stride = 0x20008; }, value, intc},
        {[](Fields& f) { f.intc.type = MKL_INTC_GICV3, f.intc.region_count = 0; }, value, intc},
        {[](Fields& f) { f.intc.type = MKL_INTC_GICV3, f.intc.redist_stride = 0x20000; },
         RecordError::none, 0},
        {[](Fields& f) { f.intc.type = MKL_INTC_PLIC, f.intc.region_count = 0; },
         RecordError::none, 0},
        {[](Fields& f) { f.intc.type = MKL_INTC_NONE, f.intc.dist_size = 0; }, RecordError::none, 0},
    };
    // clang-format on
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

/// Calls `f` with each record of a good boot record, in words of its own.
template <class F>
void each_record(F f) {
    BootRecord r;
    Builder good;
    ASSERT_EQ(open({}, r, good).error, RecordError::none);
    for (size_t at = sizeof(mkl_boot_header) / 8; at < good.words.size();) {
        Builder b = good;
        const auto& record = *reinterpret_cast<const mkl_boot_record*>(&good.words[at]);
        f(b, at, record.type);
        at += record.size / 8;
    }
}

RecordError opened(Builder& b) {
    auto& h = *reinterpret_cast<mkl_boot_header*>(b.words.data());
    h.total_size = static_cast<uint32_t>(b.size());
    b.seal();
    BootRecord r;
    return open_boot_record(b.words.data(), b.size(), MKL_ARCH_AARCH64, r).error;
}

TEST(BootRecord, EachRecordHasItsSize) {
    each_record([](Builder& b, size_t at, uint32_t type) {
        const auto record = [&]() -> mkl_boot_record& {
            return *reinterpret_cast<mkl_boot_record*>(&b.words[at]);
        };
        const uint32_t size = record().size;
        for (const uint32_t wrong : {0u, 4u, size - 4, ~7u}) {
            record().size = wrong;
            EXPECT_EQ(opened(b), RecordError::layout) << type << ' ' << wrong;
        }
        // A word or two more: no whole element, one that stands out of order, or one too many.
        for (const uint32_t more : {8u, 16u}) {
            b.words.insert(b.words.begin() + static_cast<std::ptrdiff_t>(at + size / 8), 0);
            record().size = size + more;
            const bool another = type == MKL_REC_SGI_SEND && more == sizeof(mkl_rec_sgi_send);
            EXPECT_EQ(opened(b) == RecordError::none, another) << type << ' ' << more;
        }
    });
}

TEST(BootRecord, AsManyRecordsAsTheHeaderSays) {
    BootRecord r;
    for (const int difference : {-1, 1}) {
        Builder b;
        Fields f;
        f.extra = 0x7000;
        ASSERT_EQ(open(f, r, b).error, RecordError::none);
        auto& h = *reinterpret_cast<mkl_boot_header*>(b.words.data());
        h.record_count += static_cast<uint32_t>(difference);
        EXPECT_EQ(opened(b), RecordError::layout) << difference;
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
    EXPECT_EQ(open_boot_record(b.words.data() + 1, b.size() - 8, MKL_ARCH_AARCH64, r).error,
              RecordError::magic);
    EXPECT_EQ(
        open_boot_record(reinterpret_cast<char*>(&h) + 4, b.size() - 4, MKL_ARCH_AARCH64, r).error,
        RecordError::align);
    for (const uint32_t total : {0u, 12u, uint32_t{MKL_BOOT_MAX_SIZE} + 8}) {
        std::vector<uint64_t> large = b.words;
        large.resize(MKL_BOOT_MAX_SIZE / 8 + 8);
        reinterpret_cast<mkl_boot_header*>(large.data())->total_size = total;
        EXPECT_EQ(open_boot_record(large.data(), large.size() * 8, MKL_ARCH_AARCH64, r).error,
                  RecordError::truncated)
            << total;
    }
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
