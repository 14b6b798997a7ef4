// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/content.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace mkl {

namespace {

const uintptr_t page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));

uintptr_t address(const void* p) { return reinterpret_cast<uintptr_t>(p); }
std::byte* start_of_page(std::byte* p) { return p - address(p) % page; }

/// What is mapped, for the handler below; it may interrupt anything, so nothing here is locked.
struct Slot {
    std::atomic<uintptr_t> begin{0}, end{0};  ///< begin 0: free
};
Slot slots[256];

/// A page behind the end of a file that was cut short: zeros from now on. Any other SIGBUS is not
/// ours: it strikes again, and ends the process.
void on_bus_error(int, siginfo_t* info, void*) {
    std::byte* const where = start_of_page(static_cast<std::byte*>(info->si_addr));
    for (const Slot& slot : slots) {
        const uintptr_t begin = slot.begin;
        if (begin == 0 || address(where) < begin || address(where) >= slot.end) continue;
        if (::mmap(where, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
            MAP_FAILED)
            return;
    }
    ::signal(SIGBUS, SIG_DFL);
}

bool handle_bus_errors() {
    struct sigaction action {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    return ::sigaction(SIGBUS, &action, nullptr) == 0;
}

Slot* free_slot() {
    for (Slot& slot : slots)
        if (slot.begin == 0) return &slot;
    return nullptr;
}

}  // namespace

std::shared_ptr<const Content> Content::map(int fd, size_t size) {
    static const bool handled = handle_bus_errors();
    Slot* slot = free_slot();
    if (!handled || slot == nullptr) return nullptr;
    void* base = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (base == MAP_FAILED) return nullptr;
    slot->end = address(base) + size;
    slot->begin = address(base);
    return std::shared_ptr<const Content>{
        new Content{fd, {static_cast<const std::byte*>(base), size}}
    };
}

Content::Content(int fd, std::span<const std::byte> bytes) : bytes_{bytes}, fd_{fd} {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return;
    modified_s_ = info.st_mtim.tv_sec;
    modified_ns_ = info.st_mtim.tv_nsec;
}

Content::~Content() {
    if (!mapped()) return;
    for (Slot& slot : slots)
        if (slot.begin == address(bytes_.data())) slot.begin = 0;
    ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
    ::close(fd_);
}

bool Content::changed() const {
    if (!mapped()) return false;
    struct stat info {};
    return ::fstat(fd_, &info) != 0 || static_cast<size_t>(info.st_size) != bytes_.size() ||
           info.st_mtim.tv_sec != modified_s_ || info.st_mtim.tv_nsec != modified_ns_;
}

void give_back(std::span<const std::byte> mapped) {
    std::byte* const begin = start_of_page(const_cast<std::byte*>(mapped.data()));
    // A page at the edge may be another reader's as well: it comes back when that one reads on.
    ::madvise(begin, static_cast<size_t>(mapped.data() + mapped.size() - begin), MADV_DONTNEED);
}

}  // namespace mkl
