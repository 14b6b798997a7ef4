// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/sel4/check.hpp"

#include <algorithm>
#include <array>

#include "mkl/support/join.hpp"
#include "mkl/support/text.hpp"

namespace mkl::sel4 {

namespace {

constexpr uint64_t page = 4096;
constexpr uint64_t large_page = uint64_t{2} << 20;
// Where 16.0.0 maps physical address 0, by level; RISC-V: its 1 GiB of it.
constexpr uint64_t window_el1 = 0xffffff8000000000, window_el2 = 0x8000000000;
// A kernel with loader info has its own devices 14 MiB above its base, its log 12 MiB above.
constexpr uint64_t told_window = uint64_t{12} << 20;
constexpr uint64_t window_riscv = 0xffffffff80000000, gib = uint64_t{1} << 30;
// A GICv3 kernel looks for its redistributor in the first MiB, one every 128 KiB.
constexpr uint32_t redistributors_seen = 8;
constexpr uint64_t redistributor_stride = 0x20000;

class Checker {
public:
    Checker(const Kernel& kernel, const Plan& plan, size_t node, const System& system,
            const Hardware& hardware, DiagnosticSink& sink)
        : k_{kernel}, config_{kernel.config}, plan_{plan}, index_{node}, node_{plan.nodes[node]},
          hardware_{hardware}, where_{kernel.origin.where}, sink_{sink}, qemu_{system.board.qemu} {}

    bool run() {
        const size_t errors = sink_.error_count();
        if (config_.architecture != plan_.architecture) {
            report("E550", k_.config_where,
                   cat("the configuration of '", k_.origin.name, "' is for ",
                       info(config_.architecture).name, ", the board is ",
                       info(plan_.architecture).name),
                   "give the gen_config.json of this kernel's own build");
            return false;
        }
        check_smp();
        check_mcs();
        if (config_.loader_info) check_told();
        if (plan_.architecture == Architecture::aarch64) {
            check_level();
            check_controller_version();
        } else {
            check_hart();
        }
        if (!config_.loader_info) check_ram();
        check_image();
        check_devices();
        return sink_.error_count() == errors;
    }

private:
    void report(std::string_view id, const SourceSpan& where, std::string message, std::string hint,
                std::vector<Diagnostic::Note> notes = {}) {
        sink_.report({id, where, std::move(message), std::move(notes), std::move(hint)});
    }
    std::string whose() const {
        return cat("the kernel of node '", node_.name, "' (", k_.origin.name, ")");
    }

    void check_smp() {
        if (config_.max_nodes == 1 && !config_.smp) return;
        report(
            "E553", where_,
            cat(whose(), " is built for ", config_.max_nodes,
                " CPUs (MAX_NUM_NODES); a node has one, and the kernel would wait for the others "
                "for ever"),
            "configure it with KernelMaxNumNodes=1");
    }

    void check_mcs() {
        if (!k_.compiled.mcs || *k_.compiled.mcs == config_.mcs) return;
        report("E556", where_,
               cat(whose(), " is one ", *k_.compiled.mcs ? "with" : "without",
                   " KernelIsMCS, which its configuration says it is ",
                   config_.mcs ? "built with" : "built without",
                   "; each has system calls of its own"),
               "give kernel.elf and gen_config.json of one and the same build",
               {
                   {k_.config_where, "the configuration"}
        });
    }

    void check_told() {
        if (plan_.architecture != Architecture::aarch64)
            report("E561", where_,
                   cat(whose(), " takes loader info, which AArch64 kernels do only"),
                   "use a stock kernel or `kernel: builtin`");
        else if (config_.info_cpus != plan_.nodes.size())
            report("E561", where_,
                   cat(whose(), " takes loader info of ", config_.info_cpus,
                       " nodes (MULTIKERNEL_NUM_CPUS), the system has ", plan_.nodes.size()),
                   cat("configure it with KernelMultikernelNumCPUS=", plan_.nodes.size()));
    }

