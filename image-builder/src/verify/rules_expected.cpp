// SPDX-License-Identifier: BSD-2-Clause
// The image is what was asked for: every decision of a plan, compared with the image's own words.
#include <algorithm>

#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr std::string_view row = "the image is what the system description asks for";

std::string pairs_text(const auto& pairs) {
    std::vector<std::string> out;
    for (const auto& [a, b] : pairs) out.push_back(cat(a, ":", hex(b)));
    return list_text(out);
}

template <class T>
std::string sorted_text(std::vector<T> list) {
    std::sort(list.begin(), list.end());
    return list_text(list);
}

void same(std::string_view what, const std::string& of, const std::string& image,
          const std::string& asked, Proof& proof) {
    proof.expect(row, image == asked, "E650", of, [&] {
        return cat(what, of.empty() ? "" : " of node '", of, of.empty() ? "" : "'", " is ", image,
                   " in the image and ", asked, " in the plan");
    });
}

// "name base..end"
void check_files(const Node& node, const ExpectedNode& e, Proof& proof) {
    std::vector<std::string> image, asked;
    for (const Entry& entry : node.entries) {
        if (entry.raw.role != MKL_ROLE_FILE || entry.segments.empty()) continue;
        const auto range = range_of({entry.segments[0].dest, entry.segments[0].memory_size});
        image.push_back(cat(entry.name, " ", range ? to_text(*range) : std::string{"?"}));
    }
    for (const ExpectedFile& f : e.files) asked.push_back(cat(f.name, " ", f.range));
    same("files", e.name, sorted_text(std::move(image)), sorted_text(std::move(asked)), proof);
}

/// Entries that are absent or have other bytes go to `stale`.
void check_entries(const Node& node, const ExpectedNode& e, std::vector<std::string>& stale,
                   Proof& proof) {
    for (const ExpectedEntry& asked : e.entries) {
        const auto entry = std::find_if(node.entries.begin(), node.entries.end(),
                                        [&](const Entry& x) { return x.name == asked.name; });
        const bool there = entry != node.entries.end();
        const bool good = there && std::equal(asked.sha256.begin(), asked.sha256.end(),
                                              std::begin(entry->raw.sha256));
        if (!proof.item(row, good)) stale.push_back(cat(asked.name, there ? "" : " (absent)"));
    }
    if (std::none_of(e.entries.begin(), e.entries.end(),
                     [](const ExpectedEntry& x) { return x.name.ends_with("/root.elf"); }))
        proof.claim(cat("node '", e.name,
                        "': that its programs are those of the system description is claimed, not "
                        "proved: not all of them are here"));
}

void check_start(const ImageView& image, size_t index, const ExpectedNode& e, Proof& proof) {
    const mkl_payload_node& n = image.nodes[index].node->raw;
    same("start-timeout (ms)", e.name, std::to_string(n.start_timeout_ms),
         std::to_string(e.start_timeout_ms), proof);
    same("start behind all others", e.name, (n.flags & MKL_NODE_LAST) != 0 ? "asked" : "not asked",
         e.last ? "asked" : "not asked", proof);
    std::vector<uint32_t> enabled;
    for (const mkl_payload_interrupt& i : image.table.interrupts)
        if (i.node == index && (i.flags & MKL_PAYLOAD_IRQ_ENABLE) != 0) enabled.push_back(i.id);
    same("interrupts that the loader enables", e.name, sorted_text(std::move(enabled)),
         sorted_text(e.enabled), proof);
}

