// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "mkl/emit/emit.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/support/process.hpp"
#include "mkl/support/text.hpp"

namespace {

using namespace mkl;

template <class Work>
double median_ms(Work work) {
    std::array<double, 5> times{};
    for (double& t : times) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        t = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
                .count();
    }
    std::sort(times.begin(), times.end());
    return times[2];
}

/// A device tree source with `devices` UARTs on a bus, `cpus` CPUs and one clock controller.
std::string made_up_board(size_t cpus, size_t devices) {
    std::string out =
        "/dts-v1/;\n/ {\n#address-cells=<2>;\n#size-cells=<2>;\ninterrupt-parent=<1>;\n"
        "psci { compatible=\"arm,psci-1.0\"; method=\"smc\"; };\n"
        "memory@80000000 { device_type=\"memory\"; reg=<0 0x80000000 4 0>; };\n"
        "timer { compatible=\"arm,armv8-timer\"; interrupts=<1 13 8>,<1 14 8>,"
        "<1 11 8>,<1 10 8>; };\n"
        "cpus { #address-cells=<1>; #size-cells=<0>;\n";
    for (size_t i = 0; i < cpus; i++)
        out += cat("cpu@", hex(i).substr(2),
                   " { device_type=\"cpu\"; compatible=\"arm,cortex-a53\"; "
                   "reg=<",
                   i, ">; enable-method=\"psci\"; };\n");
    out += "};\nsoc { compatible=\"simple-bus\"; #address-cells=<1>; #size-cells=<1>;\n"
           "ranges=<0 0 0x10000000 0x60000000>;\n"
           "interrupt-controller@0 { compatible=\"arm,gic-v3\"; interrupt-controller; "
           "#interrupt-cells=<3>; phandle=<1>; reg=<0 0x10000>,<0x100000 0x800000>; };\n"
           "clock-controller@10000 { compatible=\"mkl,clocks\"; #clock-cells=<1>; phandle=<2>; "
           "reg=<0x10000 0x1000>; };\n";
    for (size_t i = 0; i < devices; i++) {
        const std::string at = hex(0x2000000 + 0x1000 * i).substr(2);
        out += cat("serial@", at, " { compatible=\"arm,pl011\", \"arm,primecell\"; reg=<0x", at,
                   " 0x1000>; interrupts=<0 ", i % 900, " 4>; clocks=<2 ", i, ">, <2 ", i,
                   ">; clock-names=\"uartclk\", \"apb_pclk\"; };\n");
    }
    return out + "};\n};\n";
}

/// `nodes` nodes; the devices are dealt out.
Plan plan_for(const Hardware& hardware, size_t nodes) {
    Plan plan;
    plan.architecture = hardware.architecture;
    const PhysRange ram = hardware.ram.front().range;
    const uint64_t share = ram.size_bytes() / nodes / 2 / (2 << 20) * (2 << 20);
    for (size_t n = 0; n < nodes; n++) {
        PlanNode node;
        node.name = cat("node", n);
        node.cpu_index = static_cast<uint32_t>(n);
        node.hwid = hardware.cpus.at(n).hwid;
        const auto range = PhysRange::from_base_size(PhysAddr{ram.base().value + n * share}, share);
        if (range) node.memory = {*range};
        plan.nodes.push_back(std::move(node));
    }
    size_t turn = 0;
    for (const Device& d : hardware.devices)
        if (d.enabled && uart_of(hardware, d)) plan.nodes[turn++ % nodes].devices.push_back(d.path);
    return plan;
}

struct Times {
    double read = 0, emit = 0;
    size_t trees = 0, proved = 0;
};

Times measure(const Bytes& blob, size_t nodes) {
    Times times;
    Board board;
    board.memory = {
        {{0x80000000, {}}, {uint64_t{2} << 30, {}}}
    };
    std::optional<Hardware> hardware;
    times.read = median_ms([&] {
        for (const Board& b : {Board{}, board}) {  // RAM from the tree, else a made-up one
            DiagnosticSink sink;
            auto tree = parse_dtb(blob, {}, sink);
            if (tree) hardware = read_hardware(std::move(*tree), {}, b, sink);
            if (hardware || !sink.has("E420")) return;
        }
    });
    if (!hardware || hardware->cpus.size() < nodes) return times;
    const Plan plan = plan_for(*hardware, nodes);
    const System system;
    times.emit = median_ms([&] {
        times.trees = times.proved = 0;
        for (size_t n = 0; n < nodes; n++) {
            DiagnosticSink sink;
            const DeviceTree tree = node_tree(plan, n, system, *hardware);
            times.proved += prove_tree(tree, plan, n, *hardware, sink) ? 1 : 0;
            times.trees += to_dts(tree).empty() ? 0 : 1;
        }
    });
    return times;
}

double dtc_round_trip(const Bytes& blob) {
    return median_ms([&] {
        ProcessRequest request;
        request.argv = {"dtc", "-q", "-I", "dtb", "-O", "dts", "-"};
        request.input = as_text(blob);
        ProcessRequest back;
        back.argv = {"dtc", "-q", "-I", "dts", "-O", "dtb", "-"};
        back.input = run_process(request).out;
        (void)run_process(back);
    });
}

void row(const std::string& name, const Bytes& blob, size_t nodes) {
    const Times t = measure(blob, nodes);
    const double dtc = dtc_round_trip(blob);
    std::printf("%-34s %8zu %6zu %9.2f %9.2f %9.2f %8.2f %zu/%zu\n", name.c_str(), blob.size(),
                nodes, t.read, t.emit, dtc, (t.read + t.emit) / dtc, t.proved, t.trees);
}

std::optional<Bytes> compile(const std::string& source) {
    DiagnosticSink sink;
    return compile_dts(source, "", {}, sink);
}

}  // namespace

int main(int argc, char** argv) {
    std::printf("%-34s %8s %6s %9s %9s %9s %8s %s\n", "tree", "bytes", "nodes", "read ms",
                "emit ms", "dtc ms", "mkl/dtc", "proved");
    HostFileSystem files;
    for (int i = 1; i < argc; i++) {
        std::string error;
        if (const auto blob = files.read(argv[i], max_dtb_bytes, error))
            row(std::filesystem::path{argv[i]}.stem().string(), *blob, 2);
    }
    for (const size_t devices : {10U, 100U, 1000U, 10000U})
        if (const auto blob = compile(made_up_board(2, devices)))
            row(cat("made up, ", devices, " devices"), *blob, 2);
    for (const size_t nodes : {2U, 4U, 8U, 16U, 32U, 64U})
        if (const auto blob = compile(made_up_board(nodes, 200)))
            row("made up, 200 devices", *blob, nodes);
    return 0;
}
