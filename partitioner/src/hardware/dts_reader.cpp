// SPDX-License-Identifier: BSD-2-Clause
// Device tree source to a tree: the language of the Devicetree Specification, chapter 6, without
// a preprocessor. Read in order: what comes later replaces or deletes what stands before, as where
// an overlay is concatenated to a base.
#include <algorithm>
#include <map>
#include <set>

#include "dts_expression.hpp"
#include "dts_lexer.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/hardware/tree_view.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

class DtsReader {
public:
    DtsReader(std::string_view text, SourceSpan where, DiagnosticSink& sink)
        : in_{text}, where_{std::move(where)}, sink_{sink} {}

    std::optional<DeviceTree> run() {
        while (!in_.at_end() && top_level()) {}
        if (failed_ || !resolve()) return std::nullopt;
        return std::move(tree_);
    }

private:
    /// A reference that can be resolved only when the whole text is read.
    struct Fixup {
        std::string path, property;  ///< where
        size_t offset = 0;           ///< of the phandle; for a path: where it is inserted
        std::string target;          ///< label, or path with its '/'
        bool as_path = false;
        size_t position = 0;
    };

    bool fail(std::string_view why, std::string_view hint = "") {
        return fail_at(in_.position(), why, hint);
    }
    bool fail_at(size_t position, std::string_view why, std::string_view hint = "") {
        if (failed_) return false;
        failed_ = true;
        SourceSpan at = where_;
        at.line = in_.line_of(position);
        at.column = in_.column_of(position);
        at.length = 1;
        sink_.report({"E408", at, std::string{why}, {}, std::string{hint}});
        return false;
    }

    bool top_level() {
        if (in_.accept("/dts-v1/")) return end();
        if (in_.accept("/plugin/"))
            return fail("an overlay of the /plugin/ kind is not a board's tree",
                        "give plain source");
        if (in_.accept("/memreserve/")) return memreserve();
        if (in_.accept("/include/") || in_.accept("#include"))
            return fail("another file is included here", "give the text with everything included "
                                                         "(cpp -nostdinc -undef -x "
                                                         "assembler-with-cpp)");
        if (in_.accept("/delete-node/")) return delete_referenced();
        if (in_.accept("/omit-if-no-ref/")) return top_level();
        std::vector<std::string> labels;
        for (std::string label; in_.label(label);) labels.push_back(label);
        const size_t at = in_.position();
        if (in_.accept("&")) {
            const auto target = reference();
            if (!target) return false;
            const std::string path = path_of(*target);
            if (path.empty() || tree_.find(path) == nullptr)
                return fail_at(at, cat("there is no node ", *target));
            for (const std::string& l : labels) labels_[l] = path;
            return body(*find(path), path, 0) && end();
        }
        if (!in_.accept("/")) return fail("expected `/ {`, `&label {` or a directive");
        for (const std::string& l : labels) labels_[l] = "/";
        return body(tree_.root, "/", 0) && end();
    }

    bool end() { return in_.accept(";") || fail("expected `;`"); }

    bool memreserve() {
        const auto number = [&]() -> std::optional<uint64_t> {
            return in_.accept("(") ? dts_expression(in_) : in_.number();
        };
        std::string label;
        while (in_.label(label)) {}
        const auto base = number(), size = number();
        if (!base || !size) return fail("expected two numbers");
        const auto range = PhysRange::from_base_size(PhysAddr{*base}, *size);
        if (!range) return fail("the reservation ends beyond 64 bits");
        tree_.memreserve.push_back(*range);
        return end();
    }

    /// Behind "&": a label, or a path between braces.
    std::optional<std::string> reference() {
        if (in_.accept("{")) {
            auto path = in_.until('}');
            if (path && path->starts_with('/')) return path;
            fail("expected `&{/path}`");
            return std::nullopt;
        }
        std::string name = in_.word();
        if (!name.empty()) return name;
        fail("expected a label");
        return std::nullopt;
    }
    std::string path_of(const std::string& target) const {
        if (target.starts_with('/')) return target;
        const auto it = labels_.find(target);
        return it == labels_.end() ? "" : it->second;
    }
    DtNode* find(const std::string& path) { return const_cast<DtNode*>(tree_.find(path)); }

