// SPDX-License-Identifier: BSD-2-Clause
#include "tree_run.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "mkl/claims/claims.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/rules/rules.hpp"
#include "mkl/support/process.hpp"
#include "mkl/support/text.hpp"
#include "variation.hpp"

namespace mkl::test {

namespace {

std::string text_of(const DiagnosticSink& sink, char severity) {
    std::string out;
    for (const Diagnostic& d : sink.all())
        if (d.id.front() == severity) out += cat(d.id, " ", d.message, "; ");
    return out;
}

size_t errors_in(const DiagnosticSink& sink) { return sink.error_count(); }

struct DtcResult {
    std::set<std::string> warnings;  ///< check and node, without positions, sizes and cells
    std::string output, error;
};

DtcResult dtc(std::string_view input, const char* from, const char* to) {
    ProcessRequest request;
    request.argv = {"dtc", "-I", from, "-O", to, "-"};
    request.input = input;
    const ProcessResult result = run_process(request);
    DtcResult out;
    out.output = result.out;
    if (!result.ok()) out.error = result.err.empty() ? "it does not run" : result.err;
    std::string_view rest = result.err;
    while (!rest.empty()) {
        const size_t end = std::min(rest.find('\n'), rest.size());
        const size_t at = rest.substr(0, end).find("Warning (");
        if (at != std::string_view::npos) {
            std::string warning{rest.substr(at, end - at)};
            // A list that loses entries, or has stubs for some, is broken at another cell.
            for (const std::string_view number : {"property size (", "(cell "})
                if (const size_t first = warning.find(number); first != std::string::npos)
                    warning.erase(first, warning.find(')', first) - first);
            out.warnings.insert(std::move(warning));
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

std::optional<DeviceTree> tree_in(const std::filesystem::path& file, TreeRun& run) {
    HostFileSystem files;
    auto blob = files.read(file, max_dtb_bytes, run.text);
    if (!blob) return std::nullopt;
    DiagnosticSink sink;
    if (file.extension() == ".dts") blob = compile_dts(as_text(*blob), "", {}, sink);
    run.text = text_of(sink, 'E');
    if (!blob) return std::nullopt;
    auto tree = parse_dtb(*blob, {}, sink);
    run.text = text_of(sink, 'E');
    return tree;
}

std::optional<Hardware> read(const DeviceTree& tree, Board& board, TreeRun& run) {
    DiagnosticSink sink;
    auto hardware = read_hardware(tree, {}, board, sink);
    if (!hardware && sink.has("E420") && errors_in(sink) == 1) {
        // Firmware fills in the RAM: what the finding asks for.
        run.memory_given = true;
        uint64_t base = 0x80000000;
        for (const Diagnostic& d : sink.all()) {
            const size_t at = d.hint.find("base: ");
            if (d.id == "E420" && at != std::string::npos)
                base = std::stoull(d.hint.substr(at + 6), nullptr, 16);
        }
        board.memory = {
            {{base, {}}, {uint64_t{2} << 30, {}}}
        };
        DiagnosticSink again;
        hardware = read_hardware(tree, {}, board, again);
        run.text = text_of(again, 'E');
        return hardware;
    }
    run.text = text_of(sink, 'E');
    return hardware;
}

void add_nodes(System& system, const Hardware& hardware, const std::vector<size_t>& cpus) {
    uint64_t total = 0;
    for (const RamRange& r : hardware.ram) total += r.range.size_bytes();
    constexpr uint64_t block = 2 << 20;
    for (size_t n = 0; n < 2; n++) {
        NodeRequest node;
        node.name.value = cat("node", n);
        node.cpu.number = hardware.cpus[cpus[n]].index;
        node.memory.push_back({
            std::nullopt, {total / 4 / block * block, {}},
             {                         }
        });
        system.nodes.push_back(std::move(node));
    }
}

/// Whether two devices cannot be told apart: one page, or one interrupt line.
bool entangled(const Device& a, const Device& b) {
    if (!intersect(pages_of(a), pages_of(b)).empty()) return true;
    for (const DeviceInterrupt& x : a.interrupts)
        for (const DeviceInterrupt& y : b.interrupts)
            if (x.root && y.root && x.root->id == y.root->id) return true;
    return false;
}

bool is_serial_port(const Device& d) {
    const std::string_view name = std::string_view{d.path}.substr(d.path.rfind('/') + 1);
    return !d.registers.empty() && (name.starts_with("serial@") || name.starts_with("uart"));
}

/// Every enabled UART in turn to node0 and node1, as a console if mkl can drive it; those that
/// share a page or a line stay together, since mkl rightly refuses to part them.
size_t add_uarts(System& system, const Hardware& hardware) {
    std::vector<std::pair<const Device*, size_t>> given;
    size_t turn = 0;
    for (const Device& d : hardware.devices) {
        const bool drives = uart_of(hardware, d).has_value();
        if (!d.enabled || (!drives && !is_serial_port(d))) continue;
        size_t to = SIZE_MAX;
        for (const auto& [other, node] : given)
            if (entangled(*other, d)) to = node;
        if (to == SIZE_MAX) to = turn++ % 2;
        given.emplace_back(&d, to);
        DeviceSelector selector;
        selector.text = d.path;
        NodeRequest& node = system.nodes[to];
        if (!node.console && drives) {
            node.console = selector;
        } else {
            node.devices.push_back(selector);
        }
    }
    return given.size();
}

/// Empty if the trees of both nodes are proved and compile.
std::string emit_all(const Plan& plan, const System& system, const Hardware& hardware,
                     std::vector<DeviceTree>& trees) {
    DiagnosticSink sink;
    const std::string base = to_dts(hardware.tree);
    for (size_t n = 0; n < plan.nodes.size(); n++) {
        trees.push_back(node_tree(plan, n, system, hardware));
        prove_tree(trees.back(), plan, n, hardware, sink);
        prove_kernel_source(base + overlay_dts(plan, n, system, hardware), {}, plan, n, hardware,
                            sink);
        prove_kernel_source(kernel_dts(plan, n, system, hardware), {}, plan, n, hardware, sink);
    }
    return text_of(sink, 'E');
}

/// A node without reg on a bus is told only if dtc found nothing worse on any bus: a base with
/// something worse hides it. True if the base has this node, without reg too.
bool hidden_in_base(const std::string& warning, const Hardware& hardware, const DeviceTree& tree) {
    constexpr std::string_view head = "Warning (simple_bus_reg): ";
    constexpr std::string_view tail = ": missing or empty reg/ranges property";
    if (!warning.starts_with(head) || !warning.ends_with(tail)) return false;
    const std::string path =
        warning.substr(head.size(), warning.size() - head.size() - tail.size());
    const DtNode* before = hardware.tree.find(path);
    const DtNode* now = tree.find(path);
    return before != nullptr && now != nullptr && before->property("reg") == nullptr &&
           before->property("ranges") == nullptr;
}

std::string ask_dtc(const Hardware& hardware, const std::vector<DeviceTree>& trees) {
    const Bytes base = to_dtb(hardware.tree);
    const DtcResult known = dtc(as_text(base), "dtb", "dtb");
    for (const DeviceTree& tree : trees) {
        const Bytes blob = to_dtb(tree);
        const DtcResult compiled = dtc(to_dts(tree), "dts", "dtb");
        if (!compiled.error.empty()) return cat("dtc refuses: ", compiled.error);
        if (compiled.output != as_text(blob)) return "dtc writes other bytes";
        for (const std::string& w : dtc(as_text(blob), "dtb", "dtb").warnings)
            if (known.warnings.count(w) == 0 && !hidden_in_base(w, hardware, tree))
                return cat("new in dtc: ", w);
    }
    return "";
}

}  // namespace

TreeRun run_tree(const std::filesystem::path& file, Split split, uint32_t seed) {
    TreeRun run;
    System system;
    system.path = "system.yaml";
    const auto begin = std::chrono::steady_clock::now();
    auto tree = tree_in(file, run);
    if (!tree) return run;
    if (split == Split::varied) vary(*tree, seed);
    const auto hardware = read(*tree, system.board, run);
    if (!hardware) {
        if (run.text.find("E430") == 0) run.end = TreeRun::End::refused;
        return run;
    }
    std::vector<size_t> cpus;
    std::set<std::string> why;
    for (size_t i = 0; i < hardware->cpus.size(); i++) {
        if (hardware->cpus[i].why_not_startable.empty())
            cpus.push_back(i);
        else
            why.insert(hardware->cpus[i].why_not_startable);
    }
    const bool runnable = cpus.size() >= 2;
    for (size_t i = 0; i < hardware->cpus.size() && cpus.size() < 2; i++)
        if (std::find(cpus.begin(), cpus.end(), i) == cpus.end()) cpus.push_back(i);
    if (cpus.size() < 2) {
        run.end = TreeRun::End::refused;
        run.text = "fewer than two CPUs";
        return run;
    }
    add_nodes(system, *hardware, cpus);
    if (split == Split::uarts) run.uarts = add_uarts(system, *hardware);
    if (split == Split::varied) deal_out_devices(system, *hardware, seed);
    DiagnosticSink sink;
    std::optional<Plan> plan;
    if (check(system, *hardware, sink)) plan = partition(system, *hardware, sink);
    if (!plan) {
        run.text = text_of(sink, 'E');
        if (!runnable && sink.has("E206")) run.end = TreeRun::End::refused;
        return run;
    }
    std::vector<DeviceTree> trees;
    run.text = emit_all(*plan, system, *hardware, trees);
    run.milliseconds =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    if (run.text.empty()) run.text = ask_dtc(*hardware, trees);
    if (run.text.empty()) {
        run.end = TreeRun::End::partitioned;
        run.text = text_of(sink, 'W');
    }
    return run;
}

std::vector<std::filesystem::path> trees_in(const std::filesystem::path& directory,
                                            std::string_view extension) {
    std::vector<std::filesystem::path> out;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        if (entry.path().extension() == extension) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace mkl::test
