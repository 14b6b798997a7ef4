// SPDX-License-Identifier: BSD-2-Clause
// The loader's own readers: a payload table with right hashes and wrong numbers, and then the plan
// against a firmware tree. What passes both checks is used without a third, so every reference in
// it is followed here.
#include <cstring>

#include "console.hpp"
#include "firmware.hpp"
#include "fuzz.hpp"
#include "payload_builder.hpp"

namespace {

using namespace mkl::loader;

uint64_t follow(const Payload& p) {
    uint64_t sum = 0;
    for (const mkl_payload_node& n : p.nodes) {
        for (const mkl_range& r : p.ram_of(n)) sum += r.base;
        for (const mkl_payload_entry& e : p.entries_of(n)) {
            for (const mkl_payload_segment& s : p.segments_of(e)) sum += s.dest;
            if (e.offset == not_in_archive) continue;
            const uint8_t* data = p.data_of(e);
            if (e.size != 0) sum += uint64_t{data[0]} + data[e.size - 1];
            sum += verify_entry(p, e).ok();
        }
    }
    return sum;
}

const test::PayloadBuilder& good() {
    static const test::PayloadBuilder sealed = [] {
        test::PayloadBuilder b;
        b.seal();
        return b;
    }();
    return sealed;
}

}  // namespace

/// Patches of fuzz::patched(): offset, length - 1, bytes.
std::vector<mkl::Bytes> mkl::fuzz::seeds() {
    Bytes first, second;
    for (const int b : {0x28, 0, 0, 3, 1, 0, 0, 0}) first.push_back(std::byte(b));
    for (const int b : {0x40, 1, 0, 7, 0, 0, 0x10, 0x40, 0, 0, 0, 0})
        second.push_back(std::byte(b));
    return {{}, first, second};
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace mkl;
    test::PayloadBuilder b = good();
    // The first byte chooses what is patched: the parameters, or the table.
    if (size != 0 && (data[0] & 1) != 0) {
        const auto* raw = reinterpret_cast<const std::byte*>(&b.params);
        const Bytes bent = fuzz::patched({raw, raw + sizeof b.params}, data + 1, size - 1);
        mkl_loader_params params;
        std::memcpy(&params, bent.data(), sizeof params);
        if (!check_params(params, MKL_ARCH_AARCH64).ok()) return 0;
        // Room as the parameters ask for it, as the loader's own image has: behind it, the archive.
        if (params.table_offset > b.archive.size() ||
            params.table_size > b.archive.size() - params.table_offset ||
            params.payload_size > b.archive.size())
            return 0;
        b.params = params;
    } else if (size != 0) {
        const auto* raw = reinterpret_cast<const std::byte*>(b.table());
        const Bytes bent = fuzz::patched({raw, raw + b.table_size()}, data + 1, size - 1);
        std::memcpy(b.table(), bent.data(), bent.size());
        b.reseal();
    }
    Payload p;
    if (!open_payload(b.params, b.archive.data(), MKL_ARCH_AARCH64, p).ok()) return 0;
    if (!check_plan(p).ok()) return 0;
    mkl::fuzz::consume(follow(p));
    return 0;
}
