// SPDX-License-Identifier: BSD-2-Clause
// verify and inspect on a whole image: the input is laid over the tiny image, then every hash and
// checksum is made to agree, so that the rules meet values that no writer would write.
#include <openssl/evp.h>

#include <cstring>

#include "fuzz.hpp"
#include "mkl/abi/capdl.h"
#include "mkl/abi/payload.h"
#include "mkl/verify/inspect.hpp"
#include "mkl/verify/verify.hpp"
#include "tiny_image.hpp"

namespace {

using namespace mkl;

template <class T>
bool get(const Bytes& image, uint64_t at, T& out) {
    if (at > image.size() || sizeof out > image.size() - at) return false;
    std::memcpy(&out, image.data() + at, sizeof out);
    return true;
}

bool inside(const Bytes& image, uint64_t at, uint64_t size) {
    return at <= image.size() && size <= image.size() - at;
}

void refresh(Bytes& image) {
    mkl_loader_params p;
    mkl_payload_header h;
    if (!get(image, MKL_LOADER_PARAMS_OFFSET, p)) return;
    const uint64_t table = p.payload_offset + p.table_offset;
    if (!get(image, table, h) || !inside(image, table, p.table_size)) return;
    if (p.table_size < sizeof h) return;
    for (uint32_t i = 0; i < h.entries.count && i < 64; i++) {
        const uint64_t at = table + h.entries.offset + i * sizeof(mkl_payload_entry);
        mkl_payload_entry e;
        if (!get(image, at, e)) return;
        const uint64_t data = p.payload_offset + e.offset;
        if (!inside(image, data, e.size)) continue;
        if (e.role == MKL_ROLE_BOOT_RECORD && e.size >= sizeof(mkl_boot_header)) {
            const uint32_t crc =
                mkl_crc32_skipping(image.data() + data, e.size, offsetof(mkl_boot_header, crc32));
            std::memcpy(image.data() + data + offsetof(mkl_boot_header, crc32), &crc, 4);
        }
        EVP_Digest(image.data() + data, e.size, e.sha256, nullptr, EVP_sha256(), nullptr);
        std::memcpy(image.data() + at, &e, sizeof e);
    }
    h.crc32 = 0;
    std::memcpy(image.data() + table, &h, sizeof h);
    h.crc32 =
        mkl_crc32_skipping(image.data() + table, p.table_size, offsetof(mkl_payload_header, crc32));
    std::memcpy(image.data() + table, &h, sizeof h);
    EVP_Digest(image.data() + table, p.table_size, p.table_sha256, nullptr, EVP_sha256(), nullptr);
    std::memcpy(image.data() + MKL_LOADER_PARAMS_OFFSET, &p, sizeof p);
}

}  // namespace

std::vector<Bytes> mkl::fuzz::seeds() { return {Bytes(200, std::byte{0x11}), {}}; }

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const Bytes good = tiny::image();
    Bytes image = fuzz::patched(good, data, size);
    refresh(image);
    DiagnosticSink sink;
    VerifyReport report;
    const bool proved =
        verify_image(std::span<const std::byte>{image},
                     {.name = "image", .expected = {}, .proved = nullptr}, sink, report);
    if (proved == sink.has_errors()) __builtin_trap();
    (void)to_text(report);
    DiagnosticSink again;
    (void)inspect_image(std::span<const std::byte>{image}, "image", again);
    (void)inspect_status(image);
    return 0;
}
