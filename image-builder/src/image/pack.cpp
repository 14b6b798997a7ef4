// SPDX-License-Identifier: BSD-2-Clause
#include "pack.hpp"

#include <cstring>

#include "mkl/formats/firmware_image.hpp"
#include "mkl/support/round.hpp"

namespace mkl {

uint64_t footprint_of(const mkl_loader_params& loader, uint64_t payload_size) {
    return round_up(loader.image_size + payload_size, MKL_PAGE_SIZE) + loader.scratch_size;
}

std::optional<mkl_loader_params> loader_params(Architecture architecture,
                                               std::span<const std::byte> loader) {
    mkl_loader_params p;
    if (loader.size() < MKL_LOADER_PARAMS_OFFSET + sizeof p) return std::nullopt;
    std::memcpy(&p, loader.data() + MKL_LOADER_PARAMS_OFFSET, sizeof p);
    const bool sound = p.magic == MKL_LOADER_MAGIC && p.major == MKL_LOADER_MAJOR &&
                       p.arch == info(architecture).abi_number && p.image_size >= loader.size() &&
                       p.image_size % MKL_PAGE_SIZE == 0 && p.image_size <= UINT32_MAX &&
                       p.scratch_size % MKL_PAGE_SIZE == 0;
    return sound ? std::optional{p} : std::nullopt;
}

Bytes loader_with(Architecture architecture, std::span<const std::byte> loader,
                  const mkl_loader_params& wanted) {
    mkl_loader_params p = wanted;
    // What the loader's build says of itself: up to scratch_size.
    std::memcpy(&p, loader.data() + MKL_LOADER_PARAMS_OFFSET,
                offsetof(mkl_loader_params, run_base));
    Bytes bytes{loader.begin(), loader.end()};
    bytes.resize(static_cast<size_t>(p.image_size));
    const uint64_t need = footprint_of(p, p.payload_size);
    complete_image_header(architecture, bytes, need);
    complete_efi_header(bytes, p.payload_offset + p.payload_size, need);
    std::memcpy(bytes.data() + MKL_LOADER_PARAMS_OFFSET, &p, sizeof p);
    return bytes;
}

Packed pack_image(const Plan& plan, const Artefacts& artefacts, const mkl_loader_params& loader,
                  const Payload& payload) {
    Packed out;
    out.params = loader;
    mkl_loader_params& p = out.params;
    p.run_base = plan.loader.base().value;
    p.footprint = plan.loader.size_bytes();
    p.payload_offset = p.image_size;
    p.payload_size = payload.archive.size();
    p.scratch_offset = round_up(p.payload_offset + p.payload_size, MKL_PAGE_SIZE);
    p.table_offset = payload.table_offset;
    p.table_size = payload.table_size;
    std::memcpy(p.table_sha256, payload.table_digest.data(), payload.table_digest.size());
    out.need = footprint_of(loader, p.payload_size);

    out.blob = ByteRope{loader_with(plan.architecture, *artefacts.loader, p)};
    out.blob.append(payload.archive);
    out.digest = sha256(out.blob);
    return out;
}

}  // namespace mkl
