// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/artefacts/artefacts.hpp"

#include "exports.hpp"
#include "inputs.hpp"
#include "kernel_build.hpp"
#include "layout.hpp"
#include "mkl/artefacts/records.hpp"
#include "mkl/capdl/build.hpp"
#include "mkl/capdl/write.hpp"
#include "mkl/emit/emit.hpp"
#include "mkl/sel4/loader_info.hpp"
#include "mkl/support/text.hpp"
#include "node_kernel.hpp"
#include "room.hpp"

namespace mkl {

namespace {

/// A node on its way from the plan to its artefacts.
class NodeMaker {
public:
    NodeMaker(const Plan& plan, size_t node, const System& system, const Hardware& hardware,
              FileSystem& files, Inputs& inputs, const ArtefactOptions& options,
              DiagnosticSink& sink)
        : plan_{plan}, node_{node}, system_{system}, hardware_{hardware}, files_{files},
          inputs_{inputs}, options_{options}, sink_{sink}, request_{system.nodes[node]} {}

    /// False if an error was reported. An ELF that may be missing leaves `built` false.
    bool make(NodeArtefacts& out) {
        const size_t errors = sink_.error_count();
        tree_ = node_tree(plan_, node_, system_, hardware_);
        if (!prove_tree(tree_, plan_, node_, hardware_, sink_)) return false;
        out.dtb = to_dtb(tree_);
        out.dts = to_dts(tree_);
        if (!make_sources(out)) return false;
        if (!build(out)) return false;
        if (!is_stale(out)) kernel_ = load_kernel(plan_, node_, system_, hardware_, inputs_, sink_);
        const bool root = request_.root ? load_foreign_root() : load_components();
        if (sink_.error_count() != errors) return false;
        if (request_.root) write_exports(plan_, node_, system_, out);
        if (!kernel_ || !root) return true;  // notes said why
        if (!request_.root && !make_root(out)) return false;
        return place(out);
    }

private:
    void report(std::string_view id, const SourceSpan& where, std::string message,
                std::string hint) {
        sink_.report({id, where, std::move(message), {}, std::move(hint)});
    }

    /// What the node's kernel is built from, if it is the user's.
    bool make_sources(NodeArtefacts& out) {
        std::optional<std::string> base;
        if (request_.kernel.tree)
            base = inputs_.user_text(*request_.kernel.tree, "tree of the kernel");
        auto sources = kernel_sources(plan_, node_, system_, hardware_, base, sink_);
        if (!sources) return false;
        out.overlay = std::move(sources->overlay);
        out.kernel_dts = std::move(sources->kernel_dts);
        return true;
    }

    bool build(const NodeArtefacts& out) {
        if (!options_.complete || request_.kernel.build.empty()) return true;
        return build_kernel(system_, request_, {out.overlay, out.kernel_dts, out.dtb}, options_.out,
                            sink_);
    }

    /// An error; or a note, if `mkl image` will build it again.
    bool is_stale(const NodeArtefacts& out) {
        const KernelChoice& kernel = request_.kernel;
        if (!kernel.elf || is_current(system_, request_, out.overlay, files_)) return false;
        const std::string what = cat("'", kernel.elf->value,
                                     "' was built from another overlay.dts "
                                     "than that of node '",
                                     request_.name.value, "'");
        if (kernel.build.empty())
            report("E547", kernel.elf->where, what,
                   cat("build it again with ", request_.name.value,
                       "/overlay.dts, which `mkl partition -o DIR` writes to DIR"));
        else
            report("N541", kernel.elf->where, cat(what, ": `mkl image` builds it again"),
                   "run `mkl image` to build it now");
        return true;
    }

    bool load_foreign_root() {
        const auto elf = inputs_.user_elf(*request_.root, "root task");
        if (!elf || !kernel_) return false;
        const auto shim = inputs_.share_elf(cat("shim-", kernel_->abi.name, ".elf"));
        if (!shim) return false;
        root_ = behind_shim(*elf, *shim, plan_.architecture);
        if (!root_)
            report("E546", request_.root->where,
                   cat("root task '", request_.root->value, "' begins at ",
                       hex(elf->elf.virt_base()), "; the root shim needs ",
                       hex(shim->elf.virt_end()), " bytes above ", hex(shim_lowest), " below it"),
                   "link the root task higher");
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
        if (!kernel_) return false;
        const sel4::Abi abi = kernel_->abi;
        images_.abi = abi.number;
        images_.offer = kernel_->offer;
        images_.stub = inputs_.share_file(cat("stub-", abi.name, ".bin"));
        initialiser_ = inputs_.share_elf(cat("initialiser-", abi.name, ".elf"));
        return images_.stub != nullptr && initialiser_.has_value();
    }

