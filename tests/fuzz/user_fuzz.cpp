// SPDX-License-Identifier: BSD-2-Clause
// What the initialiser reads: the CapDL spec behind its own image, and the device tree in which a
// kernel hands it the boot record.
#include <cstring>

#include "fuzz.hpp"
#include "mkl/abi/component.h"
#include "mkl/kapi/types.hpp"
#include "mkl/user/boot_view.hpp"
#include "mkl/user/spec.hpp"
#include "tiny_image.hpp"

namespace {

/// Extra boot info as a kernel lays it out: one record that holds a device tree.
mkl::Bytes boot_info(const mkl::Bytes& tree) {
    const uint64_t header[2] = {mkl::kapi::boot_info_fdt, 16 + (tree.size() + 7) / 8 * 8};
    mkl::Bytes out(header[1]);
    std::memcpy(out.data(), header, sizeof header);
    std::memcpy(out.data() + sizeof header, tree.data(), tree.size());
    return out;
}

}  // namespace

std::vector<mkl::Bytes> mkl::fuzz::seeds() {
    return {tiny::spec(tiny::node(0)), tiny::spec(tiny::node(1)),
            boot_info(tiny::device_tree(tiny::node(0)))};
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace mkl;
    std::vector<uint64_t> aligned((size + 7) / 8);
    auto* bytes = reinterpret_cast<uint8_t*>(aligned.data());
    if (size != 0) std::memcpy(bytes, data, size);
    mkl_spec_header h{};
    if (size >= sizeof h) {
        std::memcpy(&h, bytes, sizeof h);
        if (h.tables_size >= sizeof h && h.tables_size <= size) {
            h.crc32 = mkl_crc32_skipping(bytes, h.tables_size, offsetof(mkl_spec_header, crc32));
            std::memcpy(bytes, &h, sizeof h);
        }
    }
    const std::vector<uint64_t> untouched = aligned;  // a record in a tree may be moved in place
    (void)user::chosen_boot_record({bytes, size});
    const user::Bytes found = user::find_boot_record({bytes, size}, {}).bytes;
    if (found.size != 0 && (found.data < bytes || found.size > size)) __builtin_trap();
    aligned = untouched;

    user::Spec spec;
    if (user::open_spec(bytes, size, MKL_ABI_AARCH64_CLASSIC, h.node_id, spec).error !=
        user::SpecError::none)
        return 0;
    uint64_t sum = 0;
    for (const mkl_spec_object& o : spec.objects) {
        sum += static_cast<uint64_t>(spec.name(o.name)[0]);
        for (const mkl_spec_slot& s : spec.slots_of(o)) sum += s.object;
    }
    for (const mkl_spec_fill& f : spec.fills)
        if (f.kind == MKL_FILL_DATA && f.length != 0)
            sum += spec.bytes(f.data)[0] + spec.bytes(f.data)[f.length - 1];
    mkl::fuzz::consume(sum);
    return 0;
}
