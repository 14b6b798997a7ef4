// SPDX-License-Identifier: BSD-2-Clause
// Firmware's device tree as the loader meets it: copied, searched for room, compared with a plan.
#include "console.hpp"
#include "fdt.hpp"
#include "firmware.hpp"
#include "fuzz.hpp"
#include "payload_builder.hpp"

std::vector<mkl::Bytes> mkl::fuzz::seeds() { return {}; }

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace mkl::loader;
    static test::PayloadBuilder builder;
    static Payload payload;
    static const bool good = test::verdict(builder, &payload).empty();
    if (!good) __builtin_trap();
    // The loader copies a tree into room of 1 MiB before it believes anything in it.
    constexpr size_t room = size_t{1} << 20;
    if (size > room) return 0;
    std::vector<uint8_t> copy(data, data + size);
    if (FdtReader::used_size(copy.data(), copy.size()) > copy.size()) __builtin_trap();
    FdtReader reader{copy.data(), copy.size()};
    uint64_t sum = 0;
    reader.walk([&](const FdtNode& node, const char* parent) {
        mkl_range r;
        for (uint32_t i = 0; i < 64 && node.range(i, r); i++) sum += r.base;
        sum += static_cast<uint64_t>(parent[0]) + node.enabled();
    });
    mkl_range r;
    for (uint32_t i = 0; reader.reservation(i, r); i++) sum += r.size;
    mkl::fuzz::consume(sum);

    copy.resize(room);
    Console silent;
    const FirmwareTree tree{reinterpret_cast<uint64_t>(copy.data()), 0x1234000};
    (void)check_firmware_tree(payload, tree, silent);
    (void)check_room(builder.params, tree, copy.size());
    return 0;
}
