// SPDX-License-Identifier: BSD-2-Clause
// `files:` and the components that read them. Where they stand is partition's question.
#include <algorithm>
#include <map>

#include "mkl/support/text.hpp"
#include "rules_internal.hpp"

namespace mkl::rules {

/// A component maps files of its own node, and a file belongs to one component.
void component_files_owned(const System& system, const Hardware&, DiagnosticSink& sink) {
    std::vector<std::string> names;
    for (const FileRequest& f : system.files) names.push_back(f.name.value);
    std::map<std::string_view, const Located<std::string>*> taken;
    for (const ComponentRequest& c : system.components)
        for (const Located<std::string>& name : c.files) {
            const auto file =
                std::find_if(system.files.begin(), system.files.end(),
                             [&](const FileRequest& f) { return f.name.value == name.value; });
            Diagnostic d{.id = "E233", .where = name.where};
            const std::string who = cat("component '", c.name.value, "'");
            if (file == system.files.end()) {
                d.message = cat(who, " reads file '", name.value, "', which is not in `files:`");
                d.hint = name_hint(name.value, names);
            } else if (file->node.value != c.node.value) {
                d.message = cat(who, " runs on node '", c.node.value, "', file '", name.value,
                                "' is in memory of node '", file->node.value, "'");
                d.notes = {
                    {file->node.where, "the file's node"}
                };
                d.hint = "place the file on the component's node";
            } else if (const auto [it, fresh] = taken.emplace(name.value, &name); !fresh) {
                d.message = cat("file '", name.value, "' is mapped into two components");
                d.notes = {
                    {it->second->where, "the first"}
                };
                d.hint = "let one of them pass it on, over a connection";
            } else {
                continue;
            }
            sink.report(std::move(d));
        }
}

void files_fit_their_room(const System& system, const Hardware&, DiagnosticSink& sink) {
    for (const FileRequest& f : system.files) {
        Diagnostic d{.where = f.path.where};
        const std::string file = cat("'", f.path.value, "' of file '", f.name.value, "'");
        if (!f.bytes && f.exists) {
            d.id = "E270";
            d.message = cat(file, " is not a regular file, so it has no size");
            d.hint = "name the file itself: not its directory, a device or a loop of links";
        } else if (!f.room()) {
            d.id = "E270";
            d.message = cat(file, " is not there, so nothing says how much memory it takes");
            d.hint = "paths are relative to the YAML file; or say `size:`, and the file may come "
                     "later";
        } else if (f.bytes == uint64_t{0}) {
            d.id = "E272";
            d.message = cat(file, " is empty: it has 0 bytes");
            d.hint = "was it made? Memory without content is a pool of `shared:` with this node as "
                     "its only member";
        } else if (f.size && f.bytes.value_or(0) > f.size->value) {
            d.id = "E271";
            d.where = f.size->where;
            d.message = cat(file, " has ", *f.bytes, " bytes; its room is ", f.size->value);
            d.notes = {
                {f.path.where, "the file"}
            };
            d.hint = cat("at least ", size_text(*FileRequest{.bytes = f.bytes}.room()));
        } else {
            continue;
        }
        sink.report(std::move(d));
    }
}

}  // namespace mkl::rules
