// SPDX-License-Identifier: BSD-2-Clause
#include "manifest.hpp"

#include <algorithm>

#include "mkl/support/json.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

std::string_view role_name(uint32_t role) {
    switch (role) {
    case MKL_ROLE_KERNEL:
        return "kernel";
    case MKL_ROLE_ROOT:
        return "root";
    case MKL_ROLE_DTB:
        return "dtb";
    case MKL_ROLE_BOOT_RECORD:
        return "boot-record";
    default:
        return "file";
    }
}

Json file_entry(const PlacedFile& file, const Sha256& digest) {
    Json entry = Json::object();
    entry.set("name", file.name).set("role", role_name(file.role));
    if (!file.segments.empty()) {
        const mkl_payload_segment& last = file.segments.back();
        const uint64_t base = file.segments.front().dest;
        entry.set("address", hex(base)).set("memory", hex(last.dest + last.memory_size - base));
    }
    entry.set("size", hex(file.data.size())).set("sha256", hex_digest(digest));
    return entry;
}

using Pieces = std::vector<std::span<const std::byte>>;

Pieces pieces_of(const ByteRope& rope) {
    Pieces out;
    rope.for_each([&](std::span<const std::byte> piece) { out.push_back(piece); });
    return out;
}

Json part_entry(uint64_t size, const Sha256& digest) {
    Json part = Json::object();
    part.set("size", hex(size)).set("sha256", hex_digest(digest));
    return part;
}

Json part_entry(std::span<const std::span<const std::byte>> pieces) {
    Sha256Stream stream;
    uint64_t size = 0;
    for (const auto piece : pieces) {
        stream.update(piece);
        size += piece.size();
    }
    return part_entry(size, stream.finish());
}

/// The digest of the file; of one that holds image.bin, which may be large and is hashed already,
/// those of its parts.
Json output_entry(const OutputFile& file, const ByteRope& blob, const Sha256& blob_digest) {
    Json entry = Json::object();
    entry.set("name", file.path).set("size", hex(file.content.size()));
    const Pieces all = pieces_of(file.content), inner = pieces_of(blob);
    const auto same_memory = [](auto a, auto b) {
        return a.data() == b.data() && a.size() == b.size();
    };
    const auto at = std::search(all.begin(), all.end(), inner.begin(), inner.end(), same_memory);
    if (at == all.end()) {
        entry.set("sha256", hex_digest(sha256(file.content)));
    } else if (inner.size() == all.size()) {
        entry.set("sha256", hex_digest(blob_digest));
    } else {
        const std::span pieces{all};
        const auto before = static_cast<size_t>(at - all.begin());
        Json parts = Json::array();
        if (before != 0) parts.add(part_entry(pieces.first(before)));
        parts.add(part_entry(blob.size(), blob_digest));
        if (before + inner.size() != all.size())
            parts.add(part_entry(pieces.subspan(before + inner.size())));
        entry.set("parts", std::move(parts));
    }
    return entry;
}

}  // namespace

std::string manifest_text(const Plan& plan, const Artefacts& artefacts, const Payload& payload,
                          std::span<const OutputFile> outputs, const ByteRope& blob,
                          const Sha256& blob_digest, PhysRange loader) {
    Json nodes = Json::array();
    auto digest = payload.digests.begin();
    for (size_t i = 0; i < plan.nodes.size(); i++) {
        Json files = Json::array();
        for (const PlacedFile& file : artefacts.nodes[i].files)
            files.add(file_entry(file, *digest++));
        Json node = Json::object();
        node.set("name", plan.nodes[i].name).set("files", std::move(files));
        nodes.add(std::move(node));
    }
    Json files = Json::array();
    for (const OutputFile& file : outputs) files.add(output_entry(file, blob, blob_digest));
    Json place = Json::object();
    place.set("base", hex(loader.base())).set("size", hex(loader.size_bytes()));
    Json manifest = Json::object();
    manifest.set("version", 1)
        .set("mkl", MKL_VERSION)
        .set("arch", info(plan.architecture).name)
        .set("boot-record", cat(MKL_BOOT_MAJOR, ".", MKL_BOOT_MINOR))
        .set("payload", cat(MKL_PAYLOAD_MAJOR, ".", MKL_PAYLOAD_MINOR))
        .set("loader", std::move(place))
        .set("nodes", std::move(nodes))
        .set("files", std::move(files));
    return manifest.text() + "\n";
}

}  // namespace mkl
