// SPDX-License-Identifier: BSD-2-Clause
// Runs before a root task that is not mkl's: takes away the device untypeds that the node does not
// own, says in the status page that the node is up, and is gone.
//
// Method   Behind the empty slots' start grows a new list of untypeds: one that is the node's is
//          moved there; of one that is so in part the owned pieces are made, and it is deleted
//          (its children live on, the rest is out of everybody's reach); the others are deleted.
// Limits   IRQControl cannot be narrowed: a stock kernel's root task reaches every line and SGI.
// Errors   An invocation that fails stops the node: it would have more than its own. The status
//          page says which.
#include "confine.hpp"
#include "mkl/kapi/types.hpp"
#include "mkl/user/abi.hpp"
#include "mkl/user/boot_view.hpp"
#include "mkl/user/kernel_calls.hpp"
#include "mkl/user/status.hpp"

namespace mkl::user {
namespace {

alignas(
    MKL_PAGE_SIZE) uint8_t window[MKL_PAGE_SIZE];  ///< where the status page is seen for a while
kapi::UntypedDesc new_list[kapi::max_untypeds];

struct Shim {
    abi::BootInfo& info;
    uint64_t image;  ///< lowest address of the root image: the shim's first byte
    rt::BootRecord record;
    uint64_t next = 0;  ///< first slot that nothing is in
    unsigned count = 0;
    const char* failed = nullptr;

    bool done(uint64_t error, const char* operation) {
        if (error != 0 && failed == nullptr) failed = operation;
        return error == 0;
    }

    uint64_t fillers() const { return info.empty.start; }  // two, used in turn; then the frame

    /// Raises the watermark to `paddr`. At least one child must live, else it falls back.
    bool walk(Untyped& from, uint64_t paddr) {
        for (unsigned turn = 0; const unsigned bits = UntypedPool::filler_bits(from, paddr);
             turn ^= 1) {
            kernel::remove(fillers() + turn);
            if (!done(kernel::retype(from.cap, abi::object::untyped, bits, fillers() + turn, 1),
                      "make a filler"))
                return false;
            UntypedPool::take(from, bits, 1);
        }
        return true;
    }

    void drop_fillers() {
        kernel::remove(fillers());
        kernel::remove(fillers() + 1);
    }

    bool list(uint64_t paddr, unsigned bits, bool device) {
        if (count == kapi::max_untypeds || next == info.empty.end) {
            failed = "list an untyped";
            return false;
        }
        new_list[count++] = {paddr, static_cast<uint8_t>(bits), device, {}};
        next++;
        return true;
    }

    /// The owned pieces of an untyped that is the node's only in part.
    bool cut(Untyped& u) {
        const uint64_t end = u.base + u.size();
        for (Piece piece{u.base, 0};
             next_owned(record, piece.end > u.base ? piece.end : u.base, end, piece);) {
            for (uint64_t at = piece.base; at < piece.end;) {
                const unsigned bits = aligned_bits(at, piece.end);
                if (!walk(u, at) ||
                    !done(kernel::retype(u.cap, abi::object::untyped, bits, next, 1),
                          "make an untyped of its own") ||
                    !list(at, bits, true))
                    return false;
                UntypedPool::take(u, bits, 1);
                at += uint64_t{1} << bits;
            }
        }
        drop_fillers();
        return done(kernel::remove(u.cap), "delete an untyped");
    }

    bool confine() {
        next = info.empty.start + 3;
        const uint64_t first = next;
        for (uint64_t i = 0; i < info.untyped.end - info.untyped.start; i++) {
            const kapi::UntypedDesc d = info.untyped_list[i];
            Untyped u{d.paddr, 0, info.untyped.start + i, d.size_bits, d.is_device != 0};
            const Share share =
                u.device ? owned_share(record, u.base, u.base + u.size()) : Share::whole;
            if (share == Share::none) {
                if (!done(kernel::remove(u.cap), "delete an untyped")) return false;
            } else if (share == Share::part) {
                if (!cut(u)) return false;
            } else if (!done(kernel::move(u.cap, next), "move an untyped") ||
                       !list(d.paddr, d.size_bits, d.is_device != 0)) {
                return false;
            }
        }
        for (unsigned i = 0; i < count; i++) info.untyped_list[i] = new_list[i];
        info.untyped = {first, next};
        info.empty.start = next;
        return true;
    }

