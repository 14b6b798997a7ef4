// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <array>
#include <map>

#include "extract.hpp"
#include "mkl/hardware/references.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

bool not_a_device(std::string_view path) {
    constexpr auto roots = std::to_array<std::string_view>(
        {"/cpus", "/chosen", "/aliases", "/reserved-memory", "/__symbols__", "/memory"});
    return std::any_of(roots.begin(), roots.end(), [&](std::string_view root) {
        return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/' ||
                                          (root == "/memory" && path[root.size()] == '@'));
    });
}

/// Generic names (Spec 2.2.2) of devices that master the bus.
bool class_has_dma(std::string_view name) {
    constexpr auto classes = std::to_array<std::string_view>({"ethernet",
                                                              "usb",
                                                              "mmc",
                                                              "sdhci",
                                                              "sdmmc",
                                                              "pci",
                                                              "pcie",
                                                              "gpu",
                                                              "sata",
                                                              "dma",
                                                              "dma-controller",
                                                              "video-codec",
                                                              "crypto",
                                                              "display",
                                                              "virtio_mmio",
                                                              "ufs",
                                                              "ufshc",
                                                              "isp",
                                                              "camss",
                                                              "nand-controller",
                                                              "mdp",
                                                              "vpu",
                                                              "hdmi",
                                                              "remoteproc"});
    return std::find(classes.begin(), classes.end(), name.substr(0, name.find('@'))) !=
           classes.end();
}

bool has_dma(const DtNode& node) {
    if (class_has_dma(node.name) || is_pci(node)) return true;
    constexpr auto signs = std::to_array<std::string_view>(
        {"dma-coherent", "dma-noncoherent", "iommus", "iommu-map", "#dma-cells", "dma-channels"});
    return std::any_of(signs.begin(), signs.end(),
                       [&](std::string_view s) { return node.property(s) != nullptr; });
}

using Names = std::map<std::string, std::vector<std::string>>;  ///< path to names

/// /aliases and /__symbols__: property name to path.
Names names_in(const TreeView& tree, std::string_view where) {
    Names out;
    const size_t index = tree.find(where);
    if (index == TreeView::none) return out;
    for (const DtProperty& p : tree[index].node->properties)
        if (const auto path = tree[index].node->text(p.name)) out[*path].push_back(p.name);
    return out;
}

/// The device that has the node a reference names: a pin group belongs to its pin controller.
size_t owner_of(const TreeView& tree, size_t index) {
    size_t i = index;
    while (i != TreeView::none && i != 0 && tree[i].node->property("compatible") == nullptr)
        i = tree[i].parent;
    return i == 0 ? TreeView::none : i;
}

std::vector<std::string> providers_of(const TreeView& tree, size_t index,
                                      const std::vector<Reference>& named) {
    std::vector<std::string> out;
    for (const Reference& r : named) {
        if (r.kind != ReferenceKind::provider || r.target == TreeView::none) continue;
        const size_t owner = owner_of(tree, r.target);
        if (owner == TreeView::none || owner == index) continue;
        if (std::find(out.begin(), out.end(), tree[owner].path) == out.end())
            out.push_back(tree[owner].path);
    }
    return out;
}

std::optional<ProviderLine::Kind> line_kind(std::string_view property) {
    if (property == "dmas") return ProviderLine::Kind::dma;
    if (property == "mboxes") return ProviderLine::Kind::mailbox;
    if (property == "msi-parent" || property == "msi-map") return ProviderLine::Kind::msi;
    if (property == "gpio" || property == "gpios" || property.ends_with("-gpio") ||
        property.ends_with("-gpios"))
        return ProviderLine::Kind::gpio;
    return std::nullopt;
}

std::vector<ProviderLine> lines_of(const TreeView& tree, size_t index,
                                   const std::vector<Reference>& named) {
    std::vector<ProviderLine> out = streams_of(tree, index, named);
    for (const Reference& r : named) {
        const auto kind = line_kind(r.property->name);
        if (!kind || !r.complete || !tree[r.target].enabled) continue;
        const Cells cells{r.property};
        ProviderLine line{*kind, tree[r.target].path, {}, {}, 0};
        for (size_t i = r.cell + 1; i < r.first_cell + r.cells; i++)
            line.numbers.push_back(cells[i]);
        // gpio.txt: the line, then its flags, which say nothing of which line it is.
        if (line.kind == ProviderLine::Kind::gpio && line.numbers.size() > 1)
            line.numbers.pop_back();
        out.push_back(std::move(line));
    }
    return out;
}

/// Compatible values of firmware that answers calls, by their bindings.
struct KnownFirmware {
    std::string_view compatible;
    bool prefix;
    std::string_view kind;
};
constexpr auto known_firmware = std::to_array<KnownFirmware>({
    {"arm,psci",                          true,  firmware_psci           },
    {"arm,scmi",                          true,  "SCMI"                  },
    {"arm,scpi",                          true,  "SCPI"                  },
    {"linaro,scmi-optee",                 false, "SCMI"                  },
    {"linaro,optee-tz",                   false, "OP-TEE"                },
    {"xlnx,zynqmp-firmware",              false, "ZynqMP firmware"       },
    {"xlnx,versal-firmware",              false, "Versal firmware"       },
    {"qcom,scm",                          true,  "Qualcomm SCM"          },
    {"raspberrypi,bcm2835-firmware",      false, "VideoCore"             },
    {"fsl,imx-scu",                       false, "i.MX SCU"              },
    {"fsl,imx8qxp-scu",                   false, "i.MX SCU"              },
    {"ti,k2g-sci",                        false, "TI SCI"                },
    {"ti,am654-sci",                      false, "TI SCI"                },
    {"amlogic,meson-gxbb-sm",             false, "Amlogic secure monitor"},
    {"amlogic,meson-sm",                  false, "Amlogic secure monitor"},
    {"nvidia,tegra186-bpmp",              false, "BPMP"                  },
    {"intel,stratix10-svc",               false, "Stratix 10 services"   },
    {"intel,agilex-svc",                  false, "Agilex services"       },
    {"marvell,armada-3700-rwtm-firmware", false, "RWTM"                  },
    {"tlm,trusted-foundations",           false, "Trusted Foundations"   },
    {"arm,ffa",                           true,  "FF-A"                  },
});

