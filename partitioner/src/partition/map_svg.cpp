// SPDX-License-Identifier: BSD-2-Clause
#include "map_rows.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

std::string map_svg(const Plan& plan, const System& system, const Hardware& hardware) {
    (void)hardware;
    (void)system;
    const std::vector<placement::MapRow> rows = placement::map_rows(plan);
    std::string out = cat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"",
                          40 + 30 * rows.size(), "\">\n");
    int y = 20;
    for (const placement::MapRow& r : rows) {
        out += cat("<text x=\"20\" y=\"", y, "\">", r.range, " ", r.who, "</text>\n");
        y += 30;
    }
    return out + "</svg>\n";
}

}  // namespace mkl
