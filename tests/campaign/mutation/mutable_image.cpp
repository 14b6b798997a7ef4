// SPDX-License-Identifier: BSD-2-Clause
#include <openssl/evp.h>

#include <cstring>

#include "mutation.hpp"

namespace mkl::mutation {

namespace {

void digest(std::span<const std::byte> bytes, uint8_t (&out)[MKL_SHA256_SIZE]) {
    EVP_Digest(bytes.data(), bytes.size(), out, nullptr, EVP_sha256(), nullptr);
}

}  // namespace

mkl_payload_entry* MutableImage::entry(size_t node, uint32_t role) {
    for (mkl_payload_entry& e : entries())
        if (e.node == node && e.role == role) return &e;
    return nullptr;
}

std::span<std::byte> MutableImage::data(const mkl_payload_entry& entry) {
    const uint64_t offset = params().payload_offset + entry.offset;
    if (offset > bytes_.size() || entry.size > bytes_.size() - offset) return {};
    return std::span{bytes_}.subspan(offset, entry.size);
}

std::span<std::byte> MutableImage::record_body(size_t node, uint32_t type) {
    const mkl_payload_entry* e = entry(node, MKL_ROLE_BOOT_RECORD);
    if (!e) return {};
    const auto bytes = data(*e);
    const auto* header = reinterpret_cast<const mkl_boot_header*>(bytes.data());
    size_t at_byte = sizeof *header;
    for (uint32_t i = 0; i < header->record_count; i++) {
        const auto* r = reinterpret_cast<const mkl_boot_record*>(bytes.data() + at_byte);
        if (r->type == type) return bytes.subspan(at_byte + sizeof *r, r->size - sizeof *r);
        at_byte += r->size;
    }
    return {};
}

mkl_spec_header* MutableImage::spec(size_t node) {
    const mkl_payload_entry* e = entry(node, MKL_ROLE_ROOT);
    if (!e) return nullptr;
    const auto bytes = data(*e);
    for (size_t i = 0; i + sizeof(mkl_spec_header) <= bytes.size(); i += 8) {
        auto* h = reinterpret_cast<mkl_spec_header*>(bytes.data() + i);
        if (h->magic == MKL_SPEC_MAGIC && h->version == MKL_SPEC_VERSION &&
            h->total_size <= bytes.size() - i && h->tables_size <= h->total_size)
            return h;
    }
    return nullptr;
}

void MutableImage::finish(Keep keep) {
    if (keep == Keep::nothing || keep == Keep::table_crc || keep == Keep::table_hash) {
        for (size_t n = 0; n < nodes().size(); n++) {
            if (mkl_spec_header* s = spec(n))
                s->crc32 = mkl_crc32_skipping(s, s->tables_size, offsetof(mkl_spec_header, crc32));
            const mkl_payload_entry* e = entry(n, MKL_ROLE_BOOT_RECORD);
            if (!e || data(*e).size() < sizeof(mkl_boot_header)) continue;
            const auto bytes = data(*e);
            auto* h = reinterpret_cast<mkl_boot_header*>(bytes.data());
            h->crc32 = mkl_crc32_skipping(h, bytes.size(), offsetof(mkl_boot_header, crc32));
        }
        for (mkl_payload_entry& e : entries())
            if (!data(e).empty()) digest(data(e), e.sha256);
    }
    const std::span<std::byte> table{&at<std::byte>(table_at()), params().table_size};
    if (keep != Keep::table_crc)
        header().crc32 =
            mkl_crc32_skipping(table.data(), table.size(), offsetof(mkl_payload_header, crc32));
    if (keep != Keep::table_hash) digest(table, params().table_sha256);
}

}  // namespace mkl::mutation
