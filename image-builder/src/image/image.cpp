// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/image/image.hpp"

#include <algorithm>
#include <cstring>

#include "manifest.hpp"
#include "mkl/formats/cpio.hpp"
#include "mkl/formats/elf.hpp"
#include "mkl/formats/firmware_image.hpp"
#include "mkl/formats/fit.hpp"
#include "mkl/support/text.hpp"
#include "payload.hpp"

namespace mkl {

namespace {

constexpr uint64_t page = MKL_PAGE_SIZE;
/// U-Boot CONFIG_SYS_BOOTM_LEN as packaged: bootm refuses a larger kernel. booti does not.
constexpr uint64_t bootm_limit = uint64_t{64} << 20;
constexpr std::string_view title = "mkl";

uint64_t round_up(uint64_t value) { return (value + page - 1) / page * page; }

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

        Image image;
        image.payload_size = payload_.archive.size();
        image.footprint = params_.scratch_offset + params_.scratch_size;
        const auto add = [&](std::string name, ByteRope content) {
            image.files.push_back({std::move(name), std::move(content)});
        };
        for (size_t i = 0; i < plan_.nodes.size(); i++)
            if (!artefacts_.nodes[i].cdl.empty())
                add(plan_.nodes[i].name + "/node.cdl",
                    ByteRope{std::string_view{artefacts_.nodes[i].cdl}});
        add("image.bin", blob_);
        add("image.elf", elf());
        const Fit fit = fit_description();
        if (blob_.size() + artefacts_.board_dtb->size() + page < fit_max_size)
            add("image.itb", write_fit(fit, options_.key));
        add("image.its", ByteRope{std::string_view{write_its(fit, options_.key)}});
        add("image.dtb", board_tree());
        if (options_.key)
            add("image-key.dtsi", ByteRope{std::string_view{key_source(*options_.key)}});
        const uint64_t base = plan_.loader.base().value;
        if (base <= UINT32_MAX && blob_.size() <= UINT32_MAX)
            add("image.uimg", write_uimage(plan_.architecture, title, base, base, blob_));
        add("boot.scr", write_boot_script(plan_.architecture, title, boot_commands()));
        add_manifest(image);
        return image;
    }

private:
    void fail(std::string_view id, SourceSpan where, std::string message, std::string hint) {
        sink_.report({id, std::move(where), std::move(message), {}, std::move(hint)});
    }

