// SPDX-License-Identifier: BSD-2-Clause
// The only file that includes libfdt. It turns a blob into a DeviceTree and libfdt's error codes
// into findings; nothing of libfdt leaves it. fdt_next_tag() checks every offset against the
// blob's own sizes, and those are checked here against the bytes that are really there.
#include <algorithm>
#include <set>

#include <libfdt.h>

#include "mkl/hardware/hardware.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

/// Characters that DTS source can spell in a name (Spec 2.2.1, 2.2.4 and appendix A). Others
/// could not be printed to a node.dts that says the same.
bool name_is_printable(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{",._+*#?@-"}.find(c) != std::string_view::npos;
    });
}

class Reader {
public:
    Reader(const void* fdt, SourceSpan where, DiagnosticSink& sink)
        : fdt_{fdt}, where_{std::move(where)}, sink_{sink} {}

    std::optional<DeviceTree> read() {
        DeviceTree tree;
        tree.boot_cpuid_phys = fdt_boot_cpuid_phys(fdt_);
        const int reservations = fdt_num_mem_rsv(fdt_);
        if (reservations < 0) return fail("E402", fdt_strerror(reservations)), std::nullopt;
        for (int i = 0; i < reservations; i++) {
            uint64_t base = 0, size = 0;
            if (fdt_get_mem_rsv(fdt_, i, &base, &size) != 0) break;
            const auto range = PhysRange::from_base_size(PhysAddr{base}, size);
            if (!range)
                return fail("E402", cat("/memreserve/ ", hex(base), " + ", hex(size), " wraps")),
                       std::nullopt;
            if (!range->empty()) tree.memreserve.push_back(*range);
        }
        if (!read_structure(tree.root)) return std::nullopt;
        return tree;
    }

private:
    void fail(std::string_view id, std::string_view why) {
        SourceSpan where = where_;
        where.node = path();
        sink_.report({id,
                      where,
                      cat("not a valid device tree blob: ", why),
                      {},
                      "build or dump it again; `dtc -I dtb -O dts` shows what is left of it"});
    }
    std::string path() const {
        std::string out;
        for (const DtNode* n : stack_)
            if (!n->name.empty()) out += "/" + n->name;
        return out.empty() ? "/" : out;
    }

    bool read_structure(DtNode& root) {
        int offset = 0;
        bool seen_root = false;
        while (true) {
            int next = 0;
            const uint32_t tag = fdt_next_tag(fdt_, offset, &next);
            if (next < 0) return fail("E402", cat(fdt_strerror(next), ", offset ", offset)), false;
            switch (tag) {
            case FDT_NOP:
                break;
            case FDT_BEGIN_NODE:
                if (seen_root && stack_.empty()) return fail("E402", "a second root node"), false;
                if (!begin_node(offset, root)) return false;
                seen_root = true;
                break;
            case FDT_PROP:
                if (!property(offset)) return false;
                break;
            case FDT_END_NODE:
                if (!end_node()) return false;
                break;
            default:  // FDT_END; fdt_next_tag() returns an error for anything else
                if (!seen_root || !stack_.empty())
                    return fail("E402", "it ends inside a node"), false;
                return true;
            }
            offset = next;
        }
    }

    bool begin_node(int offset, DtNode& root) {
        if (++count_ > tree_max_nodes)
            return fail("E403", cat("more than ", tree_max_nodes, " nodes")), false;
        if (stack_.size() >= tree_max_depth)
            return fail("E403", cat("nodes nest deeper than ", tree_max_depth)), false;
        if (stack_.empty()) {
            stack_.push_back(&root);
            return true;
        }
        int length = 0;
        const char* name = fdt_get_name(fdt_, offset, &length);
        if (name == nullptr) return fail("E402", fdt_strerror(length)), false;
        const std::string_view text{name, static_cast<size_t>(length)};
        if (text.empty() || !name_is_printable(text))
            return fail("E402", cat("a node name of ", length,
                                    " bytes has a character that a name "
                                    "cannot have")),
                   false;
        DtNode& child = stack_.back()->children.emplace_back();
        child.name = text;
        stack_.push_back(&child);
        return true;
    }

    bool property(int offset) {
        if (stack_.empty()) return fail("E402", "a property outside every node"), false;
        DtNode& node = *stack_.back();
        if (!node.children.empty())
            return fail("E402", "a property behind a child node (Spec 5.4.2)"), false;
        int length = 0;
        const char* name = nullptr;
        const void* value = fdt_getprop_by_offset(fdt_, offset, &name, &length);
        if (value == nullptr || name == nullptr)
            return fail("E402", cat("property: ", fdt_strerror(length))), false;
        const std::string_view text{name};
        if (text.empty() || !name_is_printable(text))
            return fail("E402", "a property name has a character that a name cannot have"), false;
        // Where fdt_next_tag() adds a length without looking for overflow, one of 2^32 - 1 passes.
        if (length < 0)
            return fail("E402",
                        cat("property ", text, " has ", static_cast<uint32_t>(length), " bytes")),
                   false;
        const auto* bytes = static_cast<const std::byte*>(value);
        node.properties.push_back({std::string{text}, Bytes(bytes, bytes + length)});
        return true;
    }

    bool end_node() {
        if (stack_.empty()) return fail("E402", "more node ends than nodes"), false;
        std::set<std::string_view> names;
        for (const DtProperty& p : stack_.back()->properties)
            if (!names.insert(p.name).second)
                return fail("E402", cat("property ", p.name, " stands twice")), false;
        names.clear();
        for (const DtNode& n : stack_.back()->children)
            if (!names.insert(n.name).second)
                return fail("E402", cat("child node ", n.name, " stands twice")), false;
        stack_.pop_back();
        return true;
    }

    const void* fdt_;
    SourceSpan where_;
    DiagnosticSink& sink_;
    std::vector<DtNode*> stack_;  ///< children of a node on the stack are not moved: the last
                                  ///< one is open, and only then does its parent's vector grow
    uint32_t count_ = 0;
};

}  // namespace

std::optional<DeviceTree> parse_dtb(std::span<const std::byte> blob, SourceSpan where,
                                    DiagnosticSink& sink) {
    const auto refuse = [&](std::string_view id, const std::string& why) {
        sink.report(
            {id,
             where,
             cat("not a valid device tree blob: ", why),
             {},
             "give the .dtb that the board's firmware uses; of source text, `dtc -I dts -O dtb` "
             "makes one"});
        return std::nullopt;
    };
    constexpr size_t header_size = 40;  // Spec 5.2, version 17
    if (blob.size() < header_size) return refuse("E402", cat("it has ", blob.size(), " bytes"));
    if (blob.size() > max_dtb_bytes)
        return refuse("E403", cat("it has ", blob.size(), " bytes, more than ", max_dtb_bytes));
    Bytes aligned;  // libfdt wants 8-byte alignment
    if (reinterpret_cast<uintptr_t>(blob.data()) % 8 != 0) {
        aligned.assign(blob.begin(), blob.end());
        blob = aligned;
    }
    const void* tree = blob.data();
    if (const int error = fdt_check_header(tree); error != 0)
        return refuse("E402", fdt_strerror(error));
    const uint64_t total = fdt_totalsize(tree);
    if (total > blob.size())
        return refuse("E402", cat("its header says ", total, " bytes, the file has ", blob.size()));
    return Reader{blob.data(), std::move(where), sink}.read();
}

}  // namespace mkl
