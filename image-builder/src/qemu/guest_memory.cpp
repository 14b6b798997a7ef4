// SPDX-License-Identifier: BSD-2-Clause
#include "guest_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "mkl/abi/ring.h"
#include "mkl/support/text.hpp"

namespace mkl {

std::optional<GuestMemory> GuestMemory::make(std::vector<PhysRange> ram, std::string& error) {
    uint64_t size = 0;
    for (const PhysRange& r : ram) size += r.size_bytes();
    const int fd = ::memfd_create("mkl-guest-ram", 0);  // inherited: QEMU opens /proc/self/fd/N
    if (fd < 0 || ::ftruncate(fd, static_cast<off_t>(size)) != 0) {
        error = std::strerror(errno);
        if (fd >= 0) ::close(fd);
        return std::nullopt;
    }
    void* base = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, 0);
    if (base == MAP_FAILED) {
        error = std::strerror(errno);
        ::close(fd);
        return std::nullopt;
    }
    return GuestMemory{fd, base, size, std::move(ram)};
}

GuestMemory::GuestMemory(GuestMemory&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)}, base_{std::exchange(other.base_, nullptr)},
      size_{other.size_}, ram_{std::move(other.ram_)} {}

GuestMemory::~GuestMemory() {
    if (base_) ::munmap(base_, size_);
    if (fd_ >= 0) ::close(fd_);
}

bool GuestMemory::read(PhysAddr address, void* out, size_t size) const {
    const auto wanted = PhysRange::from_base_size(address, size);
    uint64_t offset = 0;
    for (const PhysRange& r : ram_) {
        if (wanted && r.contains(*wanted)) {
            const auto* from = static_cast<const char*>(base_) + offset;
            std::memcpy(out, from + (address.value - r.base().value), size);
            return true;
        }
        offset += r.size_bytes();
    }
    return false;
}

std::optional<mkl_status> read_status(const GuestMemory& memory, PhysAddr address) {
    mkl_status status;
    if (!memory.read(address, &status, sizeof status)) return std::nullopt;
    if (status.magic != MKL_STATUS_MAGIC || status.version != MKL_STATUS_VERSION)
        return std::nullopt;
    status.name[sizeof status.name - 1] = 0;
    status.text[sizeof status.text - 1] = 0;
    return status;
}

std::string RingReader::poll(const GuestMemory& memory) {
    mkl_ring ring;
    if (!memory.read(address_, &ring, MKL_RING_DATA)) return "";
    if (ring.magic != MKL_RING_MAGIC || ring.version != MKL_RING_VERSION) return "";
    if (ring.capacity == 0 || ring.capacity > size_ - MKL_RING_DATA) return "";
    std::atomic_thread_fence(std::memory_order_acquire);  // data after `written`, as the writer did
    std::string out;
    if (ring.written < read_) read_ = 0;  // the guest restarted
    if (ring.written - read_ > ring.capacity) {
        const uint64_t lost = ring.written - read_ - ring.capacity;
        out += cat("\n[", lost, " bytes lost]\n");
        read_ += lost;
    }
    while (read_ < ring.written) {
        const uint64_t at = read_ % ring.capacity;
        const uint64_t n = std::min(ring.written - read_, ring.capacity - at);
        const size_t before = out.size();
        out.resize(before + n);
        if (!memory.read(PhysAddr{address_.value + MKL_RING_DATA + at}, out.data() + before, n)) {
            out.resize(before);
            break;
        }
        read_ += n;
    }
    return out;
}

}  // namespace mkl
