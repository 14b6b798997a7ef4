// SPDX-License-Identifier: BSD-2-Clause
// RAM and devices that a build froze into its kernel. Two tables of the image, by symbol, as seen
// in 16.0.0 kernels of both architectures; or what the build says in platform_gen.json: there every
// hole below the top of user devices that is not RAM is the kernel's own.
#include <algorithm>
#include <cstring>

#include "mkl/sel4/kernel.hpp"
#include "mkl/support/json_reader.hpp"
#include "mkl/support/text.hpp"

namespace mkl::sel4 {

namespace {

constexpr size_t max_regions = 1024;
constexpr size_t max_frames = 4096;

/// avail_p_regs: half-open physical ranges.
struct Region {
    uint64_t start, end;
};
/// kernel_device_frames.
struct Frame {
    uint64_t phys, virt;
    uint32_t execute_never, user_available;
};
static_assert(sizeof(Frame) == 24);

/// The page a kernel device is mapped with: 4 KiB; RISC-V: 2 MiB.
uint64_t frame_size(Architecture architecture) {
    return architecture == Architecture::aarch64 ? 4096 : uint64_t{2} << 20;
}

/// The array that `name` labels, from the segment that holds its initial value.
template <class T>
std::optional<std::vector<T>> array_at(std::span<const std::byte> bytes, const ElfFile& elf,
                                       std::string_view name, size_t most) {
    const auto symbol = elf_symbol(bytes, name);
    if (!symbol || symbol->size % sizeof(T) != 0 || symbol->size / sizeof(T) > most)
        return std::nullopt;
    for (const ElfSegment& s : elf.segments) {
        if (symbol->value < s.vaddr) continue;
        const uint64_t at = symbol->value - s.vaddr;
        if (at > s.file_size || symbol->size > s.file_size - at) continue;
        std::vector<T> out(static_cast<size_t>(symbol->size / sizeof(T)));
        if (!out.empty())
            std::memcpy(out.data(), bytes.data() + s.offset + at,
                        static_cast<size_t>(symbol->size));
        return out;
    }
    return std::nullopt;
}

std::optional<std::vector<PhysRange>> ranges(const JsonValue* list) {
    if (list == nullptr || list->kind != JsonValue::Kind::array) return std::nullopt;
    std::vector<PhysRange> out;
    for (const auto& [key, value] : list->members) {
        const JsonValue *start = value.member("start"), *end = value.member("end");
        const auto first = start == nullptr ? std::nullopt : start->whole();
        const auto last = end == nullptr ? std::nullopt : end->whole();
        if (!first || !last || *last < *first) return std::nullopt;
        out.push_back(PhysRange::between(PhysAddr{*first}, PhysAddr{*last}));
    }
    std::erase_if(out, [](PhysRange r) { return r.empty(); });
    return normalise(std::move(out));
}

/// As of 16.0.0: one for a single CPU has the first on every configuration, the other on MCS.
std::optional<bool> mcs_of(std::span<const std::byte> bytes) {
    if (!elf_symbol(bytes, "ksCurThread")) return std::nullopt;
    return elf_symbol(bytes, "ksCurSC").has_value();
}

}  // namespace

std::optional<Compiled> compiled_in(std::span<const std::byte> bytes, const ElfFile& elf,
                                    const Config& config) {
    // One that is told its RAM has the table, too, to be filled in at boot.
    const auto regions = config.loader_info
                             ? std::optional{std::vector<Region>{}}
                             : array_at<Region>(bytes, elf, "avail_p_regs", max_regions);
    const auto frames = array_at<Frame>(bytes, elf, "kernel_device_frames", max_frames);
    if (!regions || !frames) return std::nullopt;
    Compiled out;
    out.from_symbols = true;
    out.mcs = mcs_of(bytes);
    for (const Region& r : *regions) {
        if (r.end <= r.start) return std::nullopt;
        out.ram.push_back(PhysRange::between(PhysAddr{r.start}, PhysAddr{r.end}));
    }
    for (const Frame& f : *frames) {
        const auto range =
            PhysRange::from_base_size(PhysAddr{f.phys}, frame_size(config.architecture));
        if (!range) return std::nullopt;
        (f.user_available != 0 ? out.shared : out.devices).push_back(*range);
    }
    out.ram = normalise(std::move(out.ram));
    out.devices = normalise(std::move(out.devices));
    out.shared = normalise(std::move(out.shared));
    return out;
}

std::optional<Compiled> parse_platform(std::string_view text, uint64_t device_top,
                                       std::string& why) {
    const auto json = parse_json(text, why);
    if (!json) return std::nullopt;
    const auto ram = ranges(json->member("memory")), user = ranges(json->member("devices"));
    if (!ram || !user) {
        why = "`memory` and `devices` are not lists of {start, end}";
        return std::nullopt;
    }
    Compiled out;
    out.ram = *ram;
    std::vector<PhysRange> known = *ram;
    known.insert(known.end(), user->begin(), user->end());
    const std::vector<PhysRange> all{PhysRange::between(PhysAddr{0}, PhysAddr{device_top})};
    out.devices = subtract(all, normalise(std::move(known)));
    return out;
}

}  // namespace mkl::sel4
