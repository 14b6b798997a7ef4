// SPDX-License-Identifier: BSD-2-Clause
#include "pack.hpp"

#include <cstring>

#include "mkl/formats/firmware_image.hpp"
#include "mkl/support/round.hpp"

namespace mkl {

uint64_t footprint_of(const mkl_loader_params& loader, uint64_t payload_size) {
    return round_up(loader.image_size + payload_size, MKL_PAGE_SIZE) + loader.scratch_size;
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

    Bytes bytes{artefacts.loader->bytes().begin(), artefacts.loader->bytes().end()};
    bytes.resize(static_cast<size_t>(p.image_size));
    complete_image_header(plan.architecture, bytes, out.need);
    complete_efi_header(bytes, p.payload_offset + p.payload_size, out.need);
    std::memcpy(bytes.data() + MKL_LOADER_PARAMS_OFFSET, &p, sizeof p);
    out.blob = ByteRope{std::move(bytes)};
    out.blob.append(payload.archive);
    out.digest = sha256(out.blob);
    return out;
}

}  // namespace mkl
