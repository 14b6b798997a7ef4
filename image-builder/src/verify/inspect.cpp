// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/verify/inspect.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "mkl/abi/stage_names.hpp"
#include "mkl/support/utf8.hpp"
#include "open.hpp"
#include "proof.hpp"
#include "tree.hpp"

namespace mkl {

using namespace verify;

namespace {

std::string digest_text(const uint8_t* digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (size_t i = 0; i < MKL_SHA256_SIZE; i++) {
        out += digits[digest[i] >> 4];
        out += digits[digest[i] & 15];
    }
    return out;
}

std::string_view protocol_name(uint32_t protocol) {
    constexpr std::string_view names[] = {"?", "mkl", "sel4", "sel4-loader-info"};
    return protocol < std::size(names) ? names[protocol] : names[0];
}
std::string_view start_name(uint32_t start) {
    constexpr std::string_view names[] = {"none", "psci smc", "psci hvc", "spin table", "sbi hsm"};
    return start < std::size(names) ? names[start] : "?";
}
std::string_view intc_name(uint32_t type) {
    constexpr std::string_view names[] = {"?", "gicv2", "gicv3", "plic", "none"};
    return type < std::size(names) ? names[type] : names[0];
}
std::string_view console_name(uint32_t type) {
    constexpr std::string_view names[] = {"none", "pl011", "ns16550",    "cadence",  "sifive",
                                          "imx",  "meson", "bcm2835aux", "qcom-geni"};
    return type < std::size(names) ? names[type] : "?";
}
std::string_view shared_name(uint32_t kind) {
    constexpr std::string_view names[] = {"pool", "log of node", "status of node"};
    return kind < std::size(names) ? names[kind] : "?";
}
std::string_view trigger_name(uint32_t trigger) {
    return trigger == MKL_TRIGGER_EDGE ? "edge" : "level";
}
std::string_view rights_name(uint32_t rights) {
    return rights == (MKL_RIGHT_READ | MKL_RIGHT_WRITE) ? "rw"
           : rights == MKL_RIGHT_READ                   ? "r"
                                                        : "?";
}

std::string console_text(const mkl_rec_console& c) {
    return cat(console_name(c.type),
               c.type == MKL_CONSOLE_NONE
                   ? std::string{}
                   : cat(" at ", hex(c.base), ", shift ", c.reg_shift, ", width ", c.io_width));
}

void print_head(std::string& out, const ImageView& image) {
    out += cat("image: ", image.container.format, ", ", hex(image.container.flat.size()),
               " bytes of loader and payload\n");
    for (const std::string& fact : image.container.facts) out += cat("  ", fact, '\n');
    for (const ContainerSum& s : image.container.sums)
        out += cat("  ", s.what, s.agrees ? " agrees" : " DOES NOT AGREE", '\n');
    for (const ContainerHash& h : image.container.hashes)
        out +=
            cat("  ", h.what, sha256(h.data) == h.expected ? " agrees" : " DOES NOT AGREE", '\n');
    if (const auto& s = image.container.signature)
        out += cat("  signature: ", s->algorithm, ", key ", s->key,
                   s->flaw.empty() ? "" : cat(", ", s->flaw), '\n');
    const mkl_loader_params& p = image.params;
    out += cat("loader parameters: version ", p.major, '.', p.minor, ", architecture ", p.arch,
               "\n  loader ", hex(p.image_size), " bytes, runs at ", hex(p.run_base), "+",
               hex(p.footprint), "\n  payload at ", hex(p.payload_offset), "+", hex(p.payload_size),
               ", scratch at ", hex(p.scratch_offset), "+", hex(p.scratch_size), "\n  table at ",
               hex(p.table_offset), "+", hex(p.table_size), ", sha256 ",
               digest_text(p.table_sha256), '\n');
    const Table& t = image.table;
    const mkl_payload_header& h = t.header;
    out += cat("payload table: version ", h.major, '.', h.minor, ", ", t.nodes.size(),
               " nodes\n  loader ", range_text(h.loader), "\n  status ", range_text(h.status),
               "\n  logs ", range_text(h.logs), "\n  pools ", list_text(t.pools), "\n  zeroed ",
               list_text(t.zeros), "\n  ram ", list_text(t.ram), "\n  claims ", list_text(t.claims),
               "\n  console ", console_text(h.console), "\n  interrupt controller ",
               intc_name(h.intc.type), " at ", hex(h.intc.dist_base), "\n  psci ",
               start_name(h.psci), ", counter ",
               h.counter_hz == 0 ? std::string{"as the CPU says"} : cat(h.counter_hz, " Hz"),
               h.steward_start == MKL_START_NONE ? std::string{}
                                                 : cat("\n  steward cpu ", hex(h.steward_hwid),
                                                       ", start ", start_name(h.steward_start)),
               '\n');
    for (const mkl_payload_interrupt& i : t.interrupts)
        out += cat("  interrupt ", i.id, " ", trigger_name(i.trigger), " to node ", i.node,
                   i.flags & MKL_PAYLOAD_IRQ_ENABLE ? ", enabled by the loader" : "", '\n');
}

void print_node(std::string& out, const Node& node) {
    const mkl_payload_node& n = node.raw;
    out += cat("node ", n.id, " ", node.name, ": cpu ", hex(n.hwid), ", protocol ",
               protocol_name(n.protocol), ", start ", start_name(n.start), " within ",
               n.start_timeout_ms, " ms, level ", n.level, "\n  ram ", list_text(node.ram),
               "\n  kernel ", hex(n.kernel_base), "..", hex(n.kernel_end), " virtual ",
               hex(n.kernel_virt), ", entry ", hex(n.kernel_entry), "\n  device tree ",
               hex(n.dtb_base), "+", hex(n.dtb_size), ", boot record ", hex(n.boot_record),
               ", status ", hex(n.status), ", log ", n.log == 0 ? "none" : hex(n.log), '\n');
    for (const Entry& e : node.entries) {
        out += cat("  entry ", e.name, ": ", role_name(e.raw.role), ", ",
                   e.raw.offset == ~uint64_t{0} ? cat("loadable at ", hex(e.raw.address))
                                                : cat("at ", hex(e.raw.offset)),
                   ", ", e.raw.size, " bytes\n    sha256 ", digest_text(e.raw.sha256), '\n');
        for (const mkl_payload_segment& s : e.segments)
            out += cat("    segment ", hex(s.offset), "+", hex(s.file_size), " to ", hex(s.dest),
                       "+", hex(s.memory_size), '\n');
    }
}

void print_record(std::string& out, const Record& r) {
    const mkl_boot_header& h = r.header;
    out += cat("  boot record: version ", h.major, '.', h.minor, ", ", h.total_size, " bytes, ",
               h.record_count, " records, crc32 ", hex(h.crc32), '\n');
    out += cat("    node ", r.node->id, " ", fixed_text(r.node->name, sizeof r.node->name), " cpu ",
               hex(r.node->hwid), "\n    kernel ", hex(r.kernel->base), "..", hex(r.kernel->end),
               " virtual ", hex(r.kernel->virt), "\n    ram ", list_text(r.ram), "\n    root task ",
               hex(r.root->base), "..", hex(r.root->end), " virtual ", hex(r.root->virt),
               ", entry ", hex(r.root->entry), "\n    devices ", list_text(r.devices),
               "\n    reserved ", list_text(r.reserved), '\n');
    for (const mkl_rec_interrupt& i : r.interrupts)
        out += cat("    interrupt ", i.id, " ", trigger_name(i.trigger), '\n');
    for (const mkl_rec_sgi_send& s : r.sends)
        out += cat("    may send sgi ", s.id, " to target ", hex(s.target), '\n');
    for (const mkl_rec_sgi_receive& s : r.receives) out += cat("    takes sgi ", s.id, '\n');
    for (const mkl_rec_shared& s : r.shared)
        out += cat("    shared ", hex(s.base), "+", hex(s.size), " ", rights_name(s.rights),
                   s.attributes == MKL_MEMORY_CACHED ? " cached, " : " uncached, ",
                   shared_name(s.kind), " ", s.peer, '\n');
    out +=
        cat("    device tree ", list_text(r.dtb), "\n    console ",
            r.console ? console_text(*r.console) : "none", "\n    interrupt controller ",
            intc_name(r.intc->type), " at ", hex(r.intc->dist_base), "+", hex(r.intc->dist_size),
            ", cpu interface ", r.intc->cpu_number, ", initialised by ",
            r.intc->initialiser == MKL_INTC_INIT_KERNEL  ? "the kernel"
            : r.intc->initialiser == MKL_INTC_INIT_DECOY ? "the loader, kernel has a decoy"
                                                         : "the loader",
            "\n    log ", list_text(r.log), ", status ", list_text(r.status), "\n    timer ",
            r.timer->irq, " ", trigger_name(r.timer->trigger), ", ", r.timer->frequency, " Hz\n");
    for (const mkl_rec_authority& a : r.authority)
        out += cat("    authority ", object_type_name(static_cast<uint16_t>(a.kind)), " ",
                   a.size == 0 ? "" : cat(hex(a.base), "+", hex(a.size)), '\n');
    if (!r.command_line.empty()) out += cat("    command line ", r.command_line, '\n');
    for (const uint16_t type : r.unknown) out += cat("    record of unknown type ", type, '\n');
}

void print_spec(std::string& out, const Spec& s) {
    size_t counts[MKL_OBJ_SMC + 1] = {};
    for (const mkl_spec_object& o : s.objects) counts[o.type]++;
    out += cat("  capdl spec: kernel abi ", s.header.abi, ", ", s.objects.size(), " objects, ",
               s.slots.size(), " capabilities, ", s.header.total_size, " bytes\n   ");
    for (uint16_t type = 1; type <= MKL_OBJ_SMC; type++)
        if (counts[type] != 0) out += cat(" ", counts[type], " ", object_type_name(type));
    out += '\n';
    for (size_t i = 0; i < s.objects.size(); i++) {
        const mkl_spec_object& o = s.objects[i];
        const auto low = static_cast<uint32_t>(o.extra),
                   high = static_cast<uint32_t>(o.extra >> 32);
        if (o.paddr != MKL_SPEC_NO_PADDR)
            out += cat("    ", s.describe(i), " at ", hex(o.paddr), "+",
                       hex(uint64_t{1} << o.size_bits), '\n');
        else if (o.type == MKL_OBJ_IRQ)
            out += cat("    ", s.describe(i), " ", low, " ", trigger_name(high), '\n');
        else if (o.type == MKL_OBJ_SGI_SIGNAL)
            out += cat("    ", s.describe(i), " ", low, " to target ", hex(high), '\n');
        else if (o.type == MKL_OBJ_TCB)
            out += cat("    ", s.describe(i), " priority ", s.tcbs[o.extra].priority, ", domain ",
                       s.tcbs[o.extra].domain, ", ip ", hex(s.tcbs[o.extra].ip), '\n');
    }
    for (const mkl_spec_domain& d : s.domains)
        out += cat("    domain ", d.domain, " for ", d.ticks, " ticks\n");
}

void print_tree(std::string& out, const Tree& tree) {
    size_t enabled = 0;
    std::string devices;
    for (const TreeDevice& d : tree.nodes) {
        if (d.enabled) enabled++;
        if (d.enabled && !d.registers.empty())
            devices += cat("    ", d.path, " ", d.registers.front(), '\n');
    }
    out += cat("  device tree: ", tree.nodes.size(), " nodes, ", enabled, " enabled, ",
               tree.cpus.size(), " cpus, ", tree.interrupts.size(), " interrupts\n", devices);
}

std::string stamp_text(const mkl_status& s, uint64_t first) {
    std::string out;
    for (uint32_t stage = 0; stage < MKL_STAGE_COUNT; stage++) {
        if (s.stamp[stage] == 0 || s.counter_hz == 0) continue;
        char text[64];
        std::snprintf(text, sizeof text, " %.3f ms",
                      1e3 * static_cast<double>(s.stamp[stage] - first) /
                          static_cast<double>(s.counter_hz));
        out += cat(out.empty() ? "  " : ", ", stage_name(stage), text);
    }
    return out.empty() ? out : out + "\n";
}

void print_image(std::string& out, const ImageView& image) {
    print_head(out, image);
    for (const NodeView& view : image.nodes) {
        print_node(out, *view.node);
        if (view.record) print_record(out, *view.record);
        if (view.spec) print_spec(out, *view.spec);
        if (view.tree)
            print_tree(out, read_tree(*view.tree, image.table.header.intc.dist_base,
                                      image.table.header.intc.type == MKL_INTC_PLIC));
    }
}

}  // namespace

std::string inspect_image(const ByteView& bytes, std::string_view name, DiagnosticSink& sink) {
    VerifyReport report;
    VerifyOptions options;
    options.name = name;
    Proof proof{options, sink, report};
    std::string out;
    for (Container& container : open_all(bytes, proof)) {
        check_container(container, proof);
        const auto image = open_image(std::move(container), proof);
        if (image) print_image(out, *image);
    }
    return printable(out, true);  // names come from the image
}

std::string inspect_status(std::span<const std::byte> dump) {
    std::vector<mkl_status> pages;
    for (size_t at = 0; at + sizeof(mkl_status) <= dump.size(); at += MKL_PAGE_SIZE) {
        mkl_status s;
        std::memcpy(&s, dump.data() + at, sizeof s);
        if (s.magic == MKL_STATUS_MAGIC && s.version == MKL_STATUS_VERSION) pages.push_back(s);
    }
    uint64_t first = UINT64_MAX;
    for (const mkl_status& s : pages)
        for (const uint64_t stamp : s.stamp)
            if (stamp != 0) first = std::min(first, stamp);
    std::string out;
    for (const mkl_status& s : pages) {
        out += cat("node ", s.node_id, " of ", s.node_count, " ", fixed_text(s.name, sizeof s.name),
                   ": stage ", stage_name(s.stage), ", cpu ", hex(s.hwid), '\n');
        if (s.error != 0)
            out += cat("  error ", hex(s.error), " in stage ", stage_name(s.error_stage), ": ",
                       fixed_text(s.text, sizeof s.text), " (", hex(s.detail[0]), ", ",
                       hex(s.detail[1]), ")\n");
        out += stamp_text(s, first);
    }
    return printable(out, true);  // names come from the dump
}

}  // namespace mkl
