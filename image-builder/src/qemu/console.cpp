// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/qemu/console.hpp"

#include <algorithm>
#include <utility>

#include "mkl/support/text.hpp"

namespace mkl {

std::vector<std::string> LineSplitter::feed(std::string_view bytes) {
    std::vector<std::string> lines;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n') {
            lines.push_back(std::exchange(line_, {}));
            escape_ = Escape::none;
        } else if (escape_ == Escape::started) {
            escape_ = c == '[' ? Escape::sequence : Escape::none;
        } else if (escape_ == Escape::sequence) {
            if (byte >= 0x40 && byte <= 0x7e) escape_ = Escape::none;  // final byte, 5.4
        } else if (c == '\x1b') {
            escape_ = Escape::started;
        } else if (c == '\t' || (byte >= 0x20 && byte != 0x7f)) {
            line_ += c;
            if (line_.size() == max_line) lines.push_back(std::exchange(line_, {}));
        }
    }
    return lines;
}

std::vector<std::string> LineSplitter::finish() {
    escape_ = Escape::none;
    if (line_.empty()) return {};
    return {std::exchange(line_, {})};
}

std::string NodeConsole::label(std::string_view line) {
    for (const std::string& n : nodes_)
        if (line.starts_with(n) && line.substr(n.size()).starts_with("| "))
            return std::string{line};
    // The banner and not a line of the loader about the same node.
    if (!owner_.empty() && !up_)
        up_ = line.starts_with(cat("mkl: ", owner_, ": cpu ")) &&
              line.find(" ram 0x") != std::string_view::npos;
    return cat(up_ ? std::string_view{owner_} : "boot", "| ", line);
}

void Expectations::see(std::string_view line) {
    std::erase_if(
        left_, [&](const std::string& text) { return line.find(text) != std::string_view::npos; });
}

}  // namespace mkl
