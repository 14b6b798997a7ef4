// SPDX-License-Identifier: BSD-2-Clause
// The guest's RAM as a file that QEMU and mkl share: status pages and log rings are read while
// the guest runs. The guest is another program: every value is checked before it is used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mkl/abi/status.h"
#include "mkl/support/phys_range.hpp"

namespace mkl {

class GuestMemory {
public:
    /// RAM of the board, ascending; QEMU lays the ranges into its memory one after another.
    static std::optional<GuestMemory> make(std::vector<PhysRange> ram, std::string& error);
    GuestMemory(GuestMemory&& other) noexcept;
    GuestMemory& operator=(GuestMemory&&) = delete;
    ~GuestMemory();

    int descriptor() const { return fd_; }
    uint64_t size() const { return size_; }
    /// Copies [address, address + size) out; false if it is not all in one range of RAM.
    bool read(PhysAddr address, void* out, size_t size) const;

private:
    GuestMemory(int fd, void* base, uint64_t size, std::vector<PhysRange> ram)
        : fd_{fd}, base_{base}, size_{size}, ram_{std::move(ram)} {}
    int fd_;
    void* base_;
    uint64_t size_;
    std::vector<PhysRange> ram_;
};

/// The status page at `address`, if the loader has made one there.
std::optional<mkl_status> read_status(const GuestMemory& memory, PhysAddr address);

/// Follows one log ring (mkl/abi/ring.h).
class RingReader {
public:
    RingReader(PhysAddr address, uint64_t size) : address_{address}, size_{size} {}
    /// What was written since the last call; says so in the text if bytes were lost.
    std::string poll(const GuestMemory& memory);

private:
    PhysAddr address_;
    uint64_t size_;
    uint64_t read_ = 0;
};

}  // namespace mkl
