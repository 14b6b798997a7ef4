// SPDX-License-Identifier: BSD-2-Clause
// The root task as one object: what it read, what it holds, and the order of it all (run).
// Its methods are in root.cpp (reading, order, failing), root_memory.cpp (what it maps for itself),
// root_service.cpp (what it does once the components run) and root_poller.cpp (its second thread).
#pragma once

#include "mkl/user/boot_view.hpp"
#include "mkl/user/builder.hpp"
#include "mkl/user/console.hpp"
#include "mkl/user/kernel_calls.hpp"
#include "mkl/user/root.hpp"
#include "mkl/user/status.hpp"
#include "mkl/user/syscall.hpp"

namespace mkl::user {

constexpr unsigned max_own_ranges = 1 + 3 * max_nodes + 4;
constexpr unsigned max_bells = 1024;
// Below 2^38 on every architecture and far above any image (which starts at 4 MiB).
constexpr uint64_t own_space_base = 0x2000000000;

class Root {
public:
    [[noreturn]] void run(const abi::BootInfo& info, Image image);

private:
    void read_untypeds(const abi::BootInfo& info);
    bool read_record(const abi::BootInfo& info, Image image);
    void read_spec(const abi::BootInfo& info, Image image);
    OwnRange* own(uint64_t base, uint64_t pages, bool writable, bool device);
    void choose_own_ranges();
    bool enables_lines() const;
    void enable_lines();
    OwnRange* range_at(uint64_t base);
    Outcome map_own_ranges();
    Outcome map_component_consoles();
    Outcome make_poller_time(uint64_t& slot);
    Outcome start_poller();
    Outcome choose_notification();
    [[noreturn]] void refuse_spec();
    Outcome prepare_doorbells();
    void ring_changed(const mkl_spec_doorbell& doorbell);
    void ring_bells();
    bool polls_signals() const;
    void woken(uint64_t badge);
    void banner();
    bool peer_went_on();
    void wait_for_peers();
    void check(const Outcome& o);
    [[noreturn]] void fail(uint32_t status, uint64_t detail0, uint64_t detail1, const char* text);
    [[noreturn]] void serve();
    void serve_faults(uint64_t endpoint);
    void report_fault(uint64_t badge, uint64_t label);
    void reached(uint32_t stage) { status_.reached(stage, built_in_kernel_ ? counter() : 0); }
    /// Of `counter`; only on the built-in kernel.
    uint64_t counter_hz() const {
        const bool said = record_.timer != nullptr && record_.timer->frequency != 0;
        return said ? record_.timer->frequency : counter_frequency();
    }
    static void poll();

    const char* node_name() const {
        return record_.node != nullptr ? record_.node->name : "(no name)";
    }

    rt::BootRecord record_;
    Spec spec_;
    SpecResult spec_result_;
    UntypedPool pool_;
    Slots slots_;
    OwnSpace own_space_{pool_, slots_, own_space_base};
    ImageFrames image_frames_;
    Builder builder_{spec_, pool_, slots_, own_space_, image_frames_};
    OwnRange ranges_[max_own_ranges];
    unsigned range_count_ = 0;
    Console console_;
    ConsoleService service_{console_};
    StatusPage status_;
    /// Counter of each bell when we last looked, and the capability that passes it on.
    struct Bell {
        uint64_t seen = 0, slot = 0;
    };
    Bell bells_[max_bells];
    uint64_t notification_ = 0;
    uint64_t sched_control_ = 0;    ///< MCS
    bool built_in_kernel_ = false;  ///< lets user level sleep and read the counter
};

extern Root root;  // the one there is: the poller's entry takes no argument

}  // namespace mkl::user
