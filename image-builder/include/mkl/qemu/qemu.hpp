// SPDX-License-Identifier: BSD-2-Clause
// Running a system in QEMU: argument vector, consoles by node, waiting for lines.
//
// Output   A line that node X's UART prints is shown as "X| line"; a line that already starts with
//          another node's name and "| " (X prints its log) is shown as it is. What firmware, U-Boot
//          and the loader print before any node is up is shown as "boot| line".
// Errors   E7xx (mkl/qemu/findings.hpp)
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

enum class QemuBoot { direct, fit, booti, uimage };

struct QemuOptions {
    QemuBoot boot = QemuBoot::direct;
    std::optional<double> timeout_s;  ///< default: 60 with expect, none without
    std::vector<std::string> expect;
    bool gdb = false, timeline = false, dry_run = false;
};

struct QemuRun {
    const Plan& plan;
    const System& system;
    const Hardware& hardware;
    std::filesystem::path directory;  ///< holds image.bin, image.itb, image.uimg
};

/// Program and arguments; nullopt after an error (no `board: {qemu: ...}`, no U-Boot for it).
/// `environment_file` is where the U-Boot environment lies (uboot_environment()).
std::optional<std::vector<std::string>> qemu_arguments(const QemuRun& run,
                                                       const QemuOptions& options,
                                                       const std::string& memory_path,
                                                       DiagnosticSink& sink);

/// The U-Boot environment that boots the image without a key press: CRC-32 and NUL-separated
/// settings, `uboot_environment_size` bytes, as mkenvimage writes it.
std::string uboot_environment(QemuBoot boot);
inline constexpr size_t uboot_environment_size = 0x40000;

enum class QemuOutcome { seen, not_seen, failed };

/// Runs QEMU until it ends, all of `expect` was seen, or the time is over; never leaves it behind.
/// `print` receives whole lines. `failed`: an error was reported.
QemuOutcome run_in_qemu(const QemuRun& run, const QemuOptions& options,
                        const std::function<void(std::string_view)>& print, DiagnosticSink& sink);

}  // namespace mkl