    void check_level() {
        if (config_.hypervisor && hardware_.psci == StartMethod::psci_hvc)
            report("E557", where_,
                   cat(whose(), " runs at EL2, but firmware of this board enters at EL1: its tree "
                                "calls PSCI by hvc, which EL2 could not"),
                   "build it without hypervisor support, or use a board that enters at EL2 (in "
                   "QEMU: virtualization: true)");
        uint64_t top = 0;
        for (const PhysRange r : node_.memory) top = std::max(top, r.end().value);
        if (config_.pa_bits < 64 && top > uint64_t{1} << config_.pa_bits)
            report("E558", where_,
                   cat(whose(), " is built for ", config_.pa_bits,
                       "-bit physical addresses; its node's RAM ends at ", hex(top)),
                   "place the node lower, or build for a CPU with more");
        const uint32_t cpu = cpu_bits();
        if (config_.hypervisor && cpu != 0 && cpu < config_.pa_bits)
            report("E558", where_,
                   cat(whose(), " is built for ", config_.pa_bits, "-bit physical addresses, CPU ",
                       node_.cpu_index, " has ", cpu),
                   "configure it for the CPU that the node has (KernelPlatform's ARM_CPU)");
    }

    /// Physical address bits of CPUs that 16.0.0 knows; 0: another.
    uint32_t cpu_bits() const {
        for (const std::string& c : hardware_.cpus[node_.cpu_index].compatible) {
            for (const std::string_view small : {"a35", "a53", "a55", "a76"})
                if (c == cat("arm,cortex-", small)) return 40;
            for (const std::string_view large : {"a57", "a72"})
                if (c == cat("arm,cortex-", large)) return 44;
        }
        return 0;
    }

    void check_controller_version() {
        const InterruptController& controller = hardware_.controller;
        const bool v3 = controller.type == InterruptControllerType::gicv3;
        if (v3 != config_.gicv3 || controller.type == InterruptControllerType::none) {
            report("E554", where_,
                   cat(whose(), " drives a GICv", config_.gicv3 ? 3 : 2, ", the board has ",
                       controller.type == InterruptControllerType::none
                           ? std::string{"none that mkl knows"}
                           : cat("a GICv", v3 ? 3 : 2)),
                   "build it for the board's interrupt controller");
            return;
        }
        if (!v3) {
            check_groups();
            return;
        }
        if (node_.cpu_index >= redistributors_seen)
            report("E554", where_,
                   cat(whose(), " finds the redistributors of the first ", redistributors_seen,
                       " CPUs only; node '", node_.name, "' is on CPU ", node_.cpu_index),
                   "give it one of the first eight CPUs; `kernel: builtin` runs on any");
        if (controller.redistributor_stride != redistributor_stride)
            report("E554", where_,
                   cat(whose(), " expects a redistributor every ", hex(redistributor_stride),
                       " bytes, the board has one every ", hex(controller.redistributor_stride)),
                   "use `kernel: builtin` on this board");
        for (const SgiSend& s : node_.sends)
            if ((plan_.nodes[s.to].hwid.value >> 32 & 0xff) != 0)
                report("E554", where_,
                       cat(whose(), " cannot signal node '", plan_.nodes[s.to].name, "' on CPU ",
                           hex(plan_.nodes[s.to].hwid.value),
                           ": seL4 16.0.0 puts affinity level 3 of a target where level 2 belongs"),
                       "let a node with `kernel: builtin` send, or poll shared memory");
    }

    /// At EL2 and anywhere but on QEMU's virt it puts every interrupt into group 1 and turns on
    /// what is group 1 only where the GIC has security extensions.
    void check_groups() {
        if (!config_.hypervisor || config_.platform == "qemu-arm-virt" || !qemu_ ||
            qemu_->secure.value_or(true))
            return;
        report("E554", where_,
               cat(whose(), " gets no interrupt at all from a GICv2 without security extensions "
                            "(secure: false)"),
               "say `secure: true` in `board.qemu`");
    }

    void check_hart() {
        if (config_.first_hart == node_.hwid.value) return;
        report("E559", where_,
               cat(whose(), " uses the interrupt context of hart ", config_.first_hart,
                   " (FIRST_HART_ID), node '", node_.name, "' runs on hart ", node_.hwid.value,
                   ": its interrupts would go to the other, whose own it would switch off"),
               cat("configure it with KernelPlatformFirstHartID ", node_.hwid.value,
                   "; in seL4 16.0.0 the platform's file sets that, -D is overwritten"));
    }