    /// root.elf of mkl's own: the initialiser and what it is to build.
    bool make_root(NodeArtefacts& out) {
        const auto spec = capdl::build_spec(plan_, node_, system_, hardware_, images_, sink_);
        if (!spec) return false;
        objects_ = spec->objects.size();
        spec_ = *spec;
        out.cdl = capdl::to_cdl(*spec);
        out.capdl_json = capdl::to_json(*spec);
        out.json_extension = capdl::needs_extension(*spec);
        out.spec = capdl::to_binary(*spec);
        root_ = repacked(*initialiser_, out.spec, plan_.architecture);
        return true;
    }

    bool place(NodeArtefacts& out) {
        const bool record_in_tree = kernel_->protocol != MKL_PROTOCOL_MKL;
        NodeParts parts;
        parts.kernel = &kernel_->program.elf;
        parts.root = &root_->elf;
        parts.kernel_origin = kernel_->origin;
        parts.protocol = kernel_->protocol;
        const uint64_t record_size =
            write_boot_record(plan_, node_, system_, hardware_, NodeLayout{}).size();
        if (record_size > MKL_BOOT_MAX_SIZE) {
            report("E544", request_.where,
                   cat("boot record of node '", request_.name.value, "' has ", record_size,
                       " bytes, at most ", MKL_BOOT_MAX_SIZE, " fit"),
                   "give the node fewer devices, interrupts or pools");
            return false;
        }
        if (record_in_tree) {  // its size does not depend on what it says
            DeviceTree with_room = tree_;
            add_boot_record(with_room, Bytes(static_cast<size_t>(record_size)));
            parts.dtb_size = to_dtb(with_room).size();
        } else {
            parts.dtb_size = out.dtb.size();
            parts.boot_record_size = record_size;
        }
        const auto layout = place_node(plan_.nodes[node_], parts, request_.where, sink_);
        if (!layout) return false;
        out.layout = *layout;
        if (kernel_->sel4 && !make_room(out.layout)) return false;
        if (kernel_->protocol == MKL_PROTOCOL_LOADER_INFO) {
            out.layout.kept_from = sel4::kept_from(plan_, node_);
            if (!make_info(out.layout)) return false;
        }
        if (plan_.architecture == Architecture::aarch64)
            out.layout.level = kernel_->at_el2() ? MKL_EL_2 : MKL_EL_1;
        if (kernel_->at_el2() && kernel_->sel4->config.pa_bits == 44)
            out.layout.flags |= MKL_NODE_PA_44;
        out.boot_record = write_boot_record(plan_, node_, system_, hardware_, out.layout);
        if (spec_ && !check_allocation(*spec_,
                                       node_room(*kernel_, *spec_, out.layout, out.boot_record,
                                                 plan_.architecture),
                                       request_.where, sink_))
            return false;
        if (record_in_tree) {
            add_boot_record(tree_, out.boot_record);
            out.dtb = to_dtb(tree_);
            out.dts = to_dts(tree_);
        }
        out.built = true;
        add_files(out);
        return place_files(out);
    }

    /// `files:` of the node, behind what it boots from.
    bool place_files(NodeArtefacts& out) {
        for (const PlanFile& f : plan_.nodes[node_].files) {
            const FileRequest& file = system_.files[f.file];
            if (!options_.complete) {  // not read before they are packed
                if (!file.bytes)
                    report("N541", file.path.where,
                           cat("file '", file.path.value, "' is not there yet"),
                           "make it before `mkl image`; the path is relative to the YAML file");
                continue;
            }
            auto bytes = inputs_.user_bytes(file.path, cat("file '", file.name.value, "'"),
                                            f.range.size_bytes());
            if (bytes == nullptr) return false;
            PlacedFile placed;
            placed.name = cat(plan_.nodes[node_].name, "/files/", file.name.value);
            placed.role = MKL_ROLE_FILE;
            placed.segments = {
                {f.range.base().value, f.range.size_bytes(), 0, bytes->size()}
            };
            placed.data.append(std::move(bytes));
            out.files.push_back(std::move(placed));
        }
        return true;
    }

    /// For a kernel that knows only what it was built with.
    bool make_room(NodeLayout& layout) {
        sel4::Room room{layout.root, plan_.nodes[node_].kernel_ram(), objects_, request_.where,
                        plan_.nodes[node_].name};
        if (kernel_->protocol == MKL_PROTOCOL_LOADER_INFO)
            return check_room(*kernel_->sel4, room, sink_);
        const auto end = fit_untypeds(*kernel_->sel4, room, sink_);
        if (end) layout.root = room.root = PhysRange::between(room.root.base(), PhysAddr{*end});
        layout.used = PhysRange::between(layout.used.base(), layout.root.end());
        return end && check_room(*kernel_->sel4, room, sink_);
    }

