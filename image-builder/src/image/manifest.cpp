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

}  // namespace

std::string manifest_text(const Plan& plan, const Artefacts& artefacts, const Payload& payload,
                          std::span<const OutputFile> outputs, const Sha256& blob,
                          PhysRange loader) {
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
    std::vector<ByteRope> contents;
    for (const OutputFile& file : outputs)
        contents.push_back(file.path == "image.bin" ? ByteRope{} : file.content);
    std::vector<Sha256> digests = sha256_all(contents);
    for (size_t i = 0; i < outputs.size(); i++) {
        const bool is_blob = outputs[i].path == "image.bin";
        Json entry = Json::object();
        entry.set("name", outputs[i].path)
            .set("size", hex(outputs[i].content.size()))
            .set("sha256", hex_digest(is_blob ? blob : digests[i]));
        files.add(std::move(entry));
    }
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
