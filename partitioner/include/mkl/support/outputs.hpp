// SPDX-License-Identifier: BSD-2-Clause
// Writing results: all of a set of files or none of them.
//
// Files are completed in a temporary directory beside DIR, older ones of their names moved there,
// and the new ones renamed into place one by one, those marked `last` after all others, so a reader
// that sees plan.json or manifest.json sees files that belong to it. A lock file in DIR
// (".mkl.lock") lets a second mkl wait for the first. Files of others in DIR stay. SIGINT, SIGTERM
// and SIGHUP remove the temporary directory before the process ends; for that they are held back in
// the calling thread, so no other thread may be running.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mkl/support/byte_rope.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

struct OutputFile {
    std::string path;  ///< relative to DIR, '/' separated, no "..": "node0/node.dtb"
    ByteRope content;
    bool last = false;  ///< renamed after the others: plan.json, manifest.json
};

/// Looks at the finished files below a directory; false after reporting why they are not good.
using OutputCheck = std::function<bool(const std::filesystem::path& directory)>;

/// Writes `files` into `directory`, which is made if needed. False and an E91x finding if that is
/// not possible (no space, read-only, a directory in the way), or if `check` finds the files bad
/// before any of them is in its place. Then no file in `directory` has changed: what had been moved
/// is moved back, and if even that is not possible the finding says so.
bool write_outputs(const std::filesystem::path& directory, std::span<const OutputFile> files,
                   DiagnosticSink& sink, const OutputCheck& check = {});

/// Findings E910 to E919.
std::span<const FindingDoc> outputs_findings();

}  // namespace mkl