std::string firmware_kind(const std::vector<std::string>& compatible) {
    for (const std::string& c : compatible)
        for (const KnownFirmware& k : known_firmware)
            if (k.prefix ? c.starts_with(k.compatible) : c == k.compatible)
                return std::string{k.kind};
    return "";
}

/// RISC-V (Privileged Architecture 3.1.9): the lines of a hart by which software and the timer
/// interrupt it. Whose registers raise them is firmware's: CLINT, and MSWI, MTIMER, SSWI of ACLINT.
bool interrupts_harts(const TreeView& tree, const std::vector<Reference>& named) {
    constexpr uint32_t supervisor_software = 1, machine_software = 3, machine_timer = 7;
    for (const Reference& r : named) {
        if (r.property->name != "interrupts-extended" || !r.complete || r.cells != 2) continue;
        const std::vector<std::string> kinds = tree[r.target].node->texts("compatible");
        if (std::find(kinds.begin(), kinds.end(), "riscv,cpu-intc") == kinds.end()) continue;
        const uint32_t line = Cells{r.property}[r.cell + 1];
        if (line == supervisor_software || line == machine_software || line == machine_timer)
            return true;
    }
    return false;
}

void report_registers(const Extraction& x, size_t index, RegisterFault fault) {
    const bool cut = fault == RegisterFault::cut;
    const size_t up = x.tree[index].parent;
    x.sink.report(
        {"W441",
         x.at(index),
         cut ? cat("reg of ", x.tree[index].path, " is not a whole number of addresses of ",
                   x.tree.address_cells(up), " and sizes of ", x.tree.size_cells(up), " cells")
             : cat("registers of ", x.tree[index].path,
                   " are in no window of the `ranges` of the buses above it"),
         {},
         cut ? cat("correct it, or #address-cells and #size-cells of ", x.tree[up].path,
                   " (2 and 1 if it does not say them)")
             : std::string{"correct reg or ranges; no node gets what they name"}});
}

}  // namespace

void extract_devices(const Extraction& x, const InterruptResolver& resolver) {
    const Names aliases = names_in(x.tree, "/aliases");
    const Names labels = names_in(x.tree, "/__symbols__");
    const auto names = [](const Names& all, const std::string& path) {
        const auto it = all.find(path);
        return it == all.end() ? std::vector<std::string>{} : it->second;
    };
    // A bridge decodes nothing where there is RAM, whatever its windows span.
    std::vector<PhysRange> ram;
    for (const RamRange& r : x.hardware.ram) ram.push_back(r.range);
    ram = normalise(std::move(ram));
    for (size_t i = 1; i < x.tree.size(); i++) {
        const TreeNode& n = x.tree[i];
        if (n.node->property("compatible") == nullptr || not_a_device(n.path)) continue;
        Device device;
        device.path = n.path;
        device.aliases = names(aliases, n.path);
        device.labels = names(labels, n.path);
        device.compatible = n.node->texts("compatible");
        device.enabled = n.enabled;
        RegisterFault fault = RegisterFault::none;
        device.registers = x.tree.registers(i, fault);
        if (fault != RegisterFault::none && n.enabled) report_registers(x, i, fault);
        device.windows = subtract(normalise(x.tree.pci_windows(i)), ram);
        const std::vector<Reference> named = references(x.tree, i);
        device.providers = providers_of(x.tree, i, named);
        device.lines = lines_of(x.tree, i, named);
        device.interrupts_harts = interrupts_harts(x.tree, named);
        device.firmware = firmware_kind(device.compatible);
        device.has_dma = has_dma(*n.node);
        if (device.has_dma) {
            const auto stream =
                std::find_if(device.lines.begin(), device.lines.end(), [](const ProviderLine& l) {
                    return l.kind == ProviderLine::Kind::stream;
                });
            if (stream != device.lines.end()) device.iommu = stream->provider;
            device.dma_windows = x.tree.dma_windows(i);
        }
        bool broken = false;
        auto lines = resolver.interrupts(i, broken);
        const auto rows = resolver.map_rows(i);
        lines.insert(lines.end(), rows.begin(), rows.end());
        for (const ResolvedInterrupt& line : lines) {
            if (line.controller == TreeView::none) continue;
            DeviceInterrupt found{x.tree[line.controller].path, line.root, line.per_cpu};
            const bool again =
                std::any_of(device.interrupts.begin(), device.interrupts.end(), [&](const auto& d) {
                    return d.controller == found.controller && d.root == found.root && d.root;
                });
            if (!again) device.interrupts.push_back(std::move(found));
        }
        if (broken && n.enabled)
            x.sink.report({"W440",
                           x.at(i),
                           cat("the interrupts of ", n.path,
                               " cannot be read: no controller, or the wrong number of cells"),
                           {},
                           "correct the tree if a node is to have this device"});
        x.hardware.devices.push_back(std::move(device));
    }
}

}  // namespace mkl
