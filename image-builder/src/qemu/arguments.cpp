// SPDX-License-Identifier: BSD-2-Clause
// QEMU's argument vector, the U-Boot environment and the debugger's script: text from values.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <filesystem>

#include "mkl/abi/common.h"
#include "mkl/hardware/hardware.hpp"
#include "mkl/qemu/qemu.hpp"
#include "mkl/support/text.hpp"
#include "serials.hpp"

namespace mkl {

namespace {

// Debian package u-boot-qemu, 2023.01.
constexpr std::string_view uboot_aarch64 = "/usr/lib/u-boot/qemu_arm64/u-boot.bin";
constexpr std::string_view uboot_riscv64 = "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin";
// U-Boot, qemu_arm64: CONFIG_ENV_ADDR, the second flash bank of QEMU's virt.
constexpr uint64_t uboot_environment_address = 0x4000000;
constexpr uint64_t mib = uint64_t{1} << 20;
constexpr uint64_t uboot_at_top = 64 * mib;       // U-Boot relocates itself to the top of RAM
constexpr uint64_t tree_at_base = 2 * mib;        // QEMU puts the board's tree at the base of RAM
constexpr uint64_t opensbi_and_uboot = 16 * mib;  // riscv64: both at the base until U-Boot moves
constexpr uint64_t usual_offset = 0x8000000;      // 0x48000000 on virt

uint64_t ram_bytes(const QemuRun& run) {
    const QemuMachine& machine = *run.system.board.qemu;
    if (machine.memory.value != 0) return machine.memory.value;
    uint64_t total = 0;
    for (const PhysRange& r : run.plan.ram) total += r.size_bytes();
    return total;
}

std::string memory_size(uint64_t bytes) {
    return bytes % mib == 0 ? cat(bytes / mib, 'M') : cat(bytes, 'B');
}

bool is_riscv(const QemuRun& run) { return run.plan.architecture == Architecture::riscv64; }

void add_uboot(std::vector<std::string>& argv, const QemuRun& run, const QemuOptions& options,
               uint64_t address) {
    const auto file = [&](std::string_view name) { return (run.directory / name).string(); };
    const auto load = [&](std::string_view name, uint64_t where) {
        argv.insert(argv.end(), {"-device", cat("loader,file=", file(name), ",addr=", hex(where),
                                                ",force-raw=on")});
    };
    if (is_riscv(run)) {
        argv.insert(argv.end(),
                    {"-kernel", std::string{uboot_riscv64}, "-dtb", file(uboot_tree_name)});
    } else {
        argv.insert(argv.end(), {"-bios", std::string{uboot_aarch64}});
        load(uboot_environment_name, uboot_environment_address);
    }
    load(qemu_image_name(options.boot), address);
}

bool uboot_possible(const QemuRun& run, DiagnosticSink& sink) {
    const QemuMachine& machine = *run.system.board.qemu;
    if (machine.machine.value != "virt" || machine.secure.value_or(false)) {
        sink.report({.id = "E703",
                     .where = machine.where,
                     .message = cat("there is no U-Boot for machine '", machine.machine.value, "'",
                                    machine.secure.value_or(false) ? " with secure: true" : "",
                                    " (", info(run.plan.architecture).name, ")"),
                     .hint = "--uboot works for machine virt; leave it out otherwise"});
        return false;
    }
    std::error_code error;
    const std::string_view program = is_riscv(run) ? uboot_riscv64 : uboot_aarch64;
    if (!std::filesystem::exists(program, error)) {
        sink.report({.id = "E702",
                     .where = machine.where,
                     .message = cat("U-Boot is not installed: ", program, " does not exist"),
                     .hint = "install package u-boot-qemu"});
        return false;
    }
    return true;
}

}  // namespace

std::string_view qemu_image_name(QemuBoot boot) {
    switch (boot) {
    case QemuBoot::fit:
        return "image.itb";
    case QemuBoot::uimage:
        return "image.uimg";
    case QemuBoot::elf:
        return "image.elf";
    case QemuBoot::direct:
    case QemuBoot::booti:
        break;
    }
    return "image.bin";
}

std::optional<uint64_t> uboot_image_address(const QemuRun& run) {
    if (run.plan.ram.empty()) return std::nullopt;
    const PhysRange ram = run.plan.ram.front();
    const uint64_t first = ram.base().value + (is_riscv(run) ? opensbi_and_uboot : tree_at_base);
    if (ram.size_bytes() < uboot_at_top + tree_at_base) return std::nullopt;
    const uint64_t last = ram.end().value - uboot_at_top;
    const auto fits = [&](uint64_t address) {
        const auto range = PhysRange::from_base_size(PhysAddr{address}, run.image_size);
        return range && range->end().value <= last && !range->overlaps(run.plan.loader);
    };
    if (fits(ram.base().value + usual_offset)) return ram.base().value + usual_offset;
    for (uint64_t address = first; address < last; address += tree_at_base)
        if (fits(address)) return address;
    return std::nullopt;
}

std::string uboot_command(QemuBoot boot, uint64_t address) {
    switch (boot) {
    case QemuBoot::booti:
        return cat("booti ", hex(address), " - ${fdtcontroladdr}");
    case QemuBoot::uimage:
        return cat("bootm ", hex(address), " - ${fdtcontroladdr}");
    case QemuBoot::fit:
    case QemuBoot::elf:
    case QemuBoot::direct:
        break;
    }
    return cat("bootm ", hex(address), "#conf - ${fdtcontroladdr}");
}

DeviceTree uboot_tree(const DeviceTree& board, QemuBoot boot, uint64_t address) {
    const auto text = [](std::string_view value) {
        Bytes bytes(value.size() + 1);
        std::memcpy(bytes.data(), value.data(), value.size());
        return bytes;
    };
    DeviceTree tree = board;
    // U-Boot, doc/develop/devicetree/control: /config overrides the environment.
    tree.root.children.push_back({
        "config",
        {{"bootdelay", Bytes{std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xfe}}},
          {"bootcmd", text(uboot_command(boot, address))}},
        {                                                                                        }
    });
    return tree;
}

