// SPDX-License-Identifier: BSD-2-Clause
// Reader of the boot record (mkl/abi/boot_record.h), for kernel, root task and tests.
//
// Units    bytes, physical addresses, half-open ranges.
// In       memory that anybody may have written; nothing of it is trusted before it is checked.
// Out      views into that memory: valid as long as it is neither moved nor changed.
// Errors   RecordError with the record's type; never logs, never halts.
#pragma once

#include "mkl/abi/boot_record.h"

namespace mkl::rt {

/// Why a boot record was refused. Written to the status page by number: meanings never change.
enum class RecordError : uint32_t {
    none = 0,
    align = 1,      // not 8-byte aligned
    truncated = 2,  // shorter than its header says, or larger than MKL_BOOT_MAX_SIZE
    magic = 3,
    version = 4,  // higher major
    crc = 5,
    architecture = 6,  // for another architecture
    layout = 7,        // record size, alignment, order or count is wrong
    unknown = 8,       // unknown critical record; type tells which
    missing = 9,       // a required record is absent; type tells which
    value = 10,        // a field is out of its range; type tells where
    order = 11,        // an array is not sorted and disjoint; type tells which
    overlap = 12,      // kernel, root task or device tree outside RAM, or over one another
};

/// Read-only array inside the record.
template <class T>
struct View {
    const T* data = nullptr;
    uint64_t size = 0;
    constexpr const T* begin() const { return data; }
    constexpr const T* end() const { return data + size; }
    constexpr const T& operator[](uint64_t i) const { return data[i]; }
    constexpr bool empty() const { return size == 0; }
};

/// A checked record. Pointers are null and views empty where an optional record is absent.
struct BootRecord {
    const mkl_boot_header* header = nullptr;
    const mkl_rec_node* node = nullptr;
    const mkl_rec_kernel* kernel = nullptr;
    const mkl_rec_root_task* root = nullptr;
    const mkl_rec_intc* intc = nullptr;
    const mkl_rec_timer* timer = nullptr;
    const mkl_rec_console* console = nullptr;
    View<mkl_range> ram, devices, reserved;
    View<mkl_rec_interrupt> interrupts;
    View<mkl_rec_sgi_send> sgi_send;
    View<mkl_rec_sgi_receive> sgi_receive;
    View<mkl_rec_shared> shared;
    mkl_range dtb{}, log{}, status{};  // size 0: absent
    View<char> command_line;
};

struct RecordResult {
    RecordError error = RecordError::none;
    uint32_t type = 0;  // MKL_REC_* the error is about, 0: the header
};

/// Checks everything above and fills `out`; on an error `out` is not to be used.
/// `arch` is MKL_ARCH_*; reads only [base, base + available).
[[nodiscard]] RecordResult open_boot_record(const void* base, uint64_t available, uint32_t arch,
                                            BootRecord& out);

}  // namespace mkl::rt