    bool loader_is_sound() {
        const Bytes& loader = *artefacts_.loader;
        const bool long_enough = loader.size() >= MKL_LOADER_PARAMS_OFFSET + sizeof params_;
        if (long_enough)
            std::memcpy(&params_, loader.data() + MKL_LOADER_PARAMS_OFFSET, sizeof params_);
        if (!long_enough || params_.magic != MKL_LOADER_MAGIC ||
            params_.major != MKL_LOADER_MAJOR ||
            params_.arch != info(plan_.architecture).abi_number ||
            params_.image_size < loader.size() || params_.image_size % page != 0 ||
            params_.image_size > UINT32_MAX || params_.scratch_size % page != 0) {
            fail("E570", {},
                 cat("mkl's own loader '", info(plan_.architecture).name, "/elfloader.bin' (",
                     size_text(loader.size()), ") is not the one that belongs to this mkl"),
                 "install mkl again, with its programs");
            return false;
        }
        return true;
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

    /// Loader with its parameters, and the archive behind it.
    bool pack() {
        params_.run_base = plan_.loader.base().value;
        params_.footprint = plan_.loader.size_bytes();
        params_.payload_offset = params_.image_size;
        params_.payload_size = payload_.archive.size();
        params_.scratch_offset = round_up(params_.payload_offset + params_.payload_size);
        params_.table_offset = payload_.table_offset;
        params_.table_size = payload_.table_size;
        std::memcpy(params_.table_sha256, payload_.table_digest.data(),
                    payload_.table_digest.size());
        const uint64_t need = params_.scratch_offset + params_.scratch_size;
        if (need > params_.footprint) {
            SourceSpan where = system_.loader ? system_.loader->where : system_.where;
            fail("E571", std::move(where),
                 cat("the loader with its payload needs ", size_text(need), " (loader ",
                     size_text(params_.image_size), ", payload ", size_text(params_.payload_size),
                     ", scratch ", size_text(params_.scratch_size), "), the plan gives it ",
                     size_text(params_.footprint), " at ", hex(params_.run_base)),
                 cat("loader: {size: ", (need + (1u << 20) - 1) >> 20, "M}"));
            return false;
        }
        Bytes loader = *artefacts_.loader;
        loader.resize(static_cast<size_t>(params_.image_size));
        complete_image_header(plan_.architecture, loader, need);
        complete_efi_header(loader, params_.payload_offset + params_.payload_size, need);
        std::memcpy(loader.data() + MKL_LOADER_PARAMS_OFFSET, &params_, sizeof params_);
        blob_ = ByteRope{std::move(loader)};
        blob_.append(payload_.archive);
        blob_digest_ = sha256(blob_);
        if (blob_.size() > bootm_limit)
            sink_.report({"W573",
                          system_.where,
                          cat("image.bin has ", size_text(blob_.size()), ": U-Boot's bootm takes ",
                              size_text(bootm_limit),
                              " as one kernel unless it was built with a larger limit"),
                          {},
                          "boot image.bin with booti"});
        return true;
    }

    ByteRope elf() const {
        NewElfSegment segment;
        segment.data = blob_;
        segment.vaddr = segment.paddr = params_.run_base;
        segment.memory_size = blob_.size();
        segment.flags = elf_readable | elf_writable | elf_executable;
        return write_elf(plan_.architecture, params_.run_base, {segment}).bytes;
    }

    Fit fit_description() const {
        Fit fit;
        fit.description = cat(title, ": ", plan_.nodes.size(), " node(s)");
        fit.architecture = plan_.architecture;
        FitImage kernel;
        kernel.node = "kernel";
        kernel.description = "loader and payload";
        kernel.type = "kernel";
        kernel.file = "image.bin";
        kernel.data = blob_;
        kernel.digest = blob_digest_;
        kernel.load = kernel.entry = plan_.loader.base().value;
        fit.images.push_back(std::move(kernel));
        FitImage tree;
        tree.node = "fdt";
        tree.description = "the board's device tree, as mkl read it";
        tree.type = "flat_dt";
        tree.file = "image.dtb";
        tree.data = board_tree();
        tree.digest = sha256(tree.data);
        fit.images.push_back(std::move(tree));
        FitConfiguration conf;
        conf.node = "conf";
        conf.description = hardware_.model.empty() ? "mkl" : hardware_.model;
        conf.kernel = "kernel";
        conf.fdt = "fdt";
        conf.compatible = hardware_.tree.root.texts("compatible");
        fit.configurations.push_back(std::move(conf));
        return fit;
    }

    ByteRope board_tree() const {
        ByteRope tree;
        tree.append(artefacts_.board_dtb);
        return tree;
    }

    static std::string key_source(const SigningKey& key) {
        return cat(
            "// The public key that image.itb is signed with. Part of U-Boot's own tree, with\n"
            "// CONFIG_FIT_SIGNATURE, it makes bootm refuse every other FIT.\n",
            key.public_source());
    }

    /// docs/boot-interface.md, "boot.scr": image.itb from the boot device, or already at
    /// mkl_addr; the tree that U-Boot itself runs on goes to the loader for comparison.
    static std::string_view boot_commands() {
        return "# image.itb: from where this script came from, or already in RAM at ${mkl_addr}\n"
               "if test -z \"${mkl_addr}\"; then setenv mkl_addr ${kernel_addr_r}; fi\n"
               "if test -n \"${devtype}\"; then load ${devtype} ${devnum}:${distro_bootpart} "
               "${mkl_addr} ${prefix}image.itb; fi\n"
               "bootm ${mkl_addr}#conf - ${fdtcontroladdr}\n";
    }

    void add_manifest(Image& image) const {
        const std::string text =
            manifest_text(plan_, artefacts_, payload_, image.files, blob_digest_, plan_.loader);
        image.files.push_back({"manifest.json", ByteRope{std::string_view{text}}, true});
    }

    const Plan& plan_;
    const System& system_;
    const Hardware& hardware_;
    const Artefacts& artefacts_;
    DiagnosticSink& sink_;
    const ImageOptions& options_;
    Payload payload_;
    mkl_loader_params params_{};
    ByteRope blob_;
    Sha256 blob_digest_{};
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
