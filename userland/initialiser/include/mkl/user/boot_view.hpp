// SPDX-License-Identifier: BSD-2-Clause
// Where a root task finds its boot record: as an extra boot info record of its own (built-in
// kernel), as /chosen/mkl,boot-record in the device tree record (unmodified seL4), or in the tree
// that is the end of its own image (kernels with loader info, which pass no tree on).
#pragma once

#include <stdint.h>

namespace mkl::user {

struct Bytes {
    uint8_t* data = nullptr;
    uint64_t size = 0;
};

struct FoundRecord {
    Bytes bytes;
    bool of_its_own = false;  ///< from the built-in kernel, not out of a device tree
    bool moved = false;       ///< by 4 bytes, over what is kept in `before`
    uint8_t before[4] = {};
};

/// The tree in the last pages of `image`, which starts and ends at multiples of 4 KiB; empty: it
/// ends otherwise.
Bytes tree_at_end(Bytes image);

/// `extra` is boot info's extra area, `image` the root image up to the IPC buffer. The bytes found
/// are 8-byte aligned: a record out of a device tree may be moved by 4 bytes inside `extra`, which
/// spoils that tree. Empty: there is none.
FoundRecord find_boot_record(Bytes extra, Bytes image);

/// Moves the bytes to where they were found, so that the tree is whole again.
void put_back(FoundRecord& record);

/// Value of /chosen/mkl,boot-record in a flattened device tree; empty if it is absent or the tree
/// is not one. Reads only inside `tree`.
Bytes chosen_boot_record(Bytes tree);

}  // namespace mkl::user
