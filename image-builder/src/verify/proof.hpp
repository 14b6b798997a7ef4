// SPDX-License-Identifier: BSD-2-Clause
// What rules write to: counts per proved sentence, findings per violation.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mkl/support/text.hpp"
#include "mkl/verify/verify.hpp"
#include "record.hpp"
#include "spec.hpp"

namespace mkl::verify {

/// What else there is to say about a violation: part of the image, text.
using Notes = std::vector<std::pair<std::string, std::string>>;

class Proof {
public:
    /// `options` must outlive it.
    Proof(const VerifyOptions& options, DiagnosticSink& sink, VerifyReport& report)
        : file_{std::make_shared<SourceFile>(SourceFile{options.name, ""})}, options_{options},
          sink_{sink}, report_{report} {}

    const VerifyOptions& options() const { return options_; }

    /// Counts one item of the sentence `what`, a literal; returns `good`.
    bool item(std::string_view what, bool good);

    /// A violation at `part` of the image ("node0/boot-record.bin"; "" for the whole).
    void violation(std::string_view id, const std::string& part, std::string message,
                   Notes notes = {}, std::string hint = {});

    /// item() and, if it is not good, violation(). A proof has thousands of items: `part`,
    /// `message` and `notes` may be functions that return them, called only then.
    template <class Part, class Message, class MakeNotes = Notes>
    void expect(std::string_view what, bool good, std::string_view id, const Part& part,
                const Message& message, const MakeNotes& notes = {}) {
        if (!item(what, good)) violation(id, value(part), value(message), value(notes));
    }
    void claim(std::string text) { report_.claims.push_back(std::move(text)); }
    size_t violations() const { return violations_; }

private:
    template <class T>
    static auto value(const T& given) {
        if constexpr (std::is_invocable_v<const T&>)
            return given();
        else if constexpr (std::is_same_v<T, Notes>)
            return given;
        else
            return std::string{given};
    }
    SourceSpan at(const std::string& part) const { return {.file = file_, .node = part}; }
    std::shared_ptr<const SourceFile> file_;
    const VerifyOptions& options_;
    DiagnosticSink& sink_;
    VerifyReport& report_;
    size_t violations_ = 0;
    std::unordered_map<std::string_view, size_t> row_of_;  ///< keys are the sentences' literals
};

/// A node with everything in its entries that could be read.
struct NodeView {
    const Node* node = nullptr;
    std::optional<Record> record;
    std::optional<Elf> kernel, root;
    std::optional<Spec> spec;
    std::optional<Bytes> tree;  ///< checked by libfdt, aligned
    std::string part(std::string_view file) const { return cat(node->name, "/", file); }
};

/// Memory that a node's files take: ascending, disjoint.
std::vector<PhysRange> file_ranges(const Node& node);

/// The whole image, readable.
struct ImageView {
    Container container;
    mkl_loader_params params{};
    ByteView archive;
    std::vector<ArchiveFile> files;
    Table table;
    std::vector<NodeView> nodes;
};

// The rules, each over the whole image.
void check_container(const Container& container, Proof& proof);
void check_archive(const ImageView& image, Proof& proof);
void check_memory(const ImageView& image, Proof& proof);
void check_segments(const ImageView& image, Proof& proof);
void check_records(const ImageView& image, Proof& proof);
void check_resources(const ImageView& image, Proof& proof);
void check_shared(const ImageView& image, Proof& proof);
void check_trees(const ImageView& image, Proof& proof);
void check_sel4(const ImageView& image, Proof& proof);
void check_loader_info(const ImageView& image, Proof& proof);
void check_wiring(const ImageView& image, Proof& proof);
void check_specs(const ImageView& image, Proof& proof);
void check_expected(const ImageView& image, const Expected& expected, Proof& proof);

}  // namespace mkl::verify