    bool delete_referenced() {
        const size_t at = in_.position();
        if (!in_.accept("&")) return fail("expected `&label`");
        const auto target = reference();
        if (!target) return false;
        const std::string path = path_of(*target);
        if (path.size() < 2 || find(path) == nullptr)
            return fail_at(at, cat("there is no node ", *target, " to delete"));
        const size_t slash = path.rfind('/');
        remove_child(*find(slash == 0 ? "/" : path.substr(0, slash)), path.substr(slash + 1));
        return end();
    }
    static void remove_child(DtNode& node, std::string_view name) {
        std::erase_if(node.children, [&](const DtNode& c) { return c.name == name; });
    }

    // NOLINTNEXTLINE(misc-no-recursion): bounded by tree_max_depth
    bool body(DtNode& node, const std::string& path, uint32_t depth) {
        if (depth > tree_max_depth) return fail(cat("nodes nest deeper than ", tree_max_depth));
        if (!in_.accept("{")) return fail("expected `{`");
        while (!in_.accept("}")) {
            if (in_.at_end()) return fail("the text ends inside a node");
            if (!item(node, path, depth)) return false;
        }
        return true;
    }

    // NOLINTNEXTLINE(misc-no-recursion): bounded by tree_max_depth
    bool item(DtNode& node, const std::string& path, uint32_t depth) {
        if (in_.accept("/delete-node/")) {
            if (in_.accept("&")) return fail("expected a node's name");
            remove_child(node, in_.name());
            return end();
        }
        if (in_.accept("/delete-property/")) {
            const std::string name = in_.name();
            std::erase_if(node.properties, [&](const DtProperty& p) { return p.name == name; });
            drop_fixups(path, name);
            return end();
        }
        if (in_.accept("/include/") || in_.accept("#include "))
            return fail("another file is included here", "give the text with everything included");
        in_.accept("/omit-if-no-ref/");
        std::vector<std::string> labels;
        for (std::string label; in_.label(label);) labels.push_back(label);
        const std::string name = in_.name();
        if (name.empty()) return fail("expected a property or a node");
        if (in_.peek() == '{') {
            if (++count_ > tree_max_nodes) return fail(cat("more than ", tree_max_nodes, " nodes"));
            const std::string child_path = path == "/" ? "/" + name : cat(path, "/", name);
            auto it = std::find_if(node.children.begin(), node.children.end(),
                                   [&](const DtNode& c) { return c.name == name; });
            if (it == node.children.end()) {
                node.children.push_back(DtNode{name, {}, {}});
                it = node.children.end() - 1;
                drop_fixups_below(child_path);
            }
            for (const std::string& l : labels) labels_[l] = child_path;
            return body(*it, child_path, depth + 1) && end();
        }
        DtProperty property{name, {}};
        drop_fixups(path, name);
        if (in_.accept("=") && !value(property, path)) return false;
        const auto it = std::find_if(node.properties.begin(), node.properties.end(),
                                     [&](const DtProperty& p) { return p.name == name; });
        if (it == node.properties.end())
            node.properties.push_back(std::move(property));
        else
            it->value = std::move(property.value);
        return end();
    }

    void drop_fixups(std::string_view path, std::string_view property) {
        std::erase_if(fixups_,
                      [&](const Fixup& f) { return f.path == path && f.property == property; });
    }
    void drop_fixups_below(const std::string& path) {
        std::erase_if(fixups_, [&](const Fixup& f) {
            return f.path == path || f.path.starts_with(path + "/");
        });
    }

    bool value(DtProperty& out, const std::string& path) {
        do {
            std::string label;
            while (in_.label(label)) {}
            const size_t at = in_.position();
            if (in_.peek() == '"') {
                const auto text = in_.string();
                if (!text) return fail_at(at, "the string is not closed");
                for (const char c : *text) out.value.push_back(static_cast<std::byte>(c));
                out.value.push_back(std::byte{0});
            } else if (in_.accept("<")) {
                if (!cells(out, path, 32)) return false;
            } else if (in_.accept("[")) {
                while (!in_.accept("]")) {
                    if (in_.label(label)) continue;
                    const auto byte = in_.byte();
                    if (!byte) return fail("expected two hexadecimal digits");
                    out.value.push_back(std::byte{*byte});
                }
            } else if (in_.accept("/bits/")) {
                const auto bits = in_.number();
                if (!bits || (*bits != 8 && *bits != 16 && *bits != 32 && *bits != 64))
                    return fail("expected 8, 16, 32 or 64");
                if (!in_.accept("<")) return fail("expected `<`");
                if (!cells(out, path, static_cast<uint32_t>(*bits))) return false;
            } else if (in_.accept("&")) {
                const auto target = reference();
                if (!target) return false;
                fixups_.push_back({path, out.name, out.value.size(), *target, true, at});
            } else {
                return fail("expected a value");
            }
            while (in_.label(label)) {}
        } while (in_.accept(","));
        return true;
    }

