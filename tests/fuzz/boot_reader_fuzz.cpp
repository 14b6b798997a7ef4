// SPDX-License-Identifier: BSD-2-Clause
// The boot record's reader of kernels and root tasks, on aligned memory of exactly the input's
// size; what it accepts, verify's own reader must be able to read too.
#include <cstring>

#include "fuzz.hpp"
#include "mkl/rt/boot_record.hpp"
#include "record.hpp"
#include "tiny_image.hpp"

namespace {

/// Reads every byte of a view: one outside the record meets the sanitizer.
template <class T>
uint64_t touch(mkl::rt::View<T> view) {
    uint64_t sum = 0;
    for (const T& element : view) {
        const auto* bytes = reinterpret_cast<const uint8_t*>(&element);
        for (size_t i = 0; i < sizeof element; i++) sum += bytes[i];
    }
    return sum;
}

uint64_t touch_all(const mkl::rt::BootRecord& r) {
    return touch(r.ram) + touch(r.devices) + touch(r.reserved) + touch(r.interrupts) +
           touch(r.sgi_send) + touch(r.sgi_receive) + touch(r.shared) + touch(r.command_line) +
           r.node->id + r.kernel->base + (r.root ? r.root->entry : 0) +
           (r.console ? r.console->base : 0) + (r.intc ? r.intc->type : 0);
}

}  // namespace

std::vector<mkl::Bytes> mkl::fuzz::seeds() {
    return {tiny::boot_record(tiny::node(0), 0x400), tiny::boot_record(tiny::node(1), 0x400)};
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace mkl;
    std::vector<uint64_t> aligned((size + 7) / 8);
    auto* bytes = reinterpret_cast<std::byte*>(aligned.data());
    if (size != 0) std::memcpy(bytes, data, size);
    if (size >= sizeof(mkl_boot_header)) {  // a right checksum, so that what follows is reached
        uint32_t total = 0;
        std::memcpy(&total, bytes + offsetof(mkl_boot_header, total_size), sizeof total);
        const size_t summed = std::min<size_t>(total, size);
        if (summed >= sizeof(mkl_boot_header)) {
            const uint32_t crc =
                mkl_crc32_skipping(bytes, summed, offsetof(mkl_boot_header, crc32));
            std::memcpy(bytes + offsetof(mkl_boot_header, crc32), &crc, sizeof crc);
        }
    }
    for (const uint32_t arch : {uint32_t{MKL_ARCH_AARCH64}, uint32_t{MKL_ARCH_RISCV64}}) {
        rt::BootRecord record;
        const rt::RecordResult result = rt::open_boot_record(bytes, size, arch, record);
        if (result.error != rt::RecordError::none) continue;
        mkl::fuzz::consume(touch_all(record));
        std::string why;
        if (!verify::read_record(std::span<const std::byte>{bytes, record.header->total_size}, why))
            __builtin_trap();
    }
    return 0;
}
