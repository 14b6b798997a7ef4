// SPDX-License-Identifier: BSD-2-Clause
// The only file that includes yaml-cpp. It turns text into SyntaxNode and YAML::Exception into a
// finding; nothing of yaml-cpp leaves it. It listens to the parser's events and not to its node
// tree, because with yaml-cpp 0.7.0
//   - the node tree accepts a repeated key and the first one wins     -> E003, both positions
//   - the node tree expands aliases without a limit when it is copied -> E004
//   - an unterminated quote at the end of the text is accepted        -> E002, closing_quote()
//   - a bad byte becomes U+FFFD                                       -> E005, before parsing
//   - Mark counts from 0                                              -> span_at() adds 1, once
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "mkl/support/text.hpp"
#include "mkl/support/utf8.hpp"
#include "syntax.hpp"
#include "yaml_fault.hpp"

namespace mkl::manifest {

SyntaxEntry* SyntaxNode::find(std::string_view key) {
    const auto it = std::find_if(entries.begin(), entries.end(),
                                 [&](const SyntaxEntry& e) { return e.key == key; });
    return it == entries.end() ? nullptr : &*it;
}

const SyntaxEntry* SyntaxNode::find(std::string_view key) const {
    const auto it = std::find_if(entries.begin(), entries.end(),
                                 [&](const SyntaxEntry& e) { return e.key == key; });
    return it == entries.end() ? nullptr : &*it;
}

std::string_view kind_text(const SyntaxNode& node) {
    switch (node.kind) {
    case SyntaxNode::Kind::null:
        return "nothing";
    case SyntaxNode::Kind::scalar:
        return "a plain value";
    case SyntaxNode::Kind::sequence:
        return "a list";
    case SyntaxNode::Kind::mapping:
        return "a mapping";
    }
    return "";
}

namespace {

/// Thrown through yaml-cpp's parser to end it early; the finding has been reported.
struct Stop {};

/// Byte offset of the closing quote of the quoted scalar that opens at `open`, npos if none.
size_t closing_quote(std::string_view text, size_t open) {
    const char quote = text[open];
    for (size_t i = open + 1; i < text.size(); i++) {
        if (quote == '"' && text[i] == '\\') {
            i++;
        } else if (text[i] == quote) {
            if (quote == '\'' && i + 1 < text.size() && text[i + 1] == quote)
                i++;  // '' stands for one quote
            else
                return i;
        }
    }
    return std::string_view::npos;
}

class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(std::shared_ptr<const SourceFile> file, DiagnosticSink& sink)
        : file_{std::move(file)}, sink_{sink} {
        line_starts_.push_back(0);
        for (size_t i = 0; i < file_->text.size(); i++)
            if (file_->text[i] == '\n') line_starts_.push_back(i + 1);
    }

    SourceSpan span_at(const YAML::Mark& mark, size_t length = 1) const {
        if (mark.is_null()) return {file_, 0, 0, 0, ""};
        return {file_, static_cast<uint32_t>(mark.line) + 1, static_cast<uint32_t>(mark.column) + 1,
                static_cast<uint32_t>(length), ""};
    }

    /// The list or mapping that is being read.
    std::optional<SourceSpan> innermost() const {
        if (open_.empty()) return std::nullopt;
        return open_.back().node.where;
    }

