// SPDX-License-Identifier: BSD-2-Clause
#include "variation.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <set>
#include <string_view>

#include "mkl/claims/claims.hpp"
#include "mkl/rules/rules.hpp"

namespace mkl::test {

namespace {

class Varier {
public:
    explicit Varier(uint32_t seed) : engine_{seed} {}

    void run(DtNode& node, bool top) {
        for (DtNode& child : node.children) {
            if (!keep_as_it_is(child.name, top)) change(child);
            run(child, false);
        }
        std::erase_if(node.children, [&](const DtNode& c) {
            return !keep_as_it_is(c.name, top) && c.property("interrupt-controller") == nullptr &&
                   below(200) == 0;
        });
    }

private:
    /// Without these a tree is no board.
    static bool keep_as_it_is(std::string_view name, bool top) {
        constexpr auto needed = std::to_array<std::string_view>(
            {"cpus", "cpu", "memory", "psci", "soc", "timer", "chosen"});
        const std::string_view plain = name.substr(0, name.find('@'));
        return std::find(needed.begin(), needed.end(), plain) != needed.end() &&
               (top || plain == "cpu");
    }

    uint32_t below(uint32_t n) { return static_cast<uint32_t>(engine_() % n); }

    void change(DtNode& node) {
        if (node.property("interrupt-controller") == nullptr && below(4) == 0) flip(node);
        if (node.properties.empty() || below(60) != 0) return;
        const auto at =
            static_cast<ptrdiff_t>(below(static_cast<uint32_t>(node.properties.size())));
        DtProperty& p = node.properties[static_cast<size_t>(at)];
        if (p.name == "reg" || p.name == "ranges" || p.name.starts_with("#") ||
            node.property("interrupt-controller") != nullptr)
            return;
        switch (below(3)) {
        case 0:
            node.properties.erase(node.properties.begin() + at);
            break;
        case 1:
            if (p.value.size() > 4) p.value.resize(p.value.size() - 4);
            break;
        default:
            if (p.value.size() >= 8)
                p.value.insert(p.value.end(), p.value.begin(), p.value.begin() + 4);
            break;
        }
    }

    static void flip(DtNode& node) {
        const auto it = std::find_if(node.properties.begin(), node.properties.end(),
                                     [](const DtProperty& p) { return p.name == "status"; });
        const std::string_view text =
            it != node.properties.end() && as_text(it->value).starts_with("disabled") ? "okay"
                                                                                      : "disabled";
        const auto bytes = as_bytes(text);
        Bytes value(bytes.begin(), bytes.end());
        value.push_back(std::byte{0});
        if (it != node.properties.end())
            it->value = std::move(value);
        else if (text == "okay")
            node.properties.push_back({"status", std::move(value)});
    }

    std::mt19937 engine_;
};

}  // namespace

void vary(DeviceTree& tree, uint32_t seed) { Varier{seed}.run(tree.root, true); }

void deal_out_devices(System& system, const Hardware& hardware, uint32_t seed) {
    std::mt19937 engine{seed};
    const auto file = std::make_shared<const SourceFile>(SourceFile{"dealt.yaml", ""});
    uint32_t line = 0;
    for (const Device& d : hardware.devices) {
        const auto to = static_cast<uint32_t>(engine() % 3);
        if (to == 2 || !d.enabled || serves_every_node(hardware, d)) continue;
        DeviceSelector selector;
        selector.text = d.path;
        selector.where = {file, ++line, 1, 0, ""};
        system.nodes[to].devices.push_back(selector);
    }
    // What the rules object to is taken back, until they are content.
    constexpr int most_rounds = 20;
    for (int round = 0; round < most_rounds; round++) {
        DiagnosticSink sink;
        if (check(system, hardware, sink)) return;
        std::set<uint32_t> lines;
        for (const Diagnostic& d : sink.all())
            if (d.id.front() == 'E') lines.insert(d.where.line);
        for (NodeRequest& n : system.nodes)
            std::erase_if(n.devices,
                          [&](const DeviceSelector& s) { return lines.count(s.where.line) != 0; });
    }
}

}  // namespace mkl::test
