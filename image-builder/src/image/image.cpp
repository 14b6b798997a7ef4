// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/image/image.hpp"

#include <algorithm>
#include <cstring>

#include "fit.hpp"
#include "manifest.hpp"
#include "mkl/formats/cpio.hpp"
#include "mkl/formats/elf.hpp"
#include "mkl/formats/firmware_image.hpp"
#include "mkl/formats/fit.hpp"
#include "mkl/support/text.hpp"
#include "pack.hpp"
#include "payload.hpp"

namespace mkl {

namespace {

constexpr uint64_t page = MKL_PAGE_SIZE;
constexpr std::string_view title = "mkl";

uint64_t size_of(const Fit& fit) {
    uint64_t size = 0;
    for (const FitImage& image : fit.images) size += image.data.size();
    return size;
}

class ImageMaker {
public:
    ImageMaker(const Plan& plan, const System& system, const Hardware& hardware,
               const Artefacts& artefacts, DiagnosticSink& sink, const ImageOptions& options)
        : plan_{plan}, system_{system}, hardware_{hardware},
          artefacts_{artefacts}, sink_{sink}, options_{options} {}

    std::optional<Image> make() {
        if (!loader_is_sound() || !entries_are_small()) return std::nullopt;
        payload_ = make_payload(plan_, system_, hardware_, artefacts_);
        if (!pack()) return std::nullopt;
        describe_fit();

        Image image;
        image.payload_size = payload_.archive.size();
        image.footprint = packed_.need;
        const auto add = [&](std::string name, ByteRope content) {
            image.files.push_back({std::move(name), std::move(content)});
        };
        for (size_t i = 0; i < plan_.nodes.size(); i++) {
            const NodeArtefacts& node = artefacts_.nodes[i];
            if (node.cdl.empty()) continue;
            const std::string prefix = plan_.nodes[i].name + "/";
            add(prefix + "node.cdl", ByteRope{std::string_view{node.cdl}});
            add(prefix + (node.json_extension ? "node.extended.json" : "node.capdl.json"),
                ByteRope{std::string_view{node.capdl_json}});
        }
        add("image.bin", packed_.blob);
        add("image.elf", elf());
        const Fit fit = options_.second ? join_fits(fit_.fit, options_.second->fit) : fit_.fit;
        if (size_of(fit) + page * fit.images.size() < fit_max_size)
            add("image.itb", write_fit(fit, options_.key));
        add("image.its", ByteRope{std::string_view{write_its(fit, options_.key)}});
        for (OutputFile& file : fit_.files) image.files.push_back(std::move(file));
        if (options_.key)
            add("image-key.dtsi", ByteRope{std::string_view{key_source(*options_.key)}});
        const uint64_t base = plan_.loader.base().value;
        if (base <= UINT32_MAX && packed_.blob.size() <= UINT32_MAX)
            add("image.uimg", write_uimage(plan_.architecture, title, base, base, packed_.blob));
        add("boot.scr", write_boot_script(plan_.architecture, title,
                                          boot_commands(fit.configurations.front().node)));
        add_manifest(image);
        image.fit = std::move(fit_.fit);
        return image;
    }

private:
    void fail(std::string_view id, SourceSpan where, std::string message, std::string hint) {
        sink_.report({id, std::move(where), std::move(message), {}, std::move(hint)});
    }

    bool loader_is_sound() {
        const std::span<const std::byte> loader = *artefacts_.loader;
        if (const auto params = loader_params(plan_.architecture, loader)) {
            params_ = *params;
            return true;
        }
        fail("E570", {},
             cat("mkl's own loader '", info(plan_.architecture).name, "/elfloader.bin' (",
                 size_text(loader.size()), ") is not the one that belongs to this mkl"),
             "install mkl again, with its programs");
        return false;
    }

    bool entries_are_small() {
        for (const NodeArtefacts& node : artefacts_.nodes)
            for (const PlacedFile& file : node.files)
                if (file.data.size() > cpio_max_entry) {
                    fail("E572", system_.where,
                         cat("'", file.name, "' has ", size_text(file.data.size()),
                             ", the archive holds files below 4 GiB"),
                         "leave debug information out of it");
                    return false;
                }
        return true;
    }