    /// The status page in place of a page of the shim's own, for as long as `f` takes.
    template <class F>
    void with_status(F f) {
        const uint64_t paddr = record.status.base;
        const uint64_t frame = fillers() + 2;
        const uint64_t at = reinterpret_cast<uintptr_t>(window);
        const uint64_t own = info.user_image_frames.start + (at - image) / MKL_PAGE_SIZE;
        bool cached = false;
        for (const mkl_rec_shared& s : record.shared)
            if (paddr >= s.base && paddr - s.base < s.size)
                cached = s.attributes == MKL_MEMORY_CACHED;
        for (uint64_t i = 0; i < info.untyped.end - info.untyped.start; i++) {
            const kapi::UntypedDesc& d = info.untyped_list[i];
            Untyped u{d.paddr, 0, info.untyped.start + i, d.size_bits, d.is_device != 0};
            if (paddr < u.base || paddr - u.base >= u.size()) continue;
            if (walk(u, paddr) &&
                kernel::retype(u.cap, abi::object::small_page, kapi::page_bits, frame, 1) == 0 &&
                kernel::unmap_page(own) == 0 &&
                kernel::map_page(frame, kapi::slot_vspace, at, kapi::can_read | kapi::can_write,
                                 (cached ? map_cached : map_uncached) | map_execute_never) == 0)
                f(static_cast<void*>(window));
            kernel::remove(frame);
            drop_fillers();
            kernel::map_page(own, kapi::slot_vspace, at, kapi::can_read | kapi::can_write,
                             map_cached | map_execute_never);
            return;
        }
    }
};

}  // namespace

extern "C" [[gnu::visibility("hidden")]] char __shim_end[];  // link.ld

namespace {

void confine_and_report(abi::BootInfo* info, uint64_t image) {
    kernel::set_ipc_buffer(reinterpret_cast<kapi::IpcBuffer*>(info->ipc_buffer));
    auto* extra = reinterpret_cast<uint8_t*>(info) + MKL_PAGE_SIZE;
    FoundRecord found = find_boot_record(
        {extra, info->extra_len}, {reinterpret_cast<uint8_t*>(image), info->ipc_buffer - image});
    if (found.bytes.size == 0) return;
    Shim shim{*info, image, {}};
    const rt::RecordResult result =
        rt::open_boot_record(found.bytes.data, found.bytes.size, arch_id, shim.record);
    if (result.error == rt::RecordError::none) {
        // mkl's own kernel gives nothing that is not the node's.
        const bool confined = found.of_its_own || shim.confine();
        shim.with_status([&](void* page) {
            StatusPage status;
            status.use(page);
            if (!confined) {
                status.failed(MKL_STATUS_SPEC_OBJECT, 0, 0, shim.failed);
                return;
            }
            status.reached(MKL_STAGE_INIT, 0);
            status.reached(MKL_STAGE_READY, 0);
            status.reached(MKL_STAGE_UP, 0);
        });
        while (!confined) kernel::suspend(kapi::slot_tcb);
    }
    put_back(found);
}

}  // namespace

extern "C" void shim_main(abi::BootInfo* info, uint64_t image) {
    confine_and_report(info, image);
    // A root task takes the first frame of its image for its own lowest page.
    const uint64_t size = reinterpret_cast<uintptr_t>(__shim_end) - image;
    info->user_image_frames.start += (size + MKL_PAGE_SIZE - 1) / MKL_PAGE_SIZE;
}

}  // namespace mkl::user
