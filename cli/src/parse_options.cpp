// SPDX-License-Identifier: BSD-2-Clause
// The only file that includes CLI11 (its header alone takes seconds to compile); its exceptions
// end here.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "commands.hpp"
#include "mkl/support/text.hpp"

namespace mkl::cli {

namespace {

// The value of --uboot is optional and joined by '=': CLI11 would take the next word for it.
std::vector<std::string> arguments(int argc, char** argv) {
    std::vector<std::string> out;
    for (int i = argc - 1; i > 0; i--) {  // CLI11 wants them last first
        const std::string_view word = argv[i];
        out.emplace_back(word == "--uboot" ? "--uboot=fit" : word);
    }
    return out;
}

// What CLI11 fills, per command; moved to Options by name of the command that was given.
struct Raw {
    std::string system, image, status, thing, out, node, sign, key, format = "text", uboot;
    std::vector<std::string> set, expect;
    bool elf = false, map = false, lock = false, gdb = false, timeline = false, dry_run = false;
    double timeout = -1;
    std::string second;
    uint64_t bootm_limit = usual_bootm_limit;
};

/// "" or what is wrong with a number of seconds.
std::string check_seconds(const std::string& text) {
    constexpr double most = 1e9;  // thirty years; a clock can add it
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    const bool good = end == text.c_str() + text.size() && value > 0 && value <= most;
    return good ? "" : "'" + text + "' is no number of seconds above 0";
}

void add_qemu_options(CLI::App& app, Raw& raw) {
    app.add_option("--uboot", raw.uboot, "Boot through U-Boot: fit (default), booti or uimage")
        ->type_name("[=KIND]")
        ->check(CLI::IsMember({"fit", "booti", "uimage"}));
    app.add_flag("--elf", raw.elf,
                 "Start image.elf, which comes without a tree and at EL3 if "
                 "there is one")
        ->excludes("--uboot");
    app.add_option("--timeout", raw.timeout,
                   "Seconds until QEMU is ended (default 60 with --expect, none without)")
        ->check(check_seconds);
    app.add_option("--expect", raw.expect,
                   "Part of one node's line to wait for; repeatable, in any order")
        ->expected(1)
        ->take_all();
    app.add_flag("--gdb", raw.gdb, "Stop before the first instruction and wait for a debugger");
    app.add_flag("--timeline", raw.timeline, "Print when each node reached each stage");
    app.add_flag("--dry-run", raw.dry_run, "Print QEMU's command line and do not run it");
}

/// An unset shell variable in quotes.
std::string not_empty(const std::string& value) { return value.empty() ? "it is empty" : ""; }

void add_options(CLI::App& app, const Command& command, Raw& raw) {
    const unsigned takes = command.takes;
    if (takes & takes_thing)
        app.add_option("thing", raw.thing,
                       "Device, address, \"irq N\", \"cpu N\", or a name of the description")
            ->required()
            ->type_name("THING");
    if (takes & takes_id)
        app.add_option("id", raw.thing, "A finding, such as E203")->required()->type_name("ID");
    if (takes & takes_system)
        app.add_option("system", raw.system, "System description")
            ->required()
            ->type_name("SYSTEM.yaml");
    if (takes & takes_image) {
        auto* image =
            app.add_option("image", raw.image, "image.elf, image.bin, image.itb or image.uimg");
        image->type_name("IMAGE");
        if (!(takes & takes_status)) image->required();
    }
    if (takes & takes_system_option)
        app.add_option("--system", raw.system, "Prove also that the image is what this describes")
            ->type_name("SYSTEM.yaml");
    if (takes & takes_key)
        app.add_option("--key", raw.key,
                       "Prove also that this key (PEM, public or private) signed the FIT")
            ->type_name("KEY");
    if (takes & takes_status)
        app.add_option("--status", raw.status, "RAM dump whose status table is printed")
            ->type_name("FILE");
    if (takes & (takes_out | takes_out_required)) {
        auto* out = app.add_option("-o,--output", raw.out, "Directory for what is written");
        out->check(not_empty)->type_name("DIR");
        if (takes & takes_out_required) out->required();
    }
    if (takes & takes_map_lock) {
        app.add_flag("--map", raw.map, "Print the map of memory, devices and interrupts");
        app.add_flag("--lock", raw.lock, "Keep addresses in SYSTEM.lock beside the YAML");
    }
    if (takes & takes_node)
        app.add_option("--node", raw.node, "Also why this node has it, or has it not")
            ->check(not_empty)
            ->type_name("N");
    if (takes & takes_sign) {
        app.add_option("--sign", raw.sign, "Private key (PEM) to sign the FIT with")
            ->type_name("KEY");
        app.add_option("--second", raw.second, "Another system for image.itb, as conf-b")
            ->type_name("SYSTEM.yaml");
    }
    if (takes & (takes_sign | takes_qemu))
        app.add_option("--bootm-limit", raw.bootm_limit,
                       "Bytes that U-Boot's bootm takes as one kernel (default 64M)")
            ->transform(CLI::AsSizeValue{false})
            ->type_name("SIZE");
    if (takes & takes_qemu) add_qemu_options(app, raw);
    if (takes & (takes_system | takes_system_option))
        app.add_option("--set", raw.set,
                       "Change one value before reading: KEY is a dotted YAML path")
            ->expected(1)
            ->take_all()
            ->type_name("KEY=VALUE");
    app.add_option("--format", raw.format, "How findings are printed: text, json or sarif")
        ->check(CLI::IsMember({"text", "json", "sarif"}))
        ->type_name("FORMAT");
}

// nullopt after a message: the setting has no '='.
std::optional<std::vector<Setting>> settings(const std::vector<std::string>& raw) {
    std::vector<Setting> out;
    for (const std::string& s : raw) {
        const size_t equals = s.find('=');
        if (equals == 0 || equals == std::string::npos) {
            std::cerr << "mkl: --set takes KEY=VALUE, not '" << s << "'\n";
            return std::nullopt;
        }
        out.push_back({s.substr(0, equals), s.substr(equals + 1)});
    }
    return out;
}

QemuOptions qemu_options(const Raw& raw, bool uboot_given) {
    QemuOptions q;
    if (raw.elf) q.boot = QemuBoot::elf;
    if (uboot_given)
        q.boot = raw.uboot == "booti"    ? QemuBoot::booti
                 : raw.uboot == "uimage" ? QemuBoot::uimage
                                         : QemuBoot::fit;
    if (raw.timeout > 0) q.timeout_s = raw.timeout;
    q.expect = raw.expect;
    q.gdb = raw.gdb;
    q.timeline = raw.timeline;
    q.dry_run = raw.dry_run;
    return q;
}

// CLI11 says only that a subcommand is required when one is misspelt.
int report_usage(const CLI::ParseError& e, const CLI::App& app, int argc, char** argv) {
    if (argc > 1 && argv[1][0] != '-' && app.get_subcommands().empty()) {
        std::vector<std::string> names;
        for (const Command& c : commands()) names.emplace_back(c.name);
        const std::string near = did_you_mean(argv[1], names);
        std::cerr << "mkl: no command '" << argv[1] << "'"
                  << (near.empty() ? "" : "; did you mean '" + near + "'?") << "\n";
    } else {
        std::cerr << "mkl: " << e.what() << "\n";
    }
    const auto given = app.get_subcommands();
    std::cerr << "See: mkl " << (given.empty() ? "" : given.front()->get_name() + " ")
              << "--help\n";
    return exit_usage;
}

}  // namespace

Parsed parse_options(int argc, char** argv) {
    CLI::App app{"mkl: one YAML file in, one bootable image of seL4-style kernels out", "mkl"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "mkl " MKL_VERSION);
    Raw raw;
    for (const Command& c : commands())
        add_options(*app.add_subcommand(std::string{c.name}, std::string{c.summary}), c, raw);
    try {
        app.parse(arguments(argc, argv));
    } catch (const CLI::Success& e) {  // --help, --version
        return {{}, app.exit(e)};
    } catch (const CLI::ParseError& e) {
        return {{}, report_usage(e, app, argc, argv)};
    }

    const CLI::App* given = app.get_subcommands().front();
    Parsed parsed;
    Options& o = parsed.options;
    o.command = given->get_name();
    o.system = raw.system;
    o.image = raw.image;
    o.status = raw.status;
    o.thing = raw.thing;
    o.out = raw.out;
    o.node = raw.node;
    o.sign = raw.sign;
    o.key = raw.key;
    o.second = raw.second;
    o.bootm_limit = raw.bootm_limit;
    o.map = raw.map;
    o.lock = raw.lock;
    o.format = raw.format == "json"    ? Format::json
               : raw.format == "sarif" ? Format::sarif
                                       : Format::text;
    const auto* uboot = given->get_option_no_throw("--uboot");
    o.qemu = qemu_options(raw, uboot && uboot->count() != 0);
    if ((given->get_option_no_throw("--status") != nullptr) && o.image.empty() &&
        o.status.empty()) {
        std::cerr << "mkl: inspect takes an IMAGE, or --status FILE\n";
        parsed.exit_status = exit_usage;
        return parsed;
    }
    const auto set = settings(raw.set);
    if (!set) {
        parsed.exit_status = exit_usage;
        return parsed;
    }
    o.set = *set;
    return parsed;
}

}  // namespace mkl::cli
