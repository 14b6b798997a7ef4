// SPDX-License-Identifier: BSD-2-Clause
// The device tree of a QEMU machine, from the installed QEMU itself.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "mkl/hardware/hardware.hpp"
#include "mkl/model/architecture.hpp"
#include "mkl/support/process.hpp"
#include "mkl/support/temporary_directory.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

constexpr auto time_limit = std::chrono::seconds{20};

/// These ignore dumpdtb and run until they are killed (QEMU 7.2).
bool never_dumps(std::string_view machine) {
    constexpr auto names = std::to_array<std::string_view>(
        {"xlnx-zcu102", "raspi3b", "raspi3ap", "raspi4b", "sbsa-ref"});
    return std::find(names.begin(), names.end(), machine) != names.end();
}

/// QEMU's option syntax: a comma in a value is doubled.
std::string option_value(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == ',' ? std::string{",,"} : std::string{c};
    return out;
}

std::string first_line(std::string_view text) {
    return std::string{text.substr(0, text.find('\n'))};
}

ProcessRequest request_for(const QemuMachine& machine, const std::filesystem::path& file) {
    ProcessRequest request;
    std::string options = qemu_machine_argument(machine);
    // The RISC-V machines have no such switch; their seeds are stripped on import.
    if (qemu_architecture(machine) == Architecture::aarch64) options += ",dtb-randomness=off";
    options += cat(",dumpdtb=", option_value(file.string()));
    request.argv = {std::string{info(qemu_architecture(machine)).qemu}, "-nodefaults", "-nographic",
                    "-M", std::move(options)};
    if (const std::string cpu = qemu_cpu_argument(machine); !cpu.empty()) {
        request.argv.emplace_back("-cpu");
        request.argv.push_back(cpu);
    }
    request.argv.insert(request.argv.end(), {"-smp", std::to_string(machine.cpus.value)});
    if (machine.memory.value != 0)  // QEMU counts MiB where no unit is given
        request.argv.insert(request.argv.end(), {"-m", cat(machine.memory.value >> 10, "K")});
    request.environment = {"QEMU_AUDIO_DRV=none", "LC_ALL=C"};
    request.timeout = time_limit;
    return request;
}

/// The value that QEMU's message is about (7.2); the whole of `qemu:` if that is not clear.
SourceSpan blamed(const QemuMachine& machine, std::string_view message) {
    struct Word {
        std::string_view text;
        const SourceSpan& where;
    };
    for (const Word& w : {
             Word{"machine type", machine.machine.where},
             Word{"CPU model",    machine.cpu.where    },
             Word{"CPU type",     machine.cpu.where    },
             Word{"SMP CPUs",     machine.cpus.where   },
             Word{"guest memory", machine.memory.where },
             Word{"RAM",          machine.memory.where }
    })
        if (w.where.known() && message.find(w.text) != std::string_view::npos) return w.where;
    return machine.where;
}

}  // namespace

Architecture qemu_architecture(const QemuMachine& machine) {
    constexpr auto riscv = std::to_array<std::string_view>(
        {"sifive_u", "sifive_e", "spike", "microchip-icicle-kit", "shakti_c"});
    const bool is_riscv =
        std::find(riscv.begin(), riscv.end(), machine.machine.value) != riscv.end() ||
        machine.cpu.value.starts_with("rv64") || machine.cpu.value.starts_with("sifive") ||
        machine.cpu.value.starts_with("thead");
    return is_riscv ? Architecture::riscv64 : Architecture::aarch64;
}

std::string qemu_machine_argument(const QemuMachine& machine) {
    std::string out = option_value(machine.machine.value);
    if (machine.gic_version) out += cat(",gic-version=", *machine.gic_version);
    if (machine.virtualization)
        out += *machine.virtualization ? ",virtualization=on" : ",virtualization=off";
    // Without security extensions its GIC delivers nothing to software that uses group 1, which
    // is what non-secure software does.
    const bool zynqmp =
        machine.machine.value == "xlnx-zcu102" && machine.virtualization.value_or(false);
    if (machine.secure || zynqmp)
        out += machine.secure.value_or(true) ? ",secure=on" : ",secure=off";
    return out;
}

std::string qemu_cpu_argument(const QemuMachine& machine) {
    if (!machine.cpu.value.empty()) return machine.cpu.value;
    // QEMU's own default for the Arm virt machine is a 32-bit CPU.
    return machine.machine.value == "virt" ? "cortex-a53" : "";
}

std::optional<Bytes> qemu_dtb(const QemuMachine& machine, DiagnosticSink& sink) {
    if (never_dumps(machine.machine.value)) {
        sink.report(
            {"E405",
             machine.where,
             cat("QEMU cannot write the device tree of its machine ", machine.machine.value),
             {},
             "give the board's tree as dtb: beside qemu:"});
        return std::nullopt;
    }
    TemporaryDirectory directory;
    if (const int error = directory.make(); error != 0) {
        sink.report(
            {"E406",
             machine.where,
             cat("cannot make a temporary directory for QEMU's tree: ", std::strerror(error)),
             {},
             "check TMPDIR"});
        return std::nullopt;
    }
    const auto file = directory.path() / "board.dtb";
    const ProcessRequest request = request_for(machine, file);
    const ProcessResult result = run_process(request);
    if (!result.started) {
        const bool missing = result.start_errno == ENOENT;
        sink.report({"E404",
                     machine.where,
                     cat(request.argv.front(), missing ? " is not installed" : " does not start: ",
                         missing ? "" : result.error),
                     {},
                     "install QEMU (Debian: qemu-system-arm, qemu-system-misc), or give the tree "
                     "as dtb:"});
        return std::nullopt;
    }
    std::string error;
    HostFileSystem files;
    std::optional<Bytes> blob = files.read(file, max_dtb_bytes, error);
    if (!result.ok() || !blob) {
        Diagnostic d{"E406", blamed(machine, result.err), {}, {}, {}};
        d.message = result.timed_out
                        ? cat("QEMU did not write the device tree of ", machine.machine.value,
                              " within ", time_limit.count(), " s")
                        : cat("QEMU did not write the device tree of ", machine.machine.value, ": ",
                              result.err.empty() ? error : first_line(result.err));
        d.hint = "check machine, cpu, cpus and memory under qemu:, or give the tree as dtb:";
        sink.report(std::move(d));
        return std::nullopt;
    }
    return blob;
}

}  // namespace mkl
