// SPDX-License-Identifier: BSD-2-Clause
// mkl qemu: builds the image, boots it, shows consoles by node.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "mkl/emit/emit.hpp"
#include "mkl/support/outputs.hpp"
#include "mkl/support/temporary_directory.hpp"
#include "mkl/support/text.hpp"
#include "pipeline.hpp"

namespace mkl::cli {

namespace {

std::string command_line(const std::vector<std::string>& argv) {
    std::string out;
    for (const std::string& word : argv) out += (out.empty() ? "" : " ") + shell_quote(word);
    return out + "\n";
}

// Consoles go to stdout as they come; with --format json|sarif only the findings do.
void print_line(const Context& context, std::string_view line) {
    const auto print = [&] {
        std::FILE* stream = context.options.format == Format::text ? stdout : stderr;
        std::fwrite(line.data(), 1, line.size(), stream);
        std::fflush(stream);
    };
    if (context.progress)
        context.progress->around(print);
    else
        print();
}

std::string waiting_for(const QemuOptions& options) {
    std::string out;
    for (const std::string& text : options.expect)
        out += cat(out.empty() ? "waiting for \"" : ", \"", text, '"');
    if (!out.empty())
        out += cat(", at most ", static_cast<uint64_t>(options.timeout_s.value_or(qemu_timeout_s)),
                   " s");
    return out;
}

// Symbols of the loader where it runs; of each node's kernel at its own virtual addresses and, for
// its first instructions, at its physical ones; of its root task and components.
std::string debugger_script(const Decided& d, const Artefacts& artefacts) {
    const Share share = find_share();
    const Architecture arch = d.plan.architecture;
    std::vector<GdbNode> nodes;
    for (size_t i = 0; i < d.plan.nodes.size(); i++) {
        const NodeRequest& n = d.system.nodes[i];
        const NodeLayout& layout = artefacts.nodes[i].layout;
        const std::filesystem::path elf =
            n.kernel.elf ? d.system.resolve(n.kernel.elf->value)
                         : share.file(arch, n.kernel.kind == KernelKind::builtin_release
                                                ? "kernel-release.elf"
                                                : "kernel.elf");
        GdbNode node{n.name.value, d.plan.nodes[i].cpu_index, {{elf, 0}}};
        if (layout.kernel_virt != 0)
            node.symbols.push_back({elf, layout.kernel.base().value - layout.kernel_virt});
        if (n.root)
            node.symbols.push_back({d.system.resolve(n.root->value), 0});
        else if (!n.kernel.elf)
            node.symbols.push_back({share.file(arch, "initialiser-classic.elf"), 0});
        for (const ComponentRequest& c : d.system.components)
            if (c.node.value == n.name.value)
                node.symbols.push_back({d.system.resolve(c.elf.value), 0});
        nodes.push_back(std::move(node));
    }
    return gdb_script(QemuWiring{}.gdb_port,
                      {share.file(arch, "elfloader.elf"), d.plan.loader.base().value}, nodes);
}

void add_boot_files(std::vector<OutputFile>& files, const QemuRun& run,
                    const QemuOptions& options) {
    const auto address = uboot_image_address(run);
    if (!through_uboot(options.boot) || !address) return;
    if (run.plan.architecture == Architecture::riscv64) {
        ByteRope tree{to_dtb(uboot_tree(run.hardware.tree, options.boot, *address))};
        files.push_back({std::string{uboot_tree_name}, std::move(tree)});
    } else {
        files.push_back({std::string{uboot_environment_name},
                         ByteRope{std::string_view{uboot_environment(options.boot, *address)}}});
    }
}

}  // namespace

int run_qemu(Context& context) {
    const QemuOptions& options = context.options.qemu;
    const auto decided = decide(context);
    if (!decided) return exit_ok;
    QemuRun run{decided->plan, decided->system, decided->hardware, context.options.out, 0};
    TemporaryDirectory temporary;
    if (run.directory.empty() && !options.dry_run) {
        if (const int error = temporary.make(); error != 0) {
            context.sink.report(
                {.id = "E706",
                 .where = decided->system.board.where,
                 .message = cat("no temporary directory for the image: ", std::strerror(error)),
                 .notes = {},
                 .hint = "check TMPDIR, or name a directory with -o"});
            return exit_ok;
        }
        run.directory = temporary.path();
    }
    Options there = context.options;
    there.out = run.directory;
    Context building{there, context.files, context.catalogue, context.sink, {}, context.progress};
    auto built = build_image(building, *decided);
    if (!built) return exit_ok;
    if (const OutputFile* file = built->image.file(qemu_image_name(options.boot)))
        run.image_size = file->content.size();
    if (!run.directory.empty()) {
        std::vector<OutputFile> files = image_files(*decided, *built);
        add_boot_files(files, run, options);
        if (options.gdb)
            files.push_back({"mkl.gdb", ByteRope{std::string_view{
                                            debugger_script(*decided, built->artefacts)}}});
        if (!write_image(building, *decided, *built, files)) return exit_ok;
    }
    built.reset();

    if (options.dry_run) {
        if (const auto argv = qemu_arguments(run, options, {}, context.sink))
            context.out += command_line(*argv);
        return exit_ok;
    }
    if (options.gdb)
        print_line(context, cat("waiting for: gdb-multiarch -x ",
                                shell_quote((run.directory / "mkl.gdb").string()), "\n"));
    const Step step{context.progress, waiting_for(options)};
    const QemuOutcome outcome = run_in_qemu(
        run, options, [&](std::string_view line) { print_line(context, line); }, context.sink);
    return outcome == QemuOutcome::seen ? exit_ok : exit_not_seen;
}

}  // namespace mkl::cli
