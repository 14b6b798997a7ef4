// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/artefacts/artefacts.hpp"

#include "inputs.hpp"
#include "layout.hpp"
#include "mkl/abi/component.h"
#include "mkl/artefacts/records.hpp"
#include "mkl/capdl/build.hpp"
#include "mkl/capdl/write.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

/// One kernel ABI: which initialiser and stub page serve it.
struct KernelAbi {
    uint32_t number;
    std::string_view name;
};
KernelAbi classic_abi(Architecture architecture) {
    return {architecture == Architecture::aarch64 ? MKL_ABI_AARCH64_CLASSIC
                                                  : MKL_ABI_RISCV64_CLASSIC,
            "classic"};
}

NewElfSegment copy_of(const ElfSegment& s, const std::shared_ptr<const Bytes>& bytes) {
    NewElfSegment segment;
    segment.data.append(bytes, s.offset, s.file_size);
    segment.vaddr = s.vaddr;
    segment.paddr = s.paddr;
    segment.memory_size = s.memory_size;
    segment.flags = s.flags;
    return segment;
}

/// A user's program goes into the payload as it is.
Program as_it_is(const LoadedElf& elf) {
    Program program;
    program.data.append(elf.bytes);
    program.elf = elf.elf;
    return program;
}

/// The load segments of `elf`, and behind them `spec` in one of its own. Symbols and debug
/// information of mkl's own programs stay in share/mkl: they need not be hashed at every boot.
Program repacked(const LoadedElf& elf, const std::shared_ptr<const Bytes>& spec,
                 Architecture architecture) {
    std::vector<NewElfSegment> segments;
    for (const ElfSegment& s : elf.elf.segments) segments.push_back(copy_of(s, elf.bytes));
    if (spec != nullptr) {
        NewElfSegment last;
        last.vaddr = (elf.elf.virt_end() + MKL_PAGE_SIZE - 1) / MKL_PAGE_SIZE * MKL_PAGE_SIZE;
        last.paddr = last.vaddr;
        last.data.append(spec);
        last.memory_size = last.data.size();
        segments.push_back(std::move(last));
    }
    WrittenElf written = write_elf(architecture, elf.elf.entry, segments);
    return {std::move(written.bytes), std::move(written.file)};
}

/// A node on its way from the plan to its artefacts.
class NodeMaker {
public:
    NodeMaker(const Plan& plan, size_t node, const System& system, const Hardware& hardware,
              Inputs& inputs, DiagnosticSink& sink)
        : plan_{plan}, node_{node}, system_{system}, hardware_{hardware}, inputs_{inputs},
          sink_{sink}, request_{system.nodes[node]} {}

    /// False if an error was reported. An ELF that may be missing leaves `built` false.
    bool make(NodeArtefacts& out) {
        const size_t errors = sink_.error_count();
        const DeviceTree tree = node_tree(plan_, node_, system_, hardware_);
        if (!prove_tree(tree, plan_, node_, hardware_, sink_)) return false;
        out.dtb = to_dtb(tree);
        out.dts = to_dts(tree);
        out.overlay = overlay_dts(plan_, node_, system_, hardware_);

        const bool kernel = load_kernel();
        const bool root = request_.root ? load_foreign_root() : load_components();
        if (sink_.error_count() != errors) return false;
        if (!kernel || !root) return true;  // notes said why
        if (!request_.root && !make_root(out)) return false;
        return place(out);
    }

private:
    void report(std::string_view id, const SourceSpan& where, std::string message,
                std::string hint) {
        sink_.report({id, where, std::move(message), {}, std::move(hint)});
    }

    bool load_kernel() {
        const KernelChoice& choice = request_.kernel;
        if (choice.kind == KernelKind::elf) {
            const std::string protocol = choice.protocol ? choice.protocol->value : "sel4";
            if (protocol != "mkl") {
                const SourceSpan& where = choice.protocol ? choice.protocol->where : choice.where;
                report("E542", where,
                       cat("node '", request_.name.value, "': boot protocol '", protocol,
                           "' is not packed by this version"),
                       "use `kernel: builtin`, or a kernel that takes a boot record with "
                       "`protocol: mkl`");
                return false;
            }
            if (const auto elf = inputs_.user_elf(*choice.elf, "kernel")) kernel_ = as_it_is(*elf);
            kernel_origin_ = {choice.elf->value, choice.elf->where};
            return kernel_.has_value();
        }
        const std::string_view name =
            choice.kind == KernelKind::builtin ? "kernel.elf" : "kernel-release.elf";
        if (const auto elf = inputs_.share_elf(name))
            kernel_ = repacked(*elf, nullptr, plan_.architecture);
        kernel_origin_ = {std::string{name}, {}};
        return kernel_.has_value();
    }

    bool load_foreign_root() {
        if (const auto elf = inputs_.user_elf(*request_.root, "root task")) root_ = as_it_is(*elf);
        return root_.has_value();
    }