    bool cells(DtProperty& out, const std::string& path, uint32_t bits) {
        std::string label;
        while (!in_.accept(">")) {
            if (in_.label(label)) continue;
            const size_t at = in_.position();
            if (in_.accept("&")) {
                const auto target = reference();
                if (!target) return false;
                if (bits != 32) return fail_at(at, "a reference needs 32 bits");
                fixups_.push_back({path, out.name, out.value.size(), *target, false, at});
                append_cell(out.value, 0);
                continue;
            }
            const auto number = in_.accept("(") ? dts_expression(in_) : in_.number();
            if (!number) return fail("expected a number, a reference or `>`");
            for (uint32_t shift = bits; shift != 0; shift -= 8)
                out.value.push_back(static_cast<std::byte>(*number >> (shift - 8)));
        }
        return true;
    }

    /// Phandles for all that is referred to, then every reference.
    bool resolve() {
        std::set<uint32_t> used;
        collect_phandles(tree_.root, used);
        uint32_t next = 1;
        // All phandles before the first reference is filled in: a node may refer to itself, and its
        // properties move when it gets one.
        for (const bool fill : {false, true})
            for (const Fixup& f : fixups_) {
                if (f.as_path) continue;
                DtNode* target = nullptr;
                DtProperty* property = nullptr;
                if (!find_both(f, target, property)) return false;
                if (property == nullptr) continue;
                const uint32_t phandle = phandle_of(*target, used, next);
                if (!fill) continue;
                Bytes cell;
                append_cell(cell, phandle);
                std::copy(cell.begin(), cell.end(),
                          property->value.begin() + static_cast<ptrdiff_t>(f.offset));
            }
        // Paths last and from the end of a property, so that offsets stay right.
        for (auto f = fixups_.rbegin(); f != fixups_.rend(); ++f) {
            if (!f->as_path) continue;
            DtNode* target = nullptr;
            DtProperty* property = nullptr;
            if (!find_both(*f, target, property)) return false;
            if (property == nullptr) continue;
            std::string text = path_of(f->target);
            text.push_back('\0');
            const auto bytes = as_bytes(text);
            property->value.insert(property->value.begin() + static_cast<ptrdiff_t>(f->offset),
                                   bytes.begin(), bytes.end());
        }
        return true;
    }
    /// `property` stays nullptr where the property has been deleted since.
    bool find_both(const Fixup& f, DtNode*& target, DtProperty*& property) {
        DtNode* node = find(f.path);
        if (node == nullptr) return true;
        const auto it = std::find_if(node->properties.begin(), node->properties.end(),
                                     [&](const DtProperty& p) { return p.name == f.property; });
        if (it == node->properties.end()) return true;
        const std::string path = path_of(f.target);
        target = path.empty() ? nullptr : find(path);
        if (target == nullptr) return fail_at(f.position, cat("there is no node ", f.target));
        property = &*it;
        return true;
    }
    // NOLINTNEXTLINE(misc-no-recursion): bounded by tree_max_depth
    static void collect_phandles(const DtNode& node, std::set<uint32_t>& used) {
        if (const auto p = node.cell("phandle")) used.insert(*p);
        for (const DtNode& c : node.children) collect_phandles(c, used);
    }
    static uint32_t phandle_of(DtNode& node, std::set<uint32_t>& used, uint32_t& next) {
        if (const auto p = node.cell("phandle")) return *p;
        while (used.count(next) != 0) next++;
        used.insert(next);
        DtProperty phandle{"phandle", {}};
        append_cell(phandle.value, next);
        node.properties.push_back(std::move(phandle));
        return next;
    }

    DtsLexer in_;
    SourceSpan where_;
    DiagnosticSink& sink_;
    DeviceTree tree_;
    std::map<std::string, std::string, std::less<>> labels_;  ///< to paths
    std::vector<Fixup> fixups_;
    uint32_t count_ = 1;
    bool failed_ = false;
};

}  // namespace

std::optional<DeviceTree> parse_dts(std::string_view text, const SourceSpan& where,
                                    DiagnosticSink& sink) {
    if (text.size() > max_dtb_bytes) {
        sink.report({"E403",
                     where,
                     cat("it has ", text.size(), " bytes, more than ", max_dtb_bytes),
                     {},
                     ""});
        return std::nullopt;
    }
    return DtsReader{text, where, sink}.run();
}

}  // namespace mkl
