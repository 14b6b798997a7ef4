// SPDX-License-Identifier: BSD-2-Clause
// Unmodified seL4 kernels: what is compiled into them, and the six registers they are entered with.
#include <algorithm>

#include "mkl/abi/component.h"
#include "proof.hpp"

namespace mkl::verify {

namespace {

constexpr uint64_t large_page = uint64_t{2} << 20;
constexpr uint64_t max_symbols = uint64_t{1} << 20, max_array = 4096;

/// Initial bytes of the object that `name` labels; nullopt if the ELF does not say.
class Symbols {
public:
    Symbols(const ByteView& file, const Elf& elf) : file_{file}, elf_{elf} {}

    std::optional<Bytes> bytes_of(std::string_view name) const {
        const auto s = find(name);
        return s ? content(s->st_value, s->st_size) : std::nullopt;
    }
    bool has(std::string_view name) const { return find(name).has_value(); }

private:
    std::optional<Elf64_Sym> find(std::string_view name) const {
        for (uint32_t i = 0; i < elf_.header.e_shnum; i++) {
            const auto table = section(i);
            if (!table || table->sh_type != SHT_SYMTAB) continue;
            const auto names = section(table->sh_link);
            if (!names) return std::nullopt;
            const uint64_t count = std::min(table->sh_size / sizeof(Elf64_Sym), max_symbols);
            for (uint64_t k = 0; k < count; k++) {
                const auto s = file_.value<Elf64_Sym>(table->sh_offset + k * sizeof(Elf64_Sym));
                if (!s) return std::nullopt;
                if (s->st_name < names->sh_size && is(names->sh_offset + s->st_name, name))
                    return s;
            }
        }
        return std::nullopt;
    }
    std::optional<Elf64_Shdr> section(uint64_t index) const {
        const uint64_t at = elf_.header.e_shoff + index * sizeof(Elf64_Shdr);
        if (at < elf_.header.e_shoff) return std::nullopt;
        return file_.value<Elf64_Shdr>(at);
    }
    bool is(uint64_t at, std::string_view name) const {
        Bytes text(name.size() + 1);
        if (!file_.copy(at, text)) return false;
        return as_text(text).substr(0, name.size()) == name && text.back() == std::byte{0};
    }
    std::optional<Bytes> content(uint64_t value, uint64_t size) const {
        for (const Elf64_Phdr& p : elf_.loads) {
            const uint64_t at = value - p.p_vaddr;
            if (value < p.p_vaddr || at > p.p_filesz || size > p.p_filesz - at) continue;
            Bytes out(static_cast<size_t>(std::min<uint64_t>(size, p.p_filesz)));
            if (!file_.copy(p.p_offset + at, out)) return std::nullopt;
            return out;
        }
        return std::nullopt;
    }

    const ByteView& file_;
    const Elf& elf_;
};

template <class T>
std::vector<T> array_of(const Bytes& bytes) {
    std::vector<T> out(std::min<size_t>(bytes.size() / sizeof(T), max_array));
    for (size_t i = 0; i < out.size(); i++)
        std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(i * sizeof(T)), sizeof(T),
                    std::as_writable_bytes(std::span{&out[i], 1}).begin());
    return out;
}

class KernelRules {
public:
    KernelRules(const ImageView& image, const NodeView& view, Proof& proof)
        : image_{image}, view_{view}, n_{view.node->raw}, proof_{proof}, part_{view.part(
                                                                             "kernel.elf")} {}

    void check() {
        if (!told()) {
            check_registers();
            check_order();
        }
        check_level();
        check_mcs();
        check_compiled();
    }

private:
    /// By a loader info page: check_loader_info.
    bool told() const { return n_.protocol == MKL_PROTOCOL_LOADER_INFO; }
    void same(std::string_view what, uint64_t found, uint64_t expected) {
        proof_.expect("seL4 kernels are told where their root task is", found == expected, "E651",
                      part_, [&] {
                          return cat("the kernel of node '", view_.node->name, "' is told ",
                                     hex(found), " for ", what, ", which is ", hex(expected));
                      });
    }