    void check_ram() {
        const std::vector<PhysRange> mine = node_.kernel_ram();
        if (k_.compiled.ram == mine) return;
        std::vector<Diagnostic::Note> notes;
        for (size_t i = 0; i < plan_.nodes.size(); i++) {
            if (i == index_) continue;
            for (const PhysRange r : plan_.nodes[i].memory)
                for (const PhysRange c : k_.compiled.ram)
                    if (c.overlaps(r))
                        notes.push_back({where_, cat(c.intersect(r), " of it is node '",
                                                     plan_.nodes[i].name, "'s")});
        }
        report("E552", where_,
               cat(whose(), " was built for RAM ", join_or("none", k_.compiled.ram),
                   ", its node has ", join_or("none", mine)),
               cat("build it again with ", node_.name,
                   "/overlay.dts, which `mkl partition -o DIR` writes to DIR"),
               std::move(notes));
    }

    void check_image() {
        check_size_and_entry();
        if (!config_.loader_info) check_address();
    }

    /// Of a kernel that cannot be moved.
    void check_address() {
        const ElfSegment& first = k_.elf.segments.front();
        const uint64_t base = first.paddr;
        const uint64_t wanted = node_.memory.front().base().value;
        const std::vector<PhysRange>& ram = k_.compiled.ram;
        const bool of_other_ram =
            !ram.empty() && ram.front().base().value == base && base != wanted;  // E552 said so
        if (base != wanted && !of_other_ram)
            report("E556", where_,
                   cat(whose(), " is linked at ", hex(base), ", its node's RAM starts at ",
                       hex(wanted), "; it cannot be moved"),
                   "build it again with the node's overlay.dts");
        else if (base == wanted && base % large_page != 0)
            report("E556", where_,
                   cat(whose(), " stands at ", hex(base), ", not at a multiple of 2 MiB"),
                   "let the node start at one");
        const bool arm = plan_.architecture == Architecture::aarch64;
        const uint64_t virt = !arm                 ? window_riscv + base % gib
                              : config_.hypervisor ? window_el2 + base
                                                   : window_el1 + base;
        if (first.vaddr != virt)
            report("E556", where_,
                   cat(whose(), " is linked at virtual ", hex(first.vaddr), "; its configuration (",
                       !arm                 ? "riscv64"
                       : config_.hypervisor ? "EL2"
                                            : "EL1",
                       ") means ", hex(virt)),
                   "give kernel.elf and gen_config.json of one and the same build");
    }

    void check_size_and_entry() {
        const uint64_t size = k_.elf.virt_end() - k_.elf.virt_base();
        const PhysRange room = node_.kernel_ram().front();
        if (size > room.size_bytes())
            report("E556", where_,
                   cat(whose(), " takes ", size_text(size), " of memory, its node's first range ",
                       room, " has ", size_text(room.size_bytes())),
                   "give the node more memory");
        else if (config_.loader_info && size > told_window)
            report("E556", where_,
                   cat(whose(), " takes ", size_text(size),
                       " of memory; what it maps of itself ends ", "after ",
                       size_text(told_window)),
                   "build it smaller");
        if (k_.elf.entry < k_.elf.virt_base() || k_.elf.entry >= k_.elf.virt_end())
            report("E556", where_,
                   cat(whose(), " starts at ", hex(k_.elf.entry), ", outside its image"), "");
    }

    /// What the interrupt controller looks like to this kernel.
    std::vector<PhysRange> controller_ranges() const {
        const InterruptController& c = hardware_.controller;
        std::vector<PhysRange> out{node_.decoy.value_or(c.distributor)};
        out.insert(out.end(), c.regions.begin(), c.regions.end());
        out.insert(out.end(), c.others.begin(), c.others.end());
        return normalise(std::move(out));
    }

    void check_distributor() {
        const PhysRange real = hardware_.controller.distributor;
        const PhysRange wanted = node_.decoy.value_or(real);
        const auto has = [&](PhysRange r) { return covers(k_.compiled.devices, first_page(r)); };
        if (has(wanted) && !(node_.decoy && has(real))) return;
        if (node_.decoy && has(real))
            report("E555", where_,
                   cat(whose(), " drives the real distributor at ", hex(real.base()),
                       " and would take every interrupt when it boots; its decoy is at ",
                       hex(wanted.base())),
                   cat("build it with ", node_.name, "/overlay.dts"));
        else
            report("E555", where_,
                   cat(whose(), " has no distributor at ", hex(wanted.base()),
                       "; the kernel's own devices are ", join_or("none", k_.compiled.devices)),
                   cat("build it with ", node_.name, "/overlay.dts"));
    }
    static PhysRange first_page(PhysRange r) {
        return PhysRange::between(r.base(), PhysAddr{r.base().value + page});
    }

