// SPDX-License-Identifier: BSD-2-Clause
#include "main.hpp"

#include "firmware.hpp"
#include "mkl/rt/atomic.hpp"
#include "range.hpp"

namespace mkl::loader {

namespace {

using rt::Hex;

/// Set once the console works; lies in the image, so every CPU finds it.
Shared* active = nullptr;

Shared& shared_of(const mkl_loader_params& params) {
    return *reinterpret_cast<Shared*>(params.run_base + params.scratch_offset + scratch_shared);
}

/// Where the console is, read from a table that is not verified: for the line that says so.
void open_console_unverified(Console& console, const mkl_loader_params& params) {
    const uint64_t start = reinterpret_cast<uint64_t>(&params) - MKL_LOADER_PARAMS_OFFSET;
    if (params.table_size < sizeof(mkl_payload_header) || params.table_offset % 8 != 0 ||
        !contains({0, params.payload_size}, {params.table_offset, params.table_size}))
        return;
    const uint64_t at = start + params.payload_offset + params.table_offset;
    const auto& header = *reinterpret_cast<const mkl_payload_header*>(at);
    const mkl_rec_console& record = header.console;
    if (record.h.type == MKL_REC_CONSOLE && record.h.size == sizeof record) console.open(record);
}

void set_progress(Shared& s, uint32_t node, Progress p) {
    rt::store_release(s.progress[node], static_cast<uint32_t>(p));
    arch::wake_all();
}

/// False if somebody else has moved it on: a CPU that comes up after its time limit finds its node
/// failed and stays out.
bool advance(Shared& s, uint32_t node, Progress from, Progress to) {
    auto expected = static_cast<uint32_t>(from);
    const bool done =
        __atomic_compare_exchange_n(&s.progress[node], &expected, static_cast<uint32_t>(to), false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    arch::wake_all();
    return done;
}

Progress progress_of(const Shared& s, uint32_t node) {
    return static_cast<Progress>(rt::load_acquire(s.progress[node]));
}

void fail_node(Shared& s, const mkl_payload_node& node, const Fault& fault) {
    StatusPage{node.status}.fail(fault);
    arch::publish(node.status, MKL_PAGE_SIZE);
    s.console.refuse(fault);
    set_progress(s, node.id, Progress::failed);
}

/// Everything that a node's own CPU does before the gate. True: it may enter its kernel.
bool run_node(Shared& s, const mkl_payload_node& node) {
    if (!advance(s, node.id, Progress::waiting, Progress::running)) return false;
    StatusPage status{node.status};
    const uint64_t self = arch::this_cpu();
    status.set_cpu(self);
    status.reach(MKL_STAGE_ENTERED, arch::counter());
    while (rt::load_acquire(s.assembled) == 0) arch::relax();

    Fault f = no_fault();
    if (self != node.hwid)
        f = fault(MKL_STATUS_HWID, node.name, "runs on another CPU than planned", self, node.hwid);
    if (f.ok()) f = arch::can_enter(node);
    if (f.ok()) f = prepare_node(s.payload, node, status);
    if (f.ok()) f = arch::interrupts_init_cpu(s.payload, node);
    if (f.ok()) f = arch::prepare_entry(s.payload, node);
    if (!f.ok()) {
        fail_node(s, node, f);
        return false;
    }
    s.console.line(node.name, ": cpu ", Hex{self}, ", kernel ", Hex{node.kernel_base}, "-",
                   Hex{node.kernel_end}, ", entry ", Hex{node.kernel_entry});
    set_progress(s, node.id, Progress::ready);
    return true;
}

void wait_until_ready(const Shared& s, const mkl_payload_node* except);

[[noreturn]] void leave(Shared& s, const mkl_payload_node& node) {
    if ((node.flags & MKL_NODE_LAST) != 0) {
        wait_until_ready(s, &node);
        arch::interrupts_restore(s.payload, node);
    }
    StatusPage status{node.status};
    status.reach(MKL_STAGE_KERNEL, arch::counter());
    arch::publish(node.status, MKL_PAGE_SIZE);
    if ((node.flags & MKL_NODE_BANNER_BY_LOADER) != 0) {
        const Table<mkl_range> ram = s.payload.ram_of(node);
        s.console.banner(node.name, node.hwid, ram.begin(), ram.count);
    }
    arch::enter_kernel(s.payload, node);
}

Fault start_on(Shared& s, const arch::CpuTarget& target, uint32_t index) {
    const mkl_loader_params& params = *s.payload.params;
    const uint64_t stacks = params.run_base + params.scratch_offset + scratch_stacks;
    CpuContext& context = s.contexts[index];
    context = {
        stacks + (index + 2) * stack_size,
        {s.translation.root, s.translation.attributes, s.translation.control},
        index,
        target.hwid
    };
    arch::publish(reinterpret_cast<uint64_t>(&context), sizeof context);
    return arch::start_cpu(target, context);
}

/// How long `node` is waited for, in ticks of the counter.
uint64_t limit_of(const Shared& s, const mkl_payload_node& node) {
    return counter_hz_of(s.payload) / 1000 * node.start_timeout_ms;
}

/// A CPU from a spin table has read its context; or never will: wait_for_nodes says so.
void wait_until_taken(Shared& s, const mkl_payload_node& node) {
    while (progress_of(s, node.id) == Progress::waiting &&
           arch::counter() - s.asked_at[node.id] <= limit_of(s, node))
        arch::relax();
}

void start_node(Shared& s, const mkl_payload_node& node) {
    s.asked_at[node.id] = arch::counter();
    // Before it is asked for: from then on the page is its CPU's to write.
    StatusPage{node.status}.reach(MKL_STAGE_STARTED, s.asked_at[node.id]);
    arch::publish(node.status, MKL_PAGE_SIZE);
    if (const Fault f = start_on(s, {node.name, node.hwid, node.release, node.start}, node.id);
        !f.ok()) {
        fail_node(s, node, f);
        return;
    }
    if (node.start == MKL_START_SPIN_TABLE) wait_until_taken(s, node);
}

bool has_marked_lines(const Payload& payload) {
    for (const mkl_payload_interrupt& line : payload.interrupts)
        if ((line.flags & MKL_PAYLOAD_IRQ_ENABLE) != 0) return true;
    return false;
}

/// READY, or has an error; else it gets one when its time is up, so that peers which cannot tell
/// time go on, too.
void wait_until_ready(const Shared& s, const mkl_payload_node& node) {
    StatusPage status{node.status};
    for (;;) {
        // The node may write with its caches off, or through an uncached mapping.
        arch::publish(node.status, MKL_PAGE_SIZE);
        if (status.stage() >= MKL_STAGE_READY || status.error() != MKL_STATUS_OK) return;
        if (arch::counter() - s.gate_opened > limit_of(s, node)) break;
        arch::relax();
    }
    status.fail(fault(MKL_STATUS_TIMEOUT, node.name, "its root task is not ready (milliseconds)",
                      node.start_timeout_ms, 0));
    arch::publish(node.status, MKL_PAGE_SIZE);
}

void wait_until_ready(const Shared& s, const mkl_payload_node* except) {
    for (const mkl_payload_node& node : s.payload.nodes)
        if (&node != except) wait_until_ready(s, node);
}

[[noreturn]] void run_steward(Shared& s) {
    while (rt::load_acquire(s.gate) == 0) arch::relax();
    wait_until_ready(s, nullptr);
    arch::interrupts_enable(s.payload);
    arch::park();
}

/// Asked for before the gate; that it does not start is one line and no node's failure.
void start_steward(Shared& s) {
    const mkl_payload_header& h = *s.payload.header;
    if (!has_marked_lines(s.payload) || h.steward_start == MKL_START_NONE) return;
    const arch::CpuTarget target = {"steward", h.steward_hwid, h.steward_release, h.steward_start};
    if (const Fault f = start_on(s, target, steward_index); !f.ok()) s.console.refuse(f);
}

/// Until the CPU of every node but `own` is here. One that does not come within start_timeout_ms
/// fails its node.
void wait_for_cpus(Shared& s, const mkl_payload_node* own) {
    const uint64_t hz = counter_hz_of(s.payload);
    for (const mkl_payload_node& node : s.payload.nodes) {
        while (&node != own && progress_of(s, node.id) == Progress::waiting) {
            const uint64_t waited = arch::counter() - s.asked_at[node.id];
            if (waited > limit_of(s, node) &&
                advance(s, node.id, Progress::waiting, Progress::failed)) {
                const uint64_t us = waited / (hz / 1000 + 1) * 1000;
                fail_node(s, node,
                          fault(MKL_STATUS_TIMEOUT, node.name,
                                "its CPU was started but did not come up (cpu, microseconds)",
                                node.hwid, us));
            }
            arch::relax();
        }
    }
}

/// Until every node is ready or has failed: its CPU is here, and bounded by its own checks.
void wait_for_nodes(const Shared& s) {
    for (const mkl_payload_node& node : s.payload.nodes)
        for (Progress p = Progress::waiting; p != Progress::ready && p != Progress::failed;
             p = progress_of(s, node.id))
            arch::relax();
}

const mkl_payload_node* own_node(const Payload& payload) {
    for (const mkl_payload_node& node : payload.nodes)
        if (node.hwid == arch::this_cpu()) return &node;
    return nullptr;
}

[[noreturn]] void refuse_all(Shared& s, const Fault& fault) {
    s.console.refuse(fault);
    if (s.payload.header != nullptr && s.translation.root != 0) {
        for (const mkl_payload_node& node : s.payload.nodes) {
            StatusPage{node.status}.fail(fault);
            arch::publish(node.status, MKL_PAGE_SIZE);
        }
    }
    arch::park();
}

/// The table, the plan and firmware's tree, with caches off.
Fault check_everything(Shared& s, const mkl_loader_params& params, FirmwareTree tree) {
    const auto* archive = reinterpret_cast<const uint8_t*>(params.run_base + params.payload_offset);
    if (const Fault f = open_payload(params, archive, arch::number(), s.payload); !f.ok()) {
        open_console_unverified(s.console, params);
        return f;
    }
    s.console.open(s.payload.header->console);
    active = &s;
    s.console.line("loader at ", Hex{params.run_base}, ", cpu ", Hex{arch::this_cpu()}, ", level ",
                   arch::level(), ", ", s.payload.nodes.count, " node(s)");
    if (const Fault f = check_plan(s.payload); !f.ok()) return f;
    if (const Fault f = check_firmware_tree(s.payload, tree, s.console); !f.ok()) return f;
    const uint32_t entered_at = arch::level();
    if (const Fault f = arch::settle_level(s.payload); !f.ok()) return f;
    if (arch::level() != entered_at) s.console.line("went down to level ", arch::level());
    return no_fault();
}

}  // namespace

uint64_t loader_before_move(uint64_t tree, uint64_t to) {
    const mkl_loader_params& params = *arch::own_parameters();
    const uint64_t size = save_firmware_tree(tree, to);
    if (const Fault f = check_room(params, {to, tree}, size); !f.ok()) {
        Console console;
        open_console_unverified(console, params);
        console.refuse(f);
        arch::park();
    }
    return size;
}

void loader_main(const mkl_loader_params* params, uint64_t loaded_at, uint64_t tree,
                 uint64_t tree_was) {
    Shared& s = shared_of(*params);
    auto* words = reinterpret_cast<uint64_t*>(&s);
    for (uint64_t i = 0; i < sizeof s / sizeof *words; i++) words[i] = 0;
    s.console = Console{};
    if (const Fault f = check_everything(s, *params, {tree, tree_was}); !f.ok()) refuse_all(s, f);
    if (loaded_at != params->run_base) s.console.line("moved here from ", Hex{loaded_at});
    if (const Fault f = arch::build_map(s.payload, s.translation); !f.ok()) {
        s.translation.root = 0;
        refuse_all(s, f);
    }
    arch::caches_on(s.translation);
    prepare_common(s.payload);
    if (const Fault f = arch::interrupts_init(s.payload); !f.ok()) refuse_all(s, f);

    s.console.share();
    arch::publish(reinterpret_cast<uint64_t>(&s), sizeof s);
    const mkl_payload_node* own = own_node(s.payload);
    arch::expect_strays(loaded_at);
    for (const mkl_payload_node& node : s.payload.nodes)
        if (&node != own) start_node(s, node);
    arch::set_node(own);
    if (own != nullptr) start_steward(s);
    wait_for_cpus(s, own);
    arch::expect_no_strays();
    rt::store_release(s.assembled, 1u);
    arch::wake_all();
    const bool enters = own != nullptr && run_node(s, *own);
    wait_for_nodes(s);
    s.gate_opened = arch::counter();
    rt::store_release(s.gate, 1u);
    arch::wake_all();
    if (enters) leave(s, *own);
    if (own == nullptr && has_marked_lines(s.payload)) run_steward(s);
    arch::park();
}

void loader_cpu_main(const CpuContext* context) {
    Shared& s = *active;
    if (context->node == steward_index) {
        arch::set_node(nullptr);
        run_steward(s);
    }
    const mkl_payload_node& node = s.payload.nodes[static_cast<uint32_t>(context->node)];
    arch::set_node(&node);
    if (!run_node(s, node)) arch::park();
    while (rt::load_acquire(s.gate) == 0) arch::relax();
    leave(s, node);
}

void loader_fault(uint64_t kind, uint64_t syndrome, uint64_t address, uint64_t pc) {
    Console early;
    Console* console = active != nullptr ? &active->console : &early;
    const auto& params = *arch::own_parameters();
    if (active == nullptr) open_console_unverified(early, params);
    const mkl_payload_node* node = active != nullptr ? arch::this_node() : nullptr;
    const uint64_t start = reinterpret_cast<uint64_t>(&params) - MKL_LOADER_PARAMS_OFFSET;
    console->line("fault in the loader: cpu ", Hex{arch::this_cpu()}, ", vector ", kind,
                  ", syndrome ", Hex{syndrome}, ", address ", Hex{address}, ", elfloader.elf+",
                  Hex{pc - start});
    if (node != nullptr) {
        fail_node(*active, *node,
                  fault(MKL_STATUS_LOADER_FAULT, node->name, "exception in the loader", syndrome,
                        address));
    }
    arch::park();
}

}  // namespace mkl::loader