    void check_registers() {
        const Entry* root = view_.node->entry(MKL_ROLE_ROOT);
        if (!root || !view_.root || root->segments.empty()) return;
        uint64_t virt = UINT64_MAX, last = 0, base = UINT64_MAX, end = 0;
        for (const Elf64_Phdr& p : view_.root->loads) {
            virt = std::min(virt, p.p_vaddr & ~uint64_t{MKL_PAGE_SIZE - 1});
            last = std::max(last, p.p_vaddr + p.p_memsz);
        }
        for (const mkl_payload_segment& s : root->segments) {
            base = std::min(base, s.dest & ~uint64_t{MKL_PAGE_SIZE - 1});
            end = std::max(end, s.dest + s.memory_size);
        }
        same("the root image's base", n_.args[0], base);
        // More than the image may be handed over, as long as it is zeroed: `end` covers it.
        same("the root image's end", n_.args[1], end);
        proof_.expect("seL4 kernels are told where their root task is",
                      end % MKL_PAGE_SIZE == 0 && end - base >= last - virt, "E651", part_, [&] {
                          return cat("the root image of node '", view_.node->name, "' takes ",
                                     hex(end - base), " bytes of memory, it needs ",
                                     hex(last - virt));
                      });
        same("its distance from virtual addresses", n_.args[2], base - virt);
        same("its entry", n_.args[3], view_.root->header.e_entry);
        same("the device tree", n_.args[4], n_.dtb_base);
        // Up to the end of its page, which is zero.
        same("the device tree's size", n_.args[5],
             (n_.dtb_size + MKL_PAGE_SIZE - 1) / MKL_PAGE_SIZE * MKL_PAGE_SIZE);
    }

    // 16.0.0 does not sort what it reserves.
    void check_order() {
        const bool good = n_.kernel_end <= n_.dtb_base && n_.dtb_size <= n_.args[0] &&
                          n_.dtb_base <= n_.args[0] - n_.dtb_size && n_.args[0] <= n_.args[1];
        proof_.expect("kernel, tree and root image stand in this order", good, "E652", part_, [&] {
            return cat("kernel ends at ", hex(n_.kernel_end), ", tree is ", hex(n_.dtb_base), " + ",
                       hex(n_.dtb_size), ", root image starts at ", hex(n_.args[0]));
        });
    }

    void check_level() {
        if (!view_.spec || image_.table.header.arch != MKL_ARCH_AARCH64) return;
        const uint32_t abi = view_.spec->header.abi;
        const bool hyp = abi == MKL_ABI_AARCH64_HYP || abi == MKL_ABI_AARCH64_HYP_MCS;
        proof_.expect(
            "root tasks are for their kernel's level", hyp == (n_.level == MKL_EL_2), "E640",
            [&] { return view_.part("root.elf"); },
            [&] {
                return cat("the root task of node '", view_.node->name, "' is for ABI ", abi,
                           ", its kernel is entered at EL", n_.level);
            });
    }

    // A kernel for one CPU has ksCurThread, and on MCS ksCurSC (seL4 16.0.0).
    void check_mcs() {
        const Entry* kernel = view_.node->entry(MKL_ROLE_KERNEL);
        if (!view_.spec || !view_.kernel || !kernel || !kernel->data) return;
        const Symbols symbols{*kernel->data, *view_.kernel};
        if (!symbols.has("ksCurThread")) return;
        const uint32_t abi = view_.spec->header.abi;
        const bool asked = abi == MKL_ABI_AARCH64_MCS || abi == MKL_ABI_AARCH64_HYP_MCS ||
                           abi == MKL_ABI_RISCV64_MCS;
        const bool built = symbols.has("ksCurSC");
        proof_.expect(
            "root tasks make their kernel's system calls", asked == built, "E640",
            [&] { return view_.part("root.elf"); },
            [&] {
                return cat("the root task of node '", view_.node->name, "' is for ABI ", abi,
                           ", its kernel is one ", built ? "with" : "without", " MCS");
            });
    }