void check_node(const NodeView& view, const ExpectedNode& e, std::vector<std::string>& stale,
                Proof& proof) {
    const std::string& name = view.node->name;
    same("name", name, name, e.name, proof);
    same("CPU", name, hex(view.node->raw.hwid), hex(e.hwid), proof);
    same("RAM", name, list_text(ranges_of(view.node->ram)), list_text(normalise(e.memory)), proof);
    check_files(*view.node, e, proof);
    check_entries(*view.node, e, stale, proof);
    if (!view.record) return;
    same("device pages", name, list_text(ranges_of(view.record->devices)),
         list_text(normalise(e.device_pages)), proof);
    std::vector<std::pair<uint32_t, uint32_t>> interrupts;
    for (const mkl_rec_interrupt& i : view.record->interrupts)
        interrupts.emplace_back(i.id, i.trigger);
    same("interrupts (id:trigger)", name, pairs_text(interrupts), pairs_text(e.interrupts), proof);
    std::vector<std::pair<uint32_t, uint64_t>> authority;
    for (const mkl_rec_authority& a : view.record->authority)
        authority.emplace_back(a.kind, a.base);
    same("authority (object type:base)", name, pairs_text(authority), pairs_text(e.authority),
         proof);
    std::vector<std::pair<uint32_t, uint64_t>> sends, asked = e.sends;
    for (const mkl_rec_sgi_send& s : view.record->sends) sends.emplace_back(s.id, s.target);
    std::sort(sends.begin(), sends.end());
    std::sort(asked.begin(), asked.end());
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    same("SGIs (id:target)", name, pairs_text(sends), pairs_text(asked), proof);
}

// "base..end:rights" of each pool that node `index` is a member of.
std::string pools_text(const Expected& expected, size_t index) {
    std::vector<std::string> out;
    for (const ExpectedPool& p : expected.pools)
        for (const auto& [node, rights] : p.nodes)
            if (node == index) out.push_back(cat(p.range, ":", rights));
    return sorted_text(std::move(out));
}
std::string pools_text(const Record& record) {
    std::vector<std::string> out;
    for (const mkl_rec_shared& s : record.shared)
        if (s.kind == MKL_SHARED_POOL)
            if (const auto r = range_of({s.base, s.size})) out.push_back(cat(*r, ":", s.rights));
    return sorted_text(std::move(out));
}

void check_loader(const ImageView& image, const Expected& expected, std::vector<std::string>& stale,
                  Proof& proof) {
    if (!expected.loader_with) {
        proof.claim("the loader: that it is this mkl's is claimed, not proved: that is not here");
        return;
    }
    const Bytes asked = expected.loader_with(image.params);
    const auto found = image.container.flat.part(0, asked.size());
    const bool good = found && image.params.payload_offset == asked.size() &&
                      found->same(ByteView{std::span<const std::byte>{asked}});
    if (!proof.item(row, good)) stale.emplace_back("the loader");
}

}  // namespace

void check_expected(const ImageView& image, const Expected& expected, Proof& proof) {
    const mkl_payload_header& h = image.table.header;
    same("architecture", "", std::to_string(h.arch), std::to_string(expected.arch), proof);
    same("number of nodes", "", std::to_string(image.nodes.size()),
         std::to_string(expected.nodes.size()), proof);
    same("loader", "", list_text(ranges_of({h.loader})), list_text(std::vector{expected.loader}),
         proof);
    same("status pages", "", list_text(ranges_of({h.status})),
         list_text(std::vector{expected.status}), proof);
    const auto cpu = [](const std::optional<uint64_t>& hwid) {
        return hwid ? hex(*hwid) : std::string{"none"};
    };
    std::optional<uint64_t> steward;
    if (h.steward_start != MKL_START_NONE) steward = h.steward_hwid;
    same("steward's CPU", "", cpu(steward), cpu(expected.steward), proof);
    std::vector<std::string> stale;
    check_loader(image, expected, stale, proof);
    for (size_t i = 0; i < std::min(image.nodes.size(), expected.nodes.size()); i++) {
        check_node(image.nodes[i], expected.nodes[i], stale, proof);
        check_start(image, i, expected.nodes[i], proof);
        if (image.nodes[i].record)
            same("shared pools (range:rights)", expected.nodes[i].name,
                 pools_text(*image.nodes[i].record), pools_text(expected, i), proof);
    }
    if (stale.empty()) return;
    // Behind all that may be the cause of it.
    proof.violation("E650", "",
                    cat("other bytes than the system description gives now: ", list_text(stale)),
                    {},
                    "the description, a program or a file has changed since, or another mkl made "
                    "the image: make it again");
}

}  // namespace mkl::verify
