// SPDX-License-Identifier: BSD-2-Clause
// From the bytes of a serial line to lines that say which node they are of. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mkl {

/// Joins fragments to lines. Carriage returns, other control characters and terminal sequences
/// (ECMA-48) are dropped; a line longer than max_line is cut.
class LineSplitter {
public:
    static constexpr size_t max_line = 4096;
    /// Lines that `bytes` completes.
    std::vector<std::string> feed(std::string_view bytes);
    /// What is left at the end, if anything.
    std::vector<std::string> finish();

private:
    enum class Escape { none, started, sequence };
    std::string line_;
    Escape escape_ = Escape::none;
};

/// Puts a node's name before the lines of one UART.
class NodeConsole {
public:
    /// `owner` is the node whose UART it is, or "" (the loader's only); `nodes` are all names.
    NodeConsole(std::string owner, std::vector<std::string> nodes)
        : owner_{std::move(owner)}, nodes_{std::move(nodes)} {}
    /// "node0| text"; "boot| text" before the owner's banner; the line itself if it starts with a
    /// node's name and "| ".
    std::string label(std::string_view line);

private:
    std::string owner_;
    std::vector<std::string> nodes_;
    bool up_ = false;
};

/// Which of the texts to wait for were seen, each as part of one line.
class Expectations {
public:
    explicit Expectations(std::vector<std::string> texts) : left_{std::move(texts)} {}
    void see(std::string_view line);
    bool all_seen() const { return left_.empty(); }
    const std::vector<std::string>& left() const { return left_; }

private:
    std::vector<std::string> left_;
};

}  // namespace mkl
