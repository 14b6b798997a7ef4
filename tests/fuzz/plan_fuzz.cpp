// SPDX-License-Identifier: BSD-2-Clause
// YAML to plan on a fixed board: rules and solver on whatever the reader lets through.
#include "fuzz.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/hardware/hardware.hpp"
#include "mkl/manifest/manifest.hpp"
#include "mkl/partition/map.hpp"
#include "mkl/partition/partition.hpp"
#include "mkl/rules/rules.hpp"

namespace {

// QEMU's virt with GICv3 and four CPUs, as far as the solver looks.
mkl::DeviceTree board() {
    using namespace mkl;
    const auto cells = [](std::initializer_list<uint32_t> list) {
        Bytes out;
        for (const uint32_t c : list)
            for (int shift = 24; shift >= 0; shift -= 8)
                out.push_back(static_cast<std::byte>(c >> shift & 0xff));
        return out;
    };
    const auto text = [](std::string_view s) {
        const auto b = as_bytes(s);
        Bytes out{b.begin(), b.end()};
        out.push_back(std::byte{0});
        return out;
    };
    DeviceTree tree;
    tree.root.properties = {
        {"#address-cells",   cells({2})              },
        {"#size-cells",      cells({2})              },
        {"interrupt-parent", cells({1})              },
        {"compatible",       text("linux,dummy-virt")}
    };
    DtNode cpus{
        "cpus", {{"#address-cells", cells({1})}, {"#size-cells", cells({0})}},
         {                              }
    };
    for (uint32_t i = 0; i < 4; i++)
        cpus.children.push_back({
            "cpu@" + std::to_string(i),
            {{"device_type", text("cpu")},
                                  {"compatible", text("arm,cortex-a53")},
                                  {"enable-method", text("psci")},
                                  {"reg", cells({i})}},
            {                  }
        });
    tree.root.children = {
        cpus,
        {"psci",            {{"compatible", text("arm,psci-1.0")}, {"method", text("hvc")}}, {}},
        {"memory@40000000",
          {{"device_type", text("memory")}, {"reg", cells({0, 0x40000000, 0, 0x40000000})}},
          {}                                                                                    },
        {"intc@8000000",
          {{"compatible", text("arm,gic-v3")},
          {"interrupt-controller", {}},
          {"#interrupt-cells", cells({3})},
          {"phandle", cells({1})},
          {"reg", cells({0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0xf60000})}},
          {}                                                                                    },
        {"timer",
          {{"compatible", text("arm,armv8-timer")},
          {"interrupts", cells({1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4})}},
          {}                                                                                    },
        {"pl011@9000000",
          {{"compatible", text("arm,pl011")},
          {"interrupts", cells({0, 1, 4})},
          {"reg", cells({0, 0x9000000, 0, 0x1000})}},
          {}                                                                                    },
        {"pl031@9010000",
          {{"compatible", text("arm,pl031")},
          {"interrupts", cells({0, 2, 4})},
          {"reg", cells({0, 0x9010000, 0, 0x1000})}},
          {}                                                                                    },
    };
    return tree;
}

}  // namespace

std::vector<mkl::Bytes> mkl::fuzz::seeds() { return {}; }

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace mkl;
    const auto input = fuzz::bytes(data, size);
    MemoryFileSystem files;
    files.files["s.yaml"] = {input.begin(), input.end()};
    DiagnosticSink sink;
    auto system = load_system(files, "s.yaml", {}, sink);
    if (!system) return 0;
    const auto hardware = read_hardware(board(), system->board.where, system->board, sink);
    if (!hardware || !check(*system, *hardware, sink)) return 0;
    const auto plan = partition(*system, *hardware, sink);
    if (plan.has_value() == sink.has_errors()) __builtin_trap();
    if (!plan) return 0;
    (void)to_json(*plan, *system, *hardware);
    (void)map_text(*plan, *system, *hardware);
    for (size_t n = 0; n < plan->nodes.size(); n++)
        (void)to_dtb(node_tree(*plan, n, *system, *hardware));
    return 0;
}