    bool pack() {
        packed_ = pack_image(plan_, artefacts_, params_, payload_);
        if (packed_.need <= packed_.params.footprint) return true;
        const mkl_loader_params& p = packed_.params;
        fail("E571", system_.loader ? system_.loader->where : system_.where,
             cat("the loader with its payload needs ", size_text(packed_.need), " (loader ",
                 size_text(p.image_size), ", payload ", size_text(p.payload_size), ", scratch ",
                 size_text(p.scratch_size), "), the plan gives it ", size_text(p.footprint), " at ",
                 hex(p.run_base)),
             cat("loader: {size: ", (packed_.need + (1u << 20) - 1) >> 20, "M}"));
        return false;
    }

    /// One kernel as far as bootm takes it, the nodes' files as loadables beyond that.
    void describe_fit() {
        const uint64_t limit = options_.bootm_limit;
        if (packed_.blob.size() <= limit) {
            fit_ = describe_whole_fit(plan_, hardware_, artefacts_, packed_);
            return;
        }
        auto split =
            describe_split_fit(plan_, system_, hardware_, artefacts_, params_, payload_, packed_);
        const bool fits = split && split->fit.images.front().data.size() <= limit;
        fit_ = fits ? std::move(*split) : describe_whole_fit(plan_, hardware_, artefacts_, packed_);
        sink_.report(
            {.id = "W573",
             .where = system_.where,
             .message = cat("image.bin has ", size_text(packed_.blob.size()),
                            ": U-Boot's bootm takes ", size_text(limit), " as one kernel",
                            fits ? ", so image.itb has the nodes' files as loadables; image.uimg "
                                   "cannot, and may be refused"
                                 : "; image.itb and image.uimg may be refused"),
             .hint = fits ? "boot image.itb, or image.bin with booti"
                          : "boot image.bin with booti, or give `loader:` more room, which the "
                            "loadables need"});
    }

    ByteRope elf() const {
        NewElfSegment segment;
        segment.data = packed_.blob;
        segment.vaddr = segment.paddr = packed_.params.run_base;
        segment.memory_size = packed_.blob.size();
        segment.flags = elf_readable | elf_writable | elf_executable;
        return write_elf(plan_.architecture, segment.vaddr, {segment}).bytes;
    }

    static std::string key_source(const SigningKey& key) {
        return cat(
            "// The public key that image.itb is signed with. Part of U-Boot's own tree, with\n"
            "// CONFIG_FIT_SIGNATURE, it makes bootm refuse every other FIT.\n",
            key.public_source());
    }

    /// docs/boot-interface.md, "boot.scr": image.itb from the boot device, or already at mkl_addr;
    /// configuration mkl_conf or the default one; the tree that U-Boot itself runs on goes to the
    /// loader for comparison.
    static std::string boot_commands(std::string_view configuration) {
        return cat("# image.itb: from where this script came from, or already in RAM at "
                   "${mkl_addr}\n"
                   "if test -z \"${mkl_addr}\"; then setenv mkl_addr ${kernel_addr_r}; fi\n"
                   "if test -z \"${mkl_conf}\"; then setenv mkl_conf ",
                   configuration,
                   "; fi\n"
                   "if test -n \"${devtype}\"; then load ${devtype} "
                   "${devnum}:${distro_bootpart} ${mkl_addr} ${prefix}image.itb; fi\n"
                   "bootm ${mkl_addr}#${mkl_conf} - ${fdtcontroladdr}\n");
    }

    void add_manifest(Image& image) const {
        const std::string text = manifest_text(plan_, artefacts_, payload_, image.files,
                                               packed_.blob, packed_.digest, plan_.loader);
        image.files.push_back({"manifest.json", ByteRope{std::string_view{text}}, true});
    }

    const Plan& plan_;
    const System& system_;
    const Hardware& hardware_;
    const Artefacts& artefacts_;
    DiagnosticSink& sink_;
    const ImageOptions& options_;
    Payload payload_;
    mkl_loader_params params_{};  ///< the loader's own part
    Packed packed_;
    FitFiles fit_;
};

}  // namespace

const OutputFile* Image::file(std::string_view path) const {
    const auto it = std::find_if(files.begin(), files.end(),
                                 [&](const OutputFile& f) { return f.path == path; });
    return it == files.end() ? nullptr : &*it;
}

std::optional<Image> make_image(const Plan& plan, const System& system, const Hardware& hardware,
                                const Artefacts& artefacts, DiagnosticSink& sink,
                                const ImageOptions& options) {
    return ImageMaker{plan, system, hardware, artefacts, sink, options}.make();
}

}  // namespace mkl
