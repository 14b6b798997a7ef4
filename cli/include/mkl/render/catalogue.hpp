// SPDX-License-Identifier: BSD-2-Clause
// Every library's findings in one catalogue. A library of its own (mkl::catalogue), since it links
// all the others.
#pragma once

#include "mkl/render/render.hpp"

namespace mkl::render {

Catalogue joined_catalogue();

}  // namespace mkl::render