    std::optional<SyntaxNode> take_root() {
        if (!root_) return std::nullopt;
        return std::move(*root_);
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (!root_) return;
        stop({.id = "E006",
              .where = span_at(mark),
              .message = "a second YAML document; a system is one document",
              .hint = "remove the `---` and what follows it"});
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        SyntaxNode node;
        node.where = span_at(mark, 0);
        // The parser's mark is where the next thing stands, which may be lines below.
        if (!open_.empty() && open_.back().key && open_.back().key->where.line != node.where.line)
            node.where = open_.back().key->where;
        add(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto it = anchors_.find(anchor);
        if (it == anchors_.end())
            stop({.id = "E004",
                  .where = span_at(mark),
                  .message = "this alias stands inside the value it names",
                  .hint = "write the value out"});
        count(it->second.size, span_at(mark));
        SyntaxNode copy = it->second.node;
        if (open_.size() + it->second.depth > max_syntax_depth) too_deep(span_at(mark));
        place(std::move(copy), it->second.size, it->second.depth);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check_tag(mark, tag);
        SyntaxNode node;
        node.kind = SyntaxNode::Kind::scalar;
        node.text = value;
        node.where = span_at(mark, value.size());
        const size_t at = offset_of(mark);
        const std::string_view text = file_->text;
        if (tag == "!" && at < text.size()) {
            node.quoted = true;
            if (text[at] == '"' || text[at] == '\'') {
                const size_t close = closing_quote(text, at);
                if (close == std::string_view::npos)
                    stop({.id = "E002",
                          .where = span_at(mark),
                          .message = cat("the quote that opens here is never closed"),
                          .hint = cat("add the closing ", text[at])});
                const size_t line_end = std::min(text.find('\n', at), text.size());
                node.where.length = static_cast<uint32_t>(std::min(close + 1, line_end) - at);
            } else {
                node.where.length = 1;  // block scalar: the indicator
            }
        } else if (value == "~" || value == "null" || value == "Null" || value == "NULL") {
            node.kind = SyntaxNode::Kind::null;
        }
        add(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(SyntaxNode::Kind::sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(SyntaxNode::Kind::mapping, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

    [[noreturn]] void stop(Diagnostic d) {
        sink_.report(std::move(d));
        throw Stop{};
    }

private:
    struct Open {
        SyntaxNode node;
        YAML::anchor_t anchor = 0;
        size_t size = 1, depth = 1;       ///< of the tree below, itself included
        std::optional<SyntaxNode> key{};  ///< mapping: key whose value is awaited
        std::map<std::string, SourceSpan, std::less<>> seen{};
    };
    struct Anchored {
        SyntaxNode node;
        size_t size = 1, depth = 1;
    };

    size_t offset_of(const YAML::Mark& mark) const {
        if (mark.is_null() || static_cast<size_t>(mark.line) >= line_starts_.size())
            return std::string::npos;
        return line_starts_[static_cast<size_t>(mark.line)] + static_cast<size_t>(mark.column);
    }

    void count(size_t nodes, const SourceSpan& where) {
        total_ += nodes;
        if (total_ > max_syntax_nodes)
            stop({.id = "E004",
                  .where = where,
                  .message = cat("the text has more than ", max_syntax_nodes,
                                 " values, those that aliases stand for counted each time"),
                  .hint = "a system needs far fewer; do not nest aliases"});
    }
    [[noreturn]] void too_deep(const SourceSpan& where) {
        stop({.id = "E004",
              .where = where,
              .message = cat("values are nested more than ", max_syntax_depth, " deep"),
              .hint = "a system needs six levels"});
    }

    void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (tag.empty() || tag == "?" || tag == "!") return;
        stop({.id = "E006",
              .where = span_at(mark),
              .message = cat("the tag `", tag, "` is not used in a system"),
              .hint = "remove it; mkl knows the type of each key"});
    }

    void open(SyntaxNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        check_tag(mark, tag);
        count(1, span_at(mark));
        if (open_.size() >= max_syntax_depth) too_deep(span_at(mark));
        Open o;
        o.node.kind = kind;
        o.node.where = span_at(mark);
        o.anchor = anchor;
        open_.push_back(std::move(o));
    }

    void close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        if (done.anchor != 0) anchors_[done.anchor] = {done.node, done.size, done.depth};
        place(std::move(done.node), done.size, done.depth);
    }

    void add(SyntaxNode node, YAML::anchor_t anchor) {
        count(1, node.where);
        if (anchor != 0) anchors_[anchor] = {node, 1, 1};
        place(std::move(node), 1, 1);
    }

    /// Puts a finished value where it belongs: list element, key, value or root.
    void place(SyntaxNode node, size_t size, size_t depth) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& parent = open_.back();
        parent.size += size;
        parent.depth = std::max(parent.depth, depth + 1);
        if (parent.node.kind == SyntaxNode::Kind::sequence) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.key) {
            take_key(parent, std::move(node));
        } else {
            parent.node.entries.push_back({parent.key->text, parent.key->where, std::move(node)});
            parent.key.reset();
        }
    }

    void take_key(Open& parent, SyntaxNode key) {
        if (key.kind != SyntaxNode::Kind::scalar)
            stop({.id = "E002",
                  .where = key.where,
                  .message = cat("a key is a name, this is ", kind_text(key)),
                  .hint = "put a name before the `:`"});
        const auto [it, fresh] = parent.seen.emplace(key.text, key.where);
        if (!fresh)
            sink_.report({.id = "E003",
                          .where = key.where,
                          .message = cat("the key `", key.text, "` stands twice in one mapping"),
                          .notes = {{it->second, "first here"}},
                          .hint = "remove one, or rename it"});
        parent.key = std::move(key);
    }

    std::shared_ptr<const SourceFile> file_;
    DiagnosticSink& sink_;
    std::vector<size_t> line_starts_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Anchored> anchors_;
    std::optional<SyntaxNode> root_;
    size_t total_ = 0;
};

/// Only well-formed UTF-8 without control characters; yaml-cpp would replace or swallow them.
bool check_characters(const std::shared_ptr<const SourceFile>& file, DiagnosticSink& sink) {
    uint32_t line = 1, column = 1;
    const std::string_view text = file->text;
    for (size_t i = 0; i < text.size();) {
        const size_t n = utf8_length(text.substr(i));
        const auto c = static_cast<unsigned char>(text[i]);
        const bool control = (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
        if (n == 0 || control) {
            sink.report({
                .id = "E005",
                .where = {file, line, column, 1, ""},
                .message = cat("byte ", hex(c), " at offset ", i,
                               n == 0 ? " is not part of UTF-8 text" : " is a control character"),
                .hint = "save the file as UTF-8 text"
            });
            return false;
        }
        if (c == '\n') {
            line++;
            column = 1;
        } else {
            column += static_cast<uint32_t>(n);
        }
        i += n;
    }
    return true;
}

}  // namespace

std::optional<SyntaxNode> parse_yaml(const std::shared_ptr<const SourceFile>& file,
                                     DiagnosticSink& sink) {
    if (!check_characters(file, sink)) return std::nullopt;
    const size_t errors = sink.error_count();
    TreeBuilder builder{file, sink};
    try {
        std::istringstream stream{file->text};
        YAML::Parser parser{stream};
        while (parser.HandleNextDocument(builder)) {}
    } catch (const YAML::Exception& e) {
        SyntaxFault fault = syntax_fault(e.msg, file->text, e.mark.line);
        Diagnostic d{.id = "E002",
                     .where = builder.span_at(e.mark),
                     .message = std::move(fault.message),
                     .hint = std::move(fault.hint)};
        const std::optional<SourceSpan> opener = builder.innermost();
        if (fault.about_opener && opener)
            d.notes = {
                {*opener, "what is open starts here"}
            };
        sink.report(std::move(d));
    } catch (const Stop&) {
        return std::nullopt;
    }
    if (sink.error_count() != errors) return std::nullopt;
    std::optional<SyntaxNode> root = builder.take_root();
    if (!root)
        sink.report({
            .id = "E007",
            .where = {file, 0, 0, 0, ""},
            .message = "the file is empty",
            .hint = "a system starts with `mkl: 1`; examples/ has some to copy"
        });
    return root;
}

}  // namespace mkl::manifest