    bool make_info(const NodeLayout& layout) {
        auto page = sel4::loader_info(
            plan_, node_,
            {layout.kernel, layout.root, layout.root_virt, layout.root_entry, layout.info},
            request_.where, sink_);
        if (page) info_ = std::move(*page);
        return page.has_value();
    }

    void add_files(NodeArtefacts& out) const {
        const std::string prefix = plan_.nodes[node_].name + "/";
        const NodeLayout& layout = out.layout;
        const auto add = [&](std::string_view name, uint32_t role, ByteRope data,
                             std::vector<mkl_payload_segment> segments) {
            out.files.push_back(
                {prefix + std::string{name}, role, std::move(data), std::move(segments)});
        };
        add("kernel.elf", MKL_ROLE_KERNEL, kernel_->program.data,
            kernel_segments(kernel_->program.elf, layout));
        add("root.elf", MKL_ROLE_ROOT, root_->data, root_segments(root_->elf, layout));
        const auto whole = [](PhysRange at) {
            return std::vector<mkl_payload_segment>{
                {at.base().value, at.size_bytes(), 0, at.size_bytes()}
            };
        };
        std::vector<mkl_payload_segment> tree = whole(layout.dtb);
        tree[0].memory_size = layout.tree_size();
        add("node.dtb", MKL_ROLE_DTB, ByteRope{out.dtb}, std::move(tree));
        if (!layout.boot_record.empty())
            add("boot-record.bin", MKL_ROLE_BOOT_RECORD, ByteRope{out.boot_record},
                whole(layout.boot_record));
        if (!layout.info.empty())
            add("loader-info.bin", MKL_ROLE_LOADER_INFO, ByteRope{info_}, whole(layout.info));
    }

    const Plan& plan_;
    size_t node_;
    const System& system_;
    const Hardware& hardware_;
    FileSystem& files_;
    Inputs& inputs_;
    const ArtefactOptions& options_;
    DiagnosticSink& sink_;
    const NodeRequest& request_;
    DeviceTree tree_;
    std::optional<NodeKernel> kernel_;
    std::optional<Program> root_;
    std::optional<LoadedElf> initialiser_;
    uint64_t objects_ = 0;  ///< in the node's spec
    Bytes info_;            ///< loader info page
    std::optional<capdl::Spec> spec_;
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
        NodeMaker{plan, i, system, hardware, files, inputs, options, sink}.make(
            artefacts.nodes.emplace_back());
    artefacts.inputs = inputs.all();
    artefacts.board_dtb = std::make_shared<const Content>(to_dtb(hardware.tree));
    if (options.complete) artefacts.loader = inputs.share_file("elfloader.bin");
    if (sink.error_count() != errors) return std::nullopt;
    return artefacts;
}

bool inputs_are_unchanged(const Artefacts& artefacts, DiagnosticSink& sink) {
    bool good = true;
    for (const auto& [path, content] : artefacts.inputs) {
        if (!content->changed()) continue;
        sink.report({"E549", {}, cat("'", path.string(), "' changed while mkl was reading it")});
        good = false;
    }
    return good;
}

std::vector<OutputFile> partition_files(const Plan& plan, const Artefacts& artefacts) {
    std::vector<OutputFile> files;
    for (size_t i = 0; i < plan.nodes.size(); i++) {
        const NodeArtefacts& node = artefacts.nodes[i];
        const std::string prefix = plan.nodes[i].name + "/";
        files.push_back({prefix + "node.dtb", ByteRope{node.dtb}});
        files.push_back({prefix + "node.dts", ByteRope{std::string_view{node.dts}}});
        files.push_back({prefix + "overlay.dts", ByteRope{std::string_view{node.overlay}}});
        if (!node.kernel_dts.empty())
            files.push_back({prefix + "kernel.dts", ByteRope{std::string_view{node.kernel_dts}}});
        if (!node.exports_h.empty()) {
            files.push_back({prefix + "exports.h", ByteRope{std::string_view{node.exports_h}}});
            files.push_back(
                {prefix + "exports.json", ByteRope{std::string_view{node.exports_json}}});
        }
        if (!node.boot_record.empty())
            files.push_back({prefix + "boot-record.bin", ByteRope{node.boot_record}});
    }
    return files;
}

}  // namespace mkl