    void check_regions(const Bytes& regions) {
        struct Region {
            uint64_t start, end;
        };
        std::vector<PhysRange> ram;
        bool sound = true;
        for (const Region& r : array_of<Region>(regions)) {
            sound = sound && r.start < r.end;
            if (r.start < r.end) ram.push_back(PhysRange::between({r.start}, {r.end}));
        }
        ram = normalise(std::move(ram));
        const auto own = subtract(ranges_of(view_.node->ram), file_ranges(*view_.node));
        proof_.expect(
            "seL4 kernels are built for their node's RAM", sound && ram == own, "E653", part_, [&] {
                return cat("the kernel of node '", view_.node->name, "' was built for RAM ",
                           list_text(ram), ", the node has ", list_text(own));
            });
    }

    void check_compiled() {
        const Entry* entry = view_.node->entry(MKL_ROLE_KERNEL);
        if (!entry || !entry->data || !view_.kernel) return;
        const Symbols symbols{*entry->data, *view_.kernel};
        const auto regions = told() ? Bytes{} : symbols.bytes_of("avail_p_regs");
        const auto frames = symbols.bytes_of("kernel_device_frames");
        if (!regions || !frames) {
            proof_.claim(cat("node '", view_.node->name,
                             "': its kernel has no symbols; that RAM and devices compiled into it "
                             "are the node's is claimed, not proved"));
            return;
        }
        struct Frame {
            uint64_t phys, virt;
            uint32_t execute_never, user;
        };
        if (!told()) check_regions(*regions);
        const uint64_t size =
            image_.table.header.arch == MKL_ARCH_AARCH64 ? MKL_PAGE_SIZE : large_page;
        for (const Frame& f : array_of<Frame>(*frames))
            if (const auto range = PhysRange::from_base_size(PhysAddr{f.phys}, size);
                range && f.user == 0)
                check_device(*range);
    }

    // A page that the kernel keeps: the interrupt controller as it may see it, or nobody's.
    void check_device(PhysRange page) {
        const mkl_rec_intc& c = image_.table.header.intc;
        const auto distributor = range_of({c.dist_base, c.dist_size});
        constexpr std::string_view row = "seL4 kernels drive no device of a node";
        const bool decoy = covers(ranges_of(image_.table.zeros), page);
        const bool ram =
            std::any_of(image_.table.ram.begin(), image_.table.ram.end(), [&](const mkl_range& r) {
                const auto range = range_of(r);
                return range && range->overlaps(page);
            });
        proof_.expect(row, !ram || decoy, "E654", part_, [&] {
            return cat("the kernel of node '", view_.node->name, "' drives ", page,
                       ", which is RAM");
        });
        const bool real = !told() && c.type == MKL_INTC_GICV3 && image_.nodes.size() > 1 &&
                          distributor && distributor->overlaps(page);
        proof_.expect(
            "seL4 kernels leave a GICv3 distributor to the loader", !real, "E654", part_, [&] {
                return cat("the kernel of node '", view_.node->name, "' drives the distributor at ",
                           page, " and would take every interrupt when it boots");
            });
        if (page.size_bytes() != MKL_PAGE_SIZE) return;  // RISC-V: withheld, not driven
        for (const NodeView& other : image_.nodes) {
            if (!other.record) continue;
            for (const PhysRange r : ranges_of(other.record->devices))
                proof_.expect(row, !r.overlaps(page), "E654", part_, [&] {
                    return cat("the kernel of node '", view_.node->name, "' drives ", page,
                               ", a device of node '", other.node->name, "'");
                });
        }
    }

    const ImageView& image_;
    const NodeView& view_;
    const mkl_payload_node& n_;
    Proof& proof_;
    std::string part_;
};

}  // namespace

void check_sel4(const ImageView& image, Proof& proof) {
    for (const NodeView& view : image.nodes)
        if (view.node->raw.protocol != MKL_PROTOCOL_MKL) KernelRules{image, view, proof}.check();
}

}  // namespace mkl::verify
