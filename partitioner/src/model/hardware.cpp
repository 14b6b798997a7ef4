// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/hardware.hpp"

#include <algorithm>

#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

/// Numbers whose bits under `any` may be what they like.
struct Block {
    uint32_t value = 0, any = 0;
};

/// The fewest blocks that make up the streams of a master, as the IOMMU compares them.
std::vector<Block> blocks_of(const ProviderLine& line) {
    std::vector<Block> out;
    for (const IdRange& r : line.ids) {
        const uint64_t end = uint64_t{r.last} + 1;
        for (uint64_t at = r.first; at < end;) {
            uint64_t size = at == 0 ? uint64_t{1} << 32 : at & (~at + 1);
            while (size > end - at) size /= 2;
            out.push_back(
                {static_cast<uint32_t>(at), static_cast<uint32_t>(size - 1) | line.ignored});
            at += size;
        }
    }
    return out;
}

}  // namespace

bool meet(const ProviderLine& a, const ProviderLine& b) {
    if (a.kind != b.kind || a.provider != b.provider) return false;
    if (a.ids.empty() != b.ids.empty()) return true;  // nothing says that they differ
    if (a.ids.empty()) return a == b;
    if (a.ignored == 0 && b.ignored == 0)
        return std::any_of(a.ids.begin(), a.ids.end(), [&](const IdRange& x) {
            return std::any_of(b.ids.begin(), b.ids.end(), [&](const IdRange& y) {
                return x.first <= y.last && y.first <= x.last;
            });
        });
    const std::vector<Block> others = blocks_of(b);
    for (const Block& x : blocks_of(a))
        for (const Block& y : others)
            if (((x.value ^ y.value) & ~(x.any | y.any)) == 0) return true;
    return false;
}

std::string ids_text(const ProviderLine& line) {
    constexpr size_t most = 4;
    const std::span ids{line.ids};
    std::string out = join(ids.first(std::min(ids.size(), most)), [](const IdRange& r) {
        return cat(hex(r.first), r.first == r.last ? "" : " to " + hex(r.last));
    });
    if (line.ids.size() > most) out += cat(" and others up to ", hex(line.ids.back().last));
    if (line.ignored != 0) out += cat(" (bits ", hex(line.ignored), " not compared)");
    return out;
}

std::string to_text(const ProviderLine& line) {
    using Kind = ProviderLine::Kind;
    if (!line.ids.empty()) {
        const bool one = line.ids.size() == 1 && line.ids[0].first == line.ids[0].last;
        return cat(one ? "stream " : "streams ", ids_text(line), " of ", line.provider);
    }
    std::string_view what = "stream";
    if (line.kind == Kind::gpio) what = "GPIO line";
    if (line.kind == Kind::dma) what = "DMA channel";
    if (line.kind == Kind::mailbox) what = "mailbox channel";
    if (line.kind == Kind::msi) what = "MSI id";
    std::string out{what};
    for (const uint32_t number : line.numbers) out += cat(" ", number);
    return cat(out, " of ", line.provider);
}

const Device* Hardware::device(std::string_view path) const {
    const auto it = std::find_if(devices.begin(), devices.end(),
                                 [&](const Device& d) { return d.path == path; });
    return it == devices.end() ? nullptr : &*it;
}

}  // namespace mkl
