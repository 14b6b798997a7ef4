// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/hardware.hpp"

#include <algorithm>

#include "mkl/support/text.hpp"

namespace mkl {

std::string to_text(const ProviderLine& line) {
    using Kind = ProviderLine::Kind;
    std::string_view what = "stream";
    if (line.kind == Kind::gpio) what = "GPIO line";
    if (line.kind == Kind::dma) what = "DMA channel";
    if (line.kind == Kind::mailbox) what = "mailbox channel";
    if (line.kind == Kind::msi) what = "MSI id";
    std::string out{what};
    for (const uint32_t number : line.numbers) out += cat(" ", number);
    return cat(out, " of ", line.provider);
}

const Device* Hardware::device(std::string_view path) const {
    const auto it = std::find_if(devices.begin(), devices.end(),
                                 [&](const Device& d) { return d.path == path; });
    return it == devices.end() ? nullptr : &*it;
}

}  // namespace mkl
