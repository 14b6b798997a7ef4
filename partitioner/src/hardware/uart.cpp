// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <array>
#include <string_view>

#include "mkl/abi/boot_record.h"
#include "mkl/model/hardware.hpp"

namespace mkl {

namespace {

struct KnownUart {
    std::string_view compatible;
    bool prefix;  ///< `compatible` begins with this
    uint32_t driver;
    uint32_t reg_shift, io_width;  ///< where the tree does not say
};
// The bindings of each; 8250 family: reg-shift 0 and io-width 1 unless the tree says otherwise
// (serial 8250 binding), Tegra's registers are 4 bytes apart without saying so.
constexpr auto known = std::to_array<KnownUart>({
    {"arm,pl011",               false, MKL_CONSOLE_PL011,      0, 4},
    {"arm,sbsa-uart",           false, MKL_CONSOLE_PL011,      0, 4},
    {"snps,dw-apb-uart",        false, MKL_CONSOLE_NS16550,    0, 1},
    {"nvidia,tegra20-uart",     false, MKL_CONSOLE_NS16550,    2, 4},
    {"brcm,bcm2835-aux-uart",   false, MKL_CONSOLE_BCM2835AUX, 2, 4},
    {"ns16550a",                false, MKL_CONSOLE_NS16550,    0, 1},
    {"ns16550",                 false, MKL_CONSOLE_NS16550,    0, 1},
    {"ns8250",                  false, MKL_CONSOLE_NS16550,    0, 1},
    {"fsl,ns16550",             false, MKL_CONSOLE_NS16550,    0, 1},
    {"ti,am654-uart",           false, MKL_CONSOLE_NS16550,    2, 4},
    {"marvell,armada-38x-uart", false, MKL_CONSOLE_NS16550,    2, 1},
    {"cdns,uart-r1p",           true,  MKL_CONSOLE_CADENCE,    0, 4},
    {"xlnx,xuartps",            false, MKL_CONSOLE_CADENCE,    0, 4},
    {"sifive,uart0",            false, MKL_CONSOLE_SIFIVE,     0, 4},
    {"fsl,imx21-uart",          false, MKL_CONSOLE_IMX,        0, 4},
    {"fsl,imx6q-uart",          false, MKL_CONSOLE_IMX,        0, 4},
    {"amlogic,meson-",          true,  MKL_CONSOLE_MESON,      0, 4},
    {"qcom,geni-debug-uart",    false, MKL_CONSOLE_QCOM_GENI,  0, 4},
    {"qcom,geni-uart",          false, MKL_CONSOLE_QCOM_GENI,  0, 4},
});

bool is(const KnownUart& k, std::string_view compatible) {
    if (!k.prefix) return compatible == k.compatible;
    // "amlogic,meson-gx-uart", "amlogic,meson-ao-uart", ...; also "cdns,uart-r1p8" and -r1p12
    return compatible.starts_with(k.compatible) &&
           (k.driver != MKL_CONSOLE_MESON || compatible.ends_with("-uart"));
}

}  // namespace

std::optional<Uart> uart_of(const Hardware& hardware, const Device& device) {
    if (device.registers.empty()) return std::nullopt;
    const DtNode* node = hardware.tree.find(device.path);
    for (const std::string& compatible : device.compatible) {
        const auto k = std::find_if(known.begin(), known.end(),
                                    [&](const KnownUart& u) { return is(u, compatible); });
        if (k == known.end()) continue;
        Uart uart{k->driver, k->reg_shift, k->io_width, device.registers.front()};
        if (node != nullptr && k->driver == MKL_CONSOLE_NS16550) {
            uart.reg_shift = node->cell("reg-shift").value_or(uart.reg_shift);
            uart.io_width = node->cell("reg-io-width").value_or(uart.io_width);
            const uint64_t offset = node->cell("reg-offset").value_or(0);
            const PhysRange all = uart.registers;
            if (offset < all.size_bytes())
                uart.registers = PhysRange::between(PhysAddr{all.base().value + offset}, all.end());
        }
        if (uart.reg_shift > 4 || (uart.io_width != 1 && uart.io_width != 2 && uart.io_width != 4))
            return std::nullopt;
        return uart;
    }
    return std::nullopt;
}

}  // namespace mkl