    bool load_components() {
        bool all = true;
        for (size_t i = 0; i < system_.components.size(); i++) {
            const ComponentRequest& c = system_.components[i];
            if (c.node.value != request_.name.value) continue;
            auto elf = inputs_.user_elf(c.elf, cat("component '", c.name.value, "'"));
            all = all && elf.has_value();
            if (elf) images_.components.push_back({i, elf->bytes, std::move(elf->elf)});
        }
        if (!all) return false;
        const KernelAbi abi = classic_abi(plan_.architecture);
        images_.abi = abi.number;
        images_.stub = inputs_.share_file(cat("stub-", abi.name, ".bin"));
        initialiser_ = inputs_.share_elf(cat("initialiser-", abi.name, ".elf"));
        return images_.stub != nullptr && initialiser_.has_value();
    }

    /// root.elf of mkl's own: the initialiser and what it is to build.
    bool make_root(NodeArtefacts& out) {
        const auto spec = capdl::build_spec(plan_, node_, system_, hardware_, images_, sink_);
        if (!spec) return false;
        out.cdl = capdl::to_cdl(*spec);
        out.spec = std::make_shared<const Bytes>(capdl::to_binary(*spec));
        root_ = repacked(*initialiser_, out.spec, plan_.architecture);
        return true;
    }

    bool place(NodeArtefacts& out) {
        NodeParts parts;
        parts.kernel = &kernel_->elf;
        parts.root = &root_->elf;
        parts.kernel_origin = kernel_origin_;
        parts.dtb_size = out.dtb.size();
        parts.boot_record_size =
            write_boot_record(plan_, node_, system_, hardware_, NodeLayout{}).size();
        if (parts.boot_record_size > MKL_BOOT_MAX_SIZE) {
            report("E544", request_.where,
                   cat("boot record of node '", request_.name.value, "' has ",
                       parts.boot_record_size, " bytes, at most ", MKL_BOOT_MAX_SIZE, " fit"),
                   "give the node fewer devices, interrupts or pools");
            return false;
        }
        const auto layout = place_node(plan_.nodes[node_], parts, request_.where, sink_);
        if (!layout) return false;
        out.layout = *layout;
        out.boot_record = write_boot_record(plan_, node_, system_, hardware_, *layout);
        out.built = true;

        const std::string prefix = plan_.nodes[node_].name + "/";
        const auto add = [&](std::string_view name, uint32_t role, ByteRope data,
                             std::vector<mkl_payload_segment> segments) {
            out.files.push_back(
                {prefix + std::string{name}, role, std::move(data), std::move(segments)});
        };
        add("kernel.elf", MKL_ROLE_KERNEL, kernel_->data, kernel_segments(kernel_->elf, *layout));
        add("root.elf", MKL_ROLE_ROOT, root_->data, root_segments(root_->elf, *layout));
        const auto whole = [](PhysRange at) {
            return std::vector<mkl_payload_segment>{
                {at.base().value, at.size_bytes(), 0, at.size_bytes()}
            };
        };
        add("node.dtb", MKL_ROLE_DTB, ByteRope{out.dtb}, whole(layout->dtb));
        add("boot-record.bin", MKL_ROLE_BOOT_RECORD, ByteRope{out.boot_record},
            whole(layout->boot_record));
        return true;
    }

    const Plan& plan_;
    size_t node_;
    const System& system_;
    const Hardware& hardware_;
    Inputs& inputs_;
    DiagnosticSink& sink_;
    const NodeRequest& request_;
    std::optional<Program> kernel_, root_;
    std::optional<LoadedElf> initialiser_;
    ElfOrigin kernel_origin_;
    capdl::NodeImages images_;
};

}  // namespace

std::optional<Artefacts> make_artefacts(const Plan& plan, const System& system,
                                        const Hardware& hardware, FileSystem& files,
                                        const Share& share, DiagnosticSink& sink,
                                        const ArtefactOptions& options) {
    const size_t errors = sink.error_count();
    Inputs inputs{system, plan.architecture, files, share, sink, options};
    Artefacts artefacts;
    for (size_t i = 0; i < plan.nodes.size(); i++)
        NodeMaker{plan, i, system, hardware, inputs, sink}.make(artefacts.nodes.emplace_back());
    artefacts.board_dtb = std::make_shared<const Bytes>(to_dtb(hardware.tree));
    if (options.complete) artefacts.loader = inputs.share_file("elfloader.bin");
    if (sink.error_count() != errors) return std::nullopt;
    return artefacts;
}

std::vector<OutputFile> partition_files(const Plan& plan, const Artefacts& artefacts) {
    std::vector<OutputFile> files;
    for (size_t i = 0; i < plan.nodes.size(); i++) {
        const NodeArtefacts& node = artefacts.nodes[i];
        const std::string prefix = plan.nodes[i].name + "/";
        files.push_back({prefix + "node.dtb", ByteRope{node.dtb}});
        files.push_back({prefix + "node.dts", ByteRope{std::string_view{node.dts}}});
        files.push_back({prefix + "overlay.dts", ByteRope{std::string_view{node.overlay}}});
        if (!node.boot_record.empty())
            files.push_back({prefix + "boot-record.bin", ByteRope{node.boot_record}});
    }
    return files;
}

}  // namespace mkl
