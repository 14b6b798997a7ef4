// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/sel4/loader_info.hpp"

#include <algorithm>
#include <cstring>

#include "mkl/support/text.hpp"

namespace mkl::sel4 {

namespace {

class PageWriter {
public:
    template <class T>
    void put(const T& value) {
        const auto bytes = std::as_bytes(std::span{&value, 1});
        out_.insert(out_.end(), bytes.begin(), bytes.end());
    }
    void put(PhysRange r) { put(mkl_info_range{r.base().value, r.end().value}); }
    void put(const std::vector<PhysRange>& ranges) {
        for (const PhysRange r : ranges) put(r);
    }
    Bytes page() {
        out_.resize(MKL_PAGE_SIZE);
        return std::move(out_);
    }

private:
    Bytes out_;
};

}  // namespace

std::vector<PhysRange> kept_from(const Plan& plan, size_t node) {
    std::vector<PhysRange> seen = plan.nodes[node].memory;
    for (const PhysRange r : plan.common_ram(node)) seen.push_back(r);
    return subtract(normalise(plan.ram), normalise(std::move(seen)));
}

std::optional<Bytes> loader_info(const Plan& plan, size_t node, const InfoParts& parts,
                                 const SourceSpan& where, DiagnosticSink& sink) {
    const PlanNode& n = plan.nodes[node];
    const std::vector<PhysRange> ram = n.kernel_ram();
    std::vector<PhysRange> reserved = kept_from(plan, node);
    reserved.push_back(parts.page);
    std::sort(reserved.begin(), reserved.end());
    if (ram.size() > MKL_INFO_MAX_RAM || reserved.size() > MKL_INFO_MAX_RESERVED) {
        sink.report({"E562",
                     where,
                     cat("node '", n.name, "' has ", ram.size(), " RAM ranges, and ",
                         reserved.size(), " of others are between them; a loader info page holds ",
                         MKL_INFO_MAX_RAM, " and ", MKL_INFO_MAX_RESERVED),
                     {},
                     "place the pools that it shares side by side, or give it RAM in one piece"});
        return std::nullopt;
    }
    mkl_info_header header{};
    header.magic = MKL_INFO_MAGIC;
    header.version = MKL_INFO_VERSION;
    header.root_entry = parts.root_entry;
    header.kernels = header.root_tasks = 1;
    header.ram = static_cast<uint8_t>(ram.size());
    header.reserved_ranges = static_cast<uint8_t>(reserved.size());
    header.cpus = static_cast<uint8_t>(plan.nodes.size());
    PageWriter out;
    out.put(header);
    out.put(parts.kernel);
    out.put(ram);
    out.put(mkl_info_root{parts.root.base().value, parts.root.end().value, parts.root_virt, 0});
    out.put(reserved);
    for (const PlanNode& other : plan.nodes) out.put(other.hwid.value);
    return out.page();
}

}  // namespace mkl::sel4
