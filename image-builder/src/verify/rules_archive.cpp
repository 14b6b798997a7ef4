// SPDX-License-Identifier: BSD-2-Clause
// Chain of trust: parameters to table, table to every entry; table and archive say the same.
#include <algorithm>
#include <cstring>
#include <set>

#include "proof.hpp"

namespace mkl::verify {

namespace {

std::string hash_text(const uint8_t* digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (size_t i = 0; i < 8; i++) {
        out += digits[digest[i] >> 4];
        out += digits[digest[i] & 15];
    }
    return out + "...";
}

bool agrees(const ByteView& bytes, const uint8_t (&expected)[MKL_SHA256_SIZE], Digest& found) {
    found = sha256(bytes);
    return std::memcmp(found.data(), expected, found.size()) == 0;
}

void check_table_sums(const ImageView& image, Proof& proof) {
    const auto table = *image.archive.part(image.params.table_offset, image.params.table_size);
    Digest found{};
    const bool hash = agrees(table, image.params.table_sha256, found);
    proof.expect("entries agree with their SHA-256", hash, "E605", MKL_PAYLOAD_NAME, [&] {
        return cat("SHA-256 of the payload table is ", hash_text(found.data()),
                   ", the loader parameters say ", hash_text(image.params.table_sha256));
    });
    Bytes storage;
    const auto raw = table.read(0, table.size(), storage);
    const uint32_t crc =
        mkl_crc32_skipping(raw->data(), raw->size(), offsetof(mkl_payload_header, crc32));
    proof.expect("checksums of tables agree", crc == image.table.header.crc32, "E604",
                 MKL_PAYLOAD_NAME, [&] {
                     return cat("CRC-32 of the payload table is ", hex(crc), ", its header says ",
                                hex(image.table.header.crc32));
                 });
}

void check_entry(const ImageView& image, const Node& node, const Entry& entry, Proof& proof) {
    if (entry.raw.offset != ~uint64_t{0}) {
        const auto file =
            std::find_if(image.files.begin(), image.files.end(),
                         [&](const ArchiveFile& f) { return f.offset == entry.raw.offset; });
        const bool same =
            file != image.files.end() && file->name == entry.name && file->size == entry.raw.size;
        proof.expect("entries stand where the table says", same, "E607", entry.name, [&] {
            return cat("the table places '", entry.name, "' at ", hex(entry.raw.offset), ", ",
                       hex(entry.raw.size), " bytes; the archive has ",
                       file == image.files.end()
                           ? "nothing there"
                           : cat("'", file->name, "' there, ", hex(file->size), " bytes"));
        });
        proof.expect("entries are aligned to 64 bytes", entry.raw.offset % MKL_PAYLOAD_ALIGN == 0,
                     "E607", entry.name, [&] {
                         return cat("'", entry.name, "' starts at ", hex(entry.raw.offset),
                                    ", not at a multiple of ", MKL_PAYLOAD_ALIGN);
                     });
    } else {
        proof.expect(
            "entries stand where the table says", entry.data.has_value(), "E607", entry.name, [&] {
                return cat("the table names a loadable of ", hex(entry.raw.size), " bytes at ",
                           hex(entry.raw.address), "; this container has none such");
            });
    }
    if (!entry.data) return;
    Digest found{};
    const bool good = agrees(*entry.data, entry.raw.sha256, found);
    proof.expect("entries agree with their SHA-256", good, "E606", entry.name, [&] {
        return cat("SHA-256 of '", entry.name, "' is ", hash_text(found.data()),
                   ", the payload table says ", hash_text(entry.raw.sha256));
    });
    const bool named = entry.name.starts_with(node.name + "/") &&
                       entry.raw.role >= MKL_ROLE_KERNEL &&
                       entry.raw.role <= MKL_ROLE_LOADER_INFO && entry.raw.node == node.raw.id;
    proof.expect("entries belong to one node", named, "E607", entry.name, [&] {
        return cat("'", entry.name, "' (role ", entry.raw.role, ", node ", entry.raw.node,
                   ") stands among the entries of node '", node.name, "' (", node.raw.id, ")");
    });
}

}  // namespace

void check_archive(const ImageView& image, Proof& proof) {
    check_table_sums(image, proof);
    const bool first = !image.files.empty() && image.files.front().name == MKL_PAYLOAD_NAME &&
                       image.files.front().offset == image.params.table_offset &&
                       image.files.front().size == image.params.table_size;
    proof.expect("entries stand where the table says", first, "E603", MKL_PAYLOAD_NAME, [&] {
        return cat("the archive does not start with ", MKL_PAYLOAD_NAME,
                   " as the loader parameters have it");
    });
    std::set<uint64_t> named{image.params.table_offset};
    std::set<std::string> names;
    for (const Node& node : image.table.nodes) {
        for (const Entry& entry : node.entries) {
            check_entry(image, node, entry, proof);
            named.insert(entry.raw.offset);
            proof.expect("names are used once", names.insert(entry.name).second, "E607", entry.name,
                         [&] { return cat("'", entry.name, "' is in the table twice"); });
        }
        for (const uint32_t role :
             {MKL_ROLE_KERNEL, MKL_ROLE_ROOT, MKL_ROLE_DTB, MKL_ROLE_BOOT_RECORD}) {
            const auto count = std::count_if(node.entries.begin(), node.entries.end(),
                                             [&](const Entry& e) { return e.raw.role == role; });
            const bool optional =
                role == MKL_ROLE_BOOT_RECORD && node.raw.protocol != MKL_PROTOCOL_MKL;
            proof.expect("nodes have all their parts", count == 1 || (optional && count == 0),
                         "E607", node.name, [&] {
                             return cat("node '", node.name, "' has ", count, " entries of role ",
                                        role_name(role));
                         });
        }
        const auto pages =
            std::count_if(node.entries.begin(), node.entries.end(),
                          [](const Entry& e) { return e.raw.role == MKL_ROLE_LOADER_INFO; });
        const bool told = node.raw.protocol == MKL_PROTOCOL_LOADER_INFO;
        proof.expect("nodes have all their parts", pages == (told ? 1 : 0), "E607", node.name, [&] {
            return cat("node '", node.name, "' has ", pages, " loader info pages");
        });
        proof.expect("names are used once", !node.name.empty() && names.insert(node.name).second,
                     "E604", MKL_PAYLOAD_NAME,
                     [&] { return cat("node name '", node.name, "' is used twice"); });
    }
    for (const ArchiveFile& f : image.files)
        proof.expect(
            "the archive holds nothing else", named.contains(f.offset), "E607", f.name,
            [&] { return cat("'", f.name, "' is in the archive and not in the payload table"); });
}

}  // namespace mkl::verify