std::string uboot_environment(QemuBoot boot, uint64_t address) {
    // bootdelay -2: no waiting and no look at the keyboard (U-Boot, doc/README.autoboot).
    std::string data =
        cat("bootdelay=-2", '\0', "bootcmd=", uboot_command(boot, address), '\0', '\0');
    data.resize(uboot_environment_size - sizeof(uint32_t), '\xff');
    const auto crc = std::bit_cast<std::array<char, 4>>(mkl_crc32(0, data.data(), data.size()));
    return std::string{crc.data(), crc.size()} + data;
}

std::optional<std::vector<std::string>> qemu_arguments(const QemuRun& run,
                                                       const QemuOptions& options,
                                                       const QemuWiring& wiring,
                                                       DiagnosticSink& sink) {
    if (!run.system.board.qemu) {
        sink.report({.id = "E704",
                     .where = run.system.board.where,
                     .message = "`board:` does not say which QEMU machine to run",
                     .hint = "add `qemu: {machine: virt, cpus: N, memory: SIZE}` beside dtb:"});
        return std::nullopt;
    }
    const QemuMachine& machine = *run.system.board.qemu;
    const bool uboot = through_uboot(options.boot);
    if (uboot && !uboot_possible(run, sink)) return std::nullopt;
    const uint64_t bytes = ram_bytes(run);

    std::string machine_argument = qemu_machine_argument(machine);
    if (!wiring.memory_path.empty()) machine_argument += ",memory-backend=ram";
    std::vector<std::string> argv{std::string{info(run.plan.architecture).qemu}, "-machine",
                                  machine_argument};
    const auto add = [&](std::initializer_list<std::string> words) {
        argv.insert(argv.end(), words.begin(), words.end());
    };
    if (const std::string cpu = qemu_cpu_argument(machine); !cpu.empty()) add({"-cpu", cpu});
    add({"-smp", std::to_string(machine.cpus.value), "-m", memory_size(bytes)});
    if (!wiring.memory_path.empty())
        add({"-object", cat("memory-backend-file,id=ram,size=", bytes,
                            ",mem-path=", wiring.memory_path, ",share=on")});
    add({"-display", "none", "-monitor", "none", "-serial", "stdio"});
    for (size_t i = 0; i < wiring.serial_fds.size(); i++)
        add({"-chardev", cat("socket,id=uart", i + 1, ",fd=", wiring.serial_fds[i]), "-serial",
             cat("chardev:uart", i + 1)});
    add({"-no-reboot", "-net", "none"});
    if (uboot) {
        const auto address = uboot_image_address(run);
        if (!address) {
            sink.report({.id = "E705",
                         .where = machine.where,
                         .message = cat("no place in RAM for ", qemu_image_name(options.boot), " (",
                                        size_text(run.image_size),
                                        ") beside U-Boot and the loader at ", run.plan.loader),
                         .hint = "give the machine more memory, or a `loader:` elsewhere"});
            return std::nullopt;
        }
        add_uboot(argv, run, options, *address);
    } else {
        add({"-kernel", (run.directory / qemu_image_name(options.boot)).string()});
    }
    if (options.gdb) add({"-S", "-gdb", cat("tcp::", wiring.gdb_port)});
    return argv;
}

std::string gdb_script(uint16_t port, const GdbSymbols& loader, const std::vector<GdbNode>& nodes) {
    const auto add = [](const GdbSymbols& s) {
        return s.offset == 0 ? cat("add-symbol-file ", s.elf.string(), "\n")
                             : cat("add-symbol-file ", s.elf.string(), " -o ", hex(s.offset), "\n");
    };
    std::string out =
        cat("set confirm off\nset pagination off\ntarget remote :", port, "\n", add(loader));
    for (const GdbNode& n : nodes) {
        // QEMU numbers the threads of its stub as its CPUs, from 1.
        out += cat("define cpu-", n.name, "\n  thread ", n.cpu_index + 1, "\nend\ndocument cpu-",
                   n.name, "\nGo to the CPU of ", n.name, " (index ", n.cpu_index,
                   ").\nend\ndefine symbols-", n.name, "\n  cpu-", n.name, "\n  symbol-file\n  ",
                   add(loader));
        for (const GdbSymbols& s : n.symbols) out += "  " + add(s);
        out += cat("end\ndocument symbols-", n.name, "\nGo to the CPU of ", n.name,
                   "; symbols of the loader and of what runs on that node, and of nothing "
                   "else.\nend\n");
    }
    return out;
}

std::vector<std::string> serial_devices(const Hardware& hardware) {
    std::vector<std::pair<PhysAddr, std::string>> found;
    for (const Device& d : hardware.devices)
        if (d.enabled && !d.registers.empty() && uart_of(hardware, d))
            found.emplace_back(d.registers.front().base(), d.path);
    std::sort(found.begin(), found.end());
    std::vector<std::string> out;
    for (auto& [base, path] : found) out.push_back(std::move(path));
    return out;
}

}  // namespace mkl
