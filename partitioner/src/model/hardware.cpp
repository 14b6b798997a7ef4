// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/model/hardware.hpp"

#include <algorithm>

namespace mkl {

const Device* Hardware::device(std::string_view path) const {
    const auto it = std::find_if(devices.begin(), devices.end(),
                                 [&](const Device& d) { return d.path == path; });
    return it == devices.end() ? nullptr : &*it;
}

}  // namespace mkl
