// SPDX-License-Identifier: BSD-2-Clause
// By which numbers an IOMMU knows a master: `iommus` of the device, `iommu-map` of a PCI host
// bridge for what is on its bus.
#include <algorithm>
#include <array>
#include <bit>

#include "extract.hpp"

namespace mkl {

namespace {

/// A PCI requester id (bus, device, function) has 16 bits.
constexpr uint32_t last_requester = 0xffff;
/// Ranges of ids that are told apart in one device. Where a tree has more, the gaps between them
/// count as its own: more streams than there are, never fewer.
constexpr size_t most_ranges = 256;
/// The same where the IOMMU ignores bits: each range is then many to compare.
constexpr size_t most_masked_ranges = 16;

/// Arm SMMU v1 and v2 (binding arm,smmu): an entry of two cells is an id and the bits of it that
/// are not compared; with one cell those bits are the same for all, `stream-match-mask`.
bool matches_streams(const DtNode& iommu) {
    constexpr auto models = std::to_array<std::string_view>(
        {"arm,smmu-v1", "arm,smmu-v2", "arm,mmu-400", "arm,mmu-401", "arm,mmu-500",
         "cavium,smmu-v2", "qcom,smmu-v2", "qcom,smmu-500", "nvidia,smmu-500"});
    for (const std::string& c : iommu.texts("compatible"))
        if (std::find(models.begin(), models.end(), c) != models.end()) return true;
    return false;
}

/// A row of `iommu-map` (binding pci-iommu): a requester id under `mask`, if it is then one of
/// `length` from `base` on, has the stream as far behind `stream` as it is behind `base`.
struct MapRow {
    uint32_t base = 0, stream = 0, length = 0, mask = 0;
};

/// Numbers of 32 bits: what is above wraps.
void add_range(std::vector<IdRange>& out, uint64_t first, uint64_t last) {
    const auto low = static_cast<uint32_t>(first), high = static_cast<uint32_t>(last);
    if (low <= high) return out.push_back({low, high});
    out.push_back({low, UINT32_MAX});
    out.push_back({0, high});
}

void add_row(std::vector<IdRange>& out, const MapRow& row) {
    if (row.length == 0 || row.base > last_requester) return;  // left to the bootloader to fill in
    const uint64_t top = std::min(uint64_t{row.base} + row.length - 1, uint64_t{last_requester});
    const auto streams = [&](uint64_t first, uint64_t last) {
        first = std::max(first, uint64_t{row.base});
        last = std::min(last, top);
        if (first <= last)
            add_range(out, row.stream + (first - row.base), row.stream + (last - row.base));
    };
    // What is left under a mask: runs as long as its low ones, one for each choice of its others.
    const uint32_t mask = row.mask & last_requester, low = mask & ~(mask + 1), high = mask & ~low;
    if (size_t{1} << std::popcount(high) > most_ranges) return streams(0, mask);
    for (uint32_t part = 0;;) {
        streams(part, uint64_t{part} | low);
        part = (part - high) & high;
        if (part == 0) break;
    }
}

/// Ascending, apart, and not more than `most`.
void tidy(std::vector<IdRange>& ids, size_t most) {
    std::sort(ids.begin(), ids.end());
    std::vector<IdRange> out;
    for (const IdRange& r : ids) {
        if (!out.empty() && r.first <= uint64_t{out.back().last} + 1)
            out.back().last = std::max(out.back().last, r.last);
        else
            out.push_back(r);
    }
    if (out.size() > most)
        out = {
            {out.front().first, out.back().last}
        };
    ids = std::move(out);
}

}  // namespace

std::vector<ProviderLine> streams_of(const TreeView& tree, size_t index,
                                     const std::vector<Reference>& named) {
    std::vector<ProviderLine> out;
    const auto line_to = [&](const std::string& iommu, uint32_t ignored) -> ProviderLine& {
        for (ProviderLine& line : out)
            if (line.provider == iommu && line.ignored == ignored && line.numbers.empty())
                return line;
        return out.emplace_back(ProviderLine{ProviderLine::Kind::stream, iommu, {}, {}, ignored});
    };
    const auto add = [&](const Reference& r, size_t at) {
        const bool map = r.property->name == "iommu-map";
        const bool says = map || (r.property->name == "iommus" && at == index);
        if (!says || !r.complete || !tree[r.target].enabled) return;
        const DtNode& iommu = *tree[r.target].node;
        const std::string& path = tree[r.target].path;
        const Cells entry = Cells{r.property}.part(r.first_cell, r.cells);
        const bool arm = matches_streams(iommu);
        const uint32_t cells = tree.cells_of(r.target, "#iommu-cells", 0);
        const uint32_t same = arm && cells == 1 ? iommu.cell("stream-match-mask").value_or(0) : 0;
        if (map)
            add_row(line_to(path, same).ids,
                    {entry[0], entry[2], entry[3],
                     tree[at].node->cell("iommu-map-mask").value_or(last_requester)});
        else if (cells == 1)
            add_range(line_to(path, same).ids, entry[1], entry[1]);
        else if (cells == 2 && arm)
            add_range(line_to(path, entry[2]).ids, entry[1], entry[1]);
        else {
            ProviderLine line{ProviderLine::Kind::stream, path, {}, {}, 0};
            for (size_t i = 1; i < entry.size(); i++) line.numbers.push_back(entry[i]);
            out.push_back(std::move(line));
        }
    };
    for (const Reference& r : named) add(r, index);
    // A bus is numbered when its driver runs: what stands on one may have any stream of its bridge.
    for (size_t at = tree[index].parent; at != TreeView::none && is_pci(*tree[at].node);
         at = tree[at].parent)
        for (const Reference& r : references(tree, at)) add(r, at);
    for (ProviderLine& line : out)
        tidy(line.ids, line.ignored == 0 ? most_ranges : most_masked_ranges);
    std::erase_if(out, [&](const ProviderLine& line) {
        // A map that the bootloader fills in; an IOMMU without cells has one stream for all.
        return line.ids.empty() && line.numbers.empty() &&
               tree.cells_of(tree.find(line.provider), "#iommu-cells", 0) != 0;
    });
    return out;
}

}  // namespace mkl
