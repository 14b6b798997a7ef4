// SPDX-License-Identifier: BSD-2-Clause
// What firmware does with the container: checksums, place, architecture, signature.
#include <algorithm>

#include "fit_signature.hpp"
#include "proof.hpp"

namespace mkl::verify {

namespace {

std::string called(const Container& c) {
    return c.configuration.empty() ? c.format : cat("FIT configuration '", c.configuration, "'");
}

void check_sums(const Container& c, Proof& proof) {
    constexpr std::string_view row = "the container's checksums agree";
    for (const ContainerSum& s : c.sums)
        proof.expect(row, s.agrees, "E601", "", [&] {
            return cat(s.what, " of the data is ", s.found, ", the header says ", s.expected);
        });
    for (const ContainerHash& h : c.hashes)
        proof.expect(row, sha256(h.data) == h.expected, "E601", "",
                     [&] { return cat(h.what, " of the data is another than the header says"); });
    for (const std::string& flaw : c.flaws)
        proof.expect("a FIT has what U-Boot checks", false, "E618", "", flaw);
}

// What mkl's loader asks for: anywhere in memory with 4 KiB pages (booting.rst); on RISC-V behind
// its firmware (boot-image-header.rst).
void check_header(const Container& c, uint32_t arch, Proof& proof) {
    const bool arm = arch == MKL_ARCH_AARCH64;
    const auto field = [&](std::string_view what, uint64_t at, uint64_t wanted) {
        const uint64_t found = c.flat.value<uint64_t>(at).value_or(~wanted);
        proof.expect("the Image header is the loader's", found == wanted, "E617", "", [&] {
            return cat("the Image header has ", what, " ", hex(found), ", the loader's is ",
                       hex(wanted));
        });
    };
    field("text offset", 8, arm ? 0 : 0x200000);
    field("flags", 24, arm ? 0xa : 0);
}

// The loader moves itself to where it runs; a header that says otherwise is not mkl's.
void check_place(const Container& c, Proof& proof) {
    std::string why;
    const auto params = read_params(c.flat, why);
    if (!params) return;  // E602, later
    constexpr std::string_view row = "firmware puts the loader where it runs";
    if (c.place) {
        proof.expect(row, c.place->load == params->run_base, "E617", "", [&] {
            return cat(called(c), " is loaded at ", hex(c.place->load), ", its loader runs at ",
                       hex(params->run_base));
        });
        proof.expect(row, c.place->entry == params->run_base, "E617", "", [&] {
            return cat(called(c), " is entered at ", hex(c.place->entry), ", its loader starts at ",
                       hex(params->run_base));
        });
    }
    const uint64_t needed = params->scratch_offset + params->scratch_size;
    const auto kept = c.flat.value<uint64_t>(16);  // image_size of both Image headers
    proof.expect("firmware keeps free what the loader uses",
                 kept && *kept >= needed && needed >= params->scratch_size, "E617", "", [&] {
                     return cat("the Image header asks firmware to keep ", hex(kept.value_or(0)),
                                " bytes free, the loader uses ", hex(needed));
                 });
    check_header(c, params->arch, proof);
    if (c.arch)
        proof.expect("the container is for the loader's architecture", *c.arch == params->arch,
                     "E617", "", [&] {
                         return cat(called(c), " is for architecture ", *c.arch,
                                    ", its loader is for ", params->arch);
                     });
}

void check_signed(const Container& c, Proof& proof) {
    if (c.signature)
        proof.expect("a signature covers all that is started", c.signature->flaw.empty(), "E619",
                     "",
                     [&] { return cat("the signature of ", called(c), " ", c.signature->flaw); });
    if (!proof.options().key) {
        if (c.signature)
            proof.claim(cat(called(c), " is signed by key '", c.signature->key,
                            "': that it was this key is proved with --key"));
        return;
    }
    const std::string why = c.configuration.empty() ? "only a FIT has a signature"
                            : !c.signature          ? "it has no signature"
                                           : check_signature(*c.signature, *proof.options().key);
    proof.expect("the configuration is signed by the key", why.empty(), "E619", "",
                 [&] { return cat(called(c), " is not signed by the given key: ", why); });
}

}  // namespace

void check_container(const Container& container, Proof& proof) {
    check_sums(container, proof);
    check_place(container, proof);
    check_signed(container, proof);
}

}  // namespace mkl::verify
