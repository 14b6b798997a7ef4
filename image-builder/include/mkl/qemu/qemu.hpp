// SPDX-License-Identifier: BSD-2-Clause
// Running a system in QEMU: argument vector, consoles by node, waiting for lines.
//
// Output   docs/commands.md, "mkl qemu": "X| line" for what node X's UART prints once X has said
//          its banner, "boot| line" before that; a line that already starts with another node's
//          name and "| " (X prints its log) is shown as it is; "qemu| line" is QEMU's own.
// Errors   E7xx, W7xx (mkl/qemu/findings.hpp)
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/model/hardware.hpp"
#include "mkl/model/plan.hpp"
#include "mkl/model/system.hpp"
#include "mkl/support/diagnostic.hpp"

namespace mkl {

enum class QemuBoot { direct, elf, fit, booti, uimage };

constexpr bool through_uboot(QemuBoot boot) {
    return boot != QemuBoot::direct && boot != QemuBoot::elf;
}

/// Seconds that are waited for `expect` where nothing else is said.
inline constexpr double qemu_timeout_s = 60;

struct QemuOptions {
    QemuBoot boot = QemuBoot::direct;
    std::optional<double> timeout_s;  ///< default: qemu_timeout_s with expect, none without
    std::vector<std::string> expect;
    bool gdb = false, timeline = false, dry_run = false;
};

/// What to run. The references must outlive it.
struct QemuRun {
    const Plan& plan;
    const System& system;
    const Hardware& hardware;
    std::filesystem::path directory;  ///< holds image.bin, image.itb, image.uimg, uboot.*
    uint64_t image_size = 0;          ///< bytes of the file that `boot` takes
};

/// File in the output directory that a way of booting takes.
std::string_view qemu_image_name(QemuBoot boot);

/// Where firmware finds the image in RAM: clear of the loader's run range, of U-Boot at the top of
/// RAM and of the board's tree at its base. nullopt if there is no such place.
std::optional<uint64_t> uboot_image_address(const QemuRun& run);

inline constexpr std::string_view uboot_environment_name = "uboot.env",
                                  uboot_tree_name = "uboot.dtb";

/// riscv64: the tree that U-Boot runs on, which tells it to boot the image at `address`.
DeviceTree uboot_tree(const DeviceTree& board, QemuBoot boot, uint64_t address);

/// aarch64: the U-Boot environment that boots the image at `address` without a key press, as
/// mkenvimage writes it: CRC-32 of the rest, then NUL-terminated settings; `uboot_environment_size`
/// bytes.
std::string uboot_environment(QemuBoot boot, uint64_t address);
inline constexpr size_t uboot_environment_size = 0x40000;

/// How mkl is wired to the process; with the defaults the line can be given to a shell.
struct QemuWiring {
    std::string memory_path;      ///< file that is the guest's RAM; empty: QEMU's own
    std::vector<int> serial_fds;  ///< sockets of the second and further UARTs
    uint16_t gdb_port = 1234;
};

/// Program and arguments; nullopt after an error (no `board: {qemu: ...}`, no U-Boot for it).
std::optional<std::vector<std::string>> qemu_arguments(const QemuRun& run,
                                                       const QemuOptions& options,
                                                       const QemuWiring& wiring,
                                                       DiagnosticSink& sink);

/// An ELF and how far from its own addresses it runs.
struct GdbSymbols {
    std::filesystem::path elf;
    uint64_t offset = 0;
};
struct GdbNode {
    std::string name;
    size_t cpu_index = 0;
    std::vector<GdbSymbols> symbols;
};

/// Commands for gdb-multiarch: connect, symbols of the loader, and per node `cpu-NODE` (go to its
/// CPU) and `symbols-NODE` (go there; its symbols only, since nodes use the same addresses).
std::string gdb_script(uint16_t port, const GdbSymbols& loader, const std::vector<GdbNode>& nodes);

enum class QemuOutcome { seen, not_seen, failed };

/// Runs QEMU until it ends, all of `expect` was seen, or the time is over; never leaves it behind.
/// `print` receives whole lines. `failed`: an error was reported.
QemuOutcome run_in_qemu(const QemuRun& run, const QemuOptions& options,
                        const std::function<void(std::string_view)>& print, DiagnosticSink& sink);

}  // namespace mkl