    void check_devices() {
        check_distributor();
        const std::vector<PhysRange> controller = controller_ranges();
        for (size_t i = 0; i < plan_.nodes.size(); i++) {
            const PlanNode& n = plan_.nodes[i];
            for (const PhysRange d : n.device_pages) {
                const auto kept =
                    std::find_if(k_.compiled.devices.begin(), k_.compiled.devices.end(),
                                 [&](PhysRange r) { return r.overlaps(d); });
                if (kept == k_.compiled.devices.end()) continue;
                // RISC-V maps with 2 MiB pages: what shares one with the PLIC is out of reach.
                if (i == index_)
                    report("E555", where_,
                           cat(whose(), " keeps ", *kept, " for itself; device pages ", d,
                               " of its node are in there"),
                           "give that device to a node with another kernel");
                else if (plan_.architecture == Architecture::aarch64)
                    report("E555", where_,
                           cat(whose(), " drives ", *kept, ", which is in device pages ", d,
                               " of node '", n.name, "'"),
                           cat("build it with ", node_.name, "/overlay.dts"));
            }
            for (const PhysRange d : n.device_pages)
                if (i != index_ && config_.printing) warn_console(d, n);
        }
        check_device_top();
        // RAM of its own beside the decoy is caught with RAM; here: a decoy of somebody else.
        for (const PhysRange r : k_.compiled.devices)
            for (const PlanNode& n : plan_.nodes)
                if (&n != &node_ && n.decoy && n.decoy->overlaps(r))
                    report(
                        "E555", where_,
                        cat(whose(), " has the decoy distributor of node '", n.name, "'"),
                        cat("build it with ", node_.name, "/overlay.dts, not with ", n.name, "'s"));
    }

    static void add_pages(std::vector<PhysRange>& pages, const std::vector<PhysRange>& ranges) {
        for (const PhysRange r : ranges)
            if (const auto grown = r.grown_to(page)) pages.push_back(*grown);
    }

    /// A PCI bridge works with one of its windows, and mostly has another one low.
    void check_device_top() {
        const PhysRange beyond =
            PhysRange::between(PhysAddr{config_.device_top}, PhysAddr{UINT64_MAX});
        const std::vector<PhysRange> out = intersect(node_.device_pages, std::array{beyond});
        std::vector<PhysRange> windows, registers;
        for (const Device& d : hardware_.devices) {
            if (std::find(node_.devices.begin(), node_.devices.end(), d.path) ==
                node_.devices.end())
                continue;
            add_pages(windows, d.windows);
            add_pages(registers, d.registers);
        }
        windows = subtract(normalise(std::move(windows)), normalise(std::move(registers)));
        for (const PhysRange d : subtract(out, windows))
            report("E555", where_,
                   cat(whose(), " offers devices below ", hex(config_.device_top),
                       " only; its node has ", d),
                   "give the device to a node with another kernel");
        for (const PhysRange d : intersect(out, windows))
            report("W569", where_,
                   cat(whose(), " offers devices below ", hex(config_.device_top),
                       " only; its node has the PCI window ", d, ", which nobody can map"),
                   "have the bridge's driver place registers in a window below, or build the "
                   "kernel for more physical address bits");
    }

    void warn_console(PhysRange device, const PlanNode& owner) {
        for (const PhysRange r : k_.compiled.shared)
            if (r.overlaps(device))
                report("W565", where_,
                       cat(whose(), " prints to the UART at ", hex(r.base()), ", which is node '",
                           owner.name, "'s: their lines will mix"),
                       "build it without KernelPrinting, or with the node's own UART");
    }

    const Kernel& k_;
    const Config& config_;
    const Plan& plan_;
    size_t index_;
    const PlanNode& node_;
    const Hardware& hardware_;
    const SourceSpan& where_;
    DiagnosticSink& sink_;
    const std::optional<QemuMachine>& qemu_;
};

}  // namespace

bool check_kernel(const Kernel& kernel, const Plan& plan, size_t node, const System& system,
                  const Hardware& hardware, DiagnosticSink& sink) {
    return Checker{kernel, plan, node, system, hardware, sink}.run();
}

}  // namespace mkl::sel4
