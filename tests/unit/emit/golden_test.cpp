// SPDX-License-Identifier: BSD-2-Clause
// Whole outputs as text, so that a change of emission is read in a diff.
#include "golden.hpp"

#include "mkl/emit/emit.hpp"
#include "plans.hpp"

namespace mkl {
namespace {

std::filesystem::path golden(const std::string& name) {
    return std::filesystem::path{MKL_SOURCE_DIR} / "tests/golden/emit" / name;
}

TEST(Golden, Gicv2) {
    const Hardware h = test::load_board("gicv2.dts");
    const Plan plan = test::gicv2_plan(h);
    for (size_t n = 0; n < 2; n++) {
        const std::string name = "gicv2.node" + std::to_string(n);
        test::expect_golden(to_dts(node_tree(plan, n, {}, h)), golden(name + ".dts"));
        test::expect_golden(overlay_dts(plan, n, {}, h), golden(name + ".overlay.dts"));
    }
}

TEST(Golden, RiscV) {
    const Hardware h = test::load_board("riscv.dts");
    const Plan plan = test::plan_of(h, {
                                           {1,
                                            {test::range(0x80200000, 0x1000000)},
                                            {"/soc/serial@10010000"},
                                            "/soc/serial@10010000"                         },
                                           {2, {test::range(0x90000000, 0x1000000)}, {}, {}}
    });
    test::expect_golden(to_dts(node_tree(plan, 1, {}, h)), golden("riscv.node1.dts"));
}

}  // namespace
}  // namespace mkl
