// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/user/root.hpp"

#include "mkl/user/abi.hpp"
#include "mkl/user/boot_view.hpp"
#include "mkl/user/kernel_calls.hpp"
#include "mkl/user/model.hpp"
#include "mkl/user/syscall.hpp"

namespace mkl::user {
namespace {

constexpr unsigned poller_time_bits = 8;
constexpr uint64_t poller_slice_us = 5000;
constexpr uint32_t stack_words = 256;  // the poller's: it calls nothing deep
// Below 2^38 on every architecture and far above any image (which starts at 4 MiB).
constexpr uint64_t own_space_base = 0x2000000000;
// Arm IHI 0069H, 12.9: SPIs start at INTID 32; GICD_ISENABLER0.
constexpr uint32_t first_spi = 32, gicd_isenabler = 0x100;
constexpr unsigned max_own_ranges = 1 + 3 * max_nodes + 4;
constexpr unsigned max_bells = 1024;

/// Word 1 of a CapFault and of a VMFault (mkl/kapi/types.hpp).
constexpr unsigned fault_address_word = 1;

uint32_t line_of(const mkl_spec_object& o) { return static_cast<uint32_t>(o.extra); }

bool is_device_line(const mkl_spec_object& o) {
    return o.type == MKL_OBJ_IRQ && line_of(o) >= first_spi;
}

struct FaultText {
    const char* what;
    unsigned pc_word;
    bool has_address;
};

FaultText fault_text(uint64_t label) {
    switch (label) {
    case abi::fault::cap_fault:
        return {"used a capability it does not have", 0, true};
    case abi::fault::unknown_syscall:
        return {"made an unknown system call", syscall_pc_word, false};
    case abi::fault::user_exception:
        return {"raised an exception", 0, false};
    case abi::fault::vm_fault:
        return {"touched memory it may not", 0, true};
    default:
        return {"faulted", 0, false};
    }
}

class Root {
public:
    [[noreturn]] void run(const abi::BootInfo& info, Image image);

private:
    void read_untypeds(const abi::BootInfo& info);
    bool read_record(const abi::BootInfo& info);
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
    void ring_bells();
    void woken(uint64_t badge);
    void banner();
    void wait_for_peers();
    void check(const Outcome& o);
    [[noreturn]] void fail(uint32_t status, uint64_t detail0, uint64_t detail1, const char* text);
    [[noreturn]] void serve();
    void serve_faults(uint64_t endpoint);
    void report_fault(uint64_t badge, uint64_t label);
    void reached(uint32_t stage) { status_.reached(stage, built_in_kernel_ ? counter() : 0); }
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

Root root;
alignas(16) uint64_t poller_stack[stack_words];

void Root::read_untypeds(const abi::BootInfo& info) {
    const uint64_t count = info.untyped.end - info.untyped.start;
    for (uint64_t i = 0; i < count && i < kapi::max_untypeds; i++) {
        const kapi::UntypedDesc& u = info.untyped_list[i];
        pool_.add(u.paddr, u.size_bits, u.is_device != 0, info.untyped.start + i);
    }
    slots_.set(info.empty.start, info.empty.end);
    sched_control_ = first_sched_control(info);
    builder_.set_sched_control(sched_control_);
}

bool Root::read_record(const abi::BootInfo& info) {
    // Boot info is one page; its extra records follow (seL4 16.0.0, boot info).
    auto* extra = reinterpret_cast<uint8_t*>(reinterpret_cast<uintptr_t>(&info) + MKL_PAGE_SIZE);
    const FoundRecord found = find_boot_record({extra, info.extra_len});
    if (found.bytes.size == 0) return false;
    built_in_kernel_ = found.of_its_own;
    const rt::RecordResult result =
        rt::open_boot_record(found.bytes.data, found.bytes.size, arch_id, record_);
    return result.error == rt::RecordError::none;
}

void Root::read_spec(const abi::BootInfo& info, Image image) {
    const uint64_t frames = info.user_image_frames.end - info.user_image_frames.start;
    image_frames_ = {info.user_image_frames.start, image.start};
    const uint64_t base = (image.end + MKL_PAGE_SIZE - 1) & ~uint64_t{MKL_PAGE_SIZE - 1};
    const uint64_t end = image.start + frames * MKL_PAGE_SIZE;
    if (end <= base) return;  // no spec: a node without components
    spec_result_ =
        open_spec(reinterpret_cast<const void*>(base), end - base, abi_id, record_.node->id, spec_);
}

/// Remembers that we want [base, base + pages) ourselves; ascending by base.
OwnRange* Root::own(uint64_t base, uint64_t pages, bool writable, bool device) {
    if (range_count_ == max_own_ranges || range_at(base) != nullptr) return nullptr;
    bool cached = false;
    for (const mkl_rec_shared& s : record_.shared) {
        if (base >= s.base && base - s.base < s.size)
            cached = !device && s.attributes == MKL_MEMORY_CACHED;
    }
    unsigned at = range_count_++;
    for (; at > 0 && ranges_[at - 1].base > base; at--) ranges_[at] = ranges_[at - 1];
    ranges_[at] = {base, pages, writable, cached, 0, nullptr};
    return &ranges_[at];
}

OwnRange* Root::range_at(uint64_t base) {
    for (unsigned i = 0; i < range_count_; i++)
        if (ranges_[i].base == base) return &ranges_[i];
    return nullptr;
}

void Root::choose_own_ranges() {
    constexpr uint64_t page_mask = MKL_PAGE_SIZE - 1;
    if (record_.status.size != 0) own(record_.status.base, 1, true, false);
    if (record_.console != nullptr && record_.console->type != MKL_CONSOLE_NONE)
        own(record_.console->base & ~page_mask, 1, true, true);
    if (enables_lines()) own(record_.intc->dist_base, 1, true, true);
    if (record_.log.size != 0) own(record_.log.base, record_.log.size / MKL_PAGE_SIZE, true, false);
    for (const mkl_spec_peer& p : spec_.peers) own(p.status, 1, false, false);
    for (const mkl_spec_doorbell& d : spec_.doorbells) own(d.page, 1, false, false);
    for (const mkl_spec_log& l : spec_.logs) own(l.base, l.size / MKL_PAGE_SIZE, false, false);
}

/// A kernel with a decoy distributor cannot: it masks and unmasks in its own RAM.
bool Root::enables_lines() const {
    if (record_.intc == nullptr || record_.intc->initialiser != MKL_INTC_INIT_DECOY) return false;
    for (const mkl_spec_object& o : spec_.objects)
        if (is_device_line(o)) return true;
    return false;
}

/// Once their handlers stand: a level interrupt without one comes again for ever. A register that
/// sets the bits that are written as 1, so nodes do not disturb one another; and the page goes back
/// out of reach at once.
void Root::enable_lines() {
    OwnRange* const gicd = enables_lines() ? range_at(record_.intc->dist_base) : nullptr;
    if (gicd == nullptr || gicd->at == nullptr) return;
    auto* const registers = static_cast<volatile uint32_t*>(gicd->at);
    for (const mkl_spec_object& o : spec_.objects) {
        if (!is_device_line(o)) continue;
        const uint32_t line = line_of(o);
        registers[gicd_isenabler / sizeof(uint32_t) + line / 32] = 1u << line % 32;
    }
    gicd->at = nullptr;
    check(outcome("give the interrupt controller's page back", kernel::remove(gicd->first_slot)));
}

/// The status page and the console first: what fails after them is seen.
Outcome Root::map_own_ranges() {
    Outcome first_failure;
    for (unsigned i = 0; i < range_count_; i++) {
        OwnRange& r = ranges_[i];
        if (r.first_slot == 0) continue;
        const Outcome o = own_space_.map(r.first_slot, r.pages, r.writable, r.cached, r.at);
        if (!first_failure.failed()) first_failure = o;
    }
    const OwnRange* status = range_at(record_.status.base);
    if (status != nullptr && status->at != nullptr) status_.use(status->at);
    const OwnRange* log = range_at(record_.log.base);
    if (record_.console != nullptr && record_.console->type != MKL_CONSOLE_NONE) {
        constexpr uint64_t page_mask = MKL_PAGE_SIZE - 1;
        const OwnRange* uart = range_at(record_.console->base & ~page_mask);
        if (uart != nullptr && uart->at != nullptr) {
            console_.use_uart(*record_.console, reinterpret_cast<uintptr_t>(uart->at) +
                                                    (record_.console->base & page_mask));
        }
    } else if (log != nullptr && log->at != nullptr) {
        console_.use_log(log->at, record_.log.size);
    }
    for (const mkl_spec_log& l : spec_.logs) {
        const OwnRange* r = range_at(l.base);
        if (r != nullptr && r->at != nullptr) service_.add(r->at, l.size, spec_.name(l.name));
    }
    return first_failure;
}

/// On MCS a thread runs on a scheduling context.
Outcome Root::make_poller_time(uint64_t& slot) {
    Untyped* from = pool_.best_fit(poller_time_bits);
    slot = slots_.take();
    if (from == nullptr || slot == 0)
        return {"make the poller's scheduling context", kapi::not_enough_memory};
    if (Outcome o =
            outcome("make the poller's scheduling context",
                    kernel::retype(from->cap, sched_context_type, poller_time_bits, slot, 1));
        o.failed())
        return o;
    UntypedPool::take(*from, poller_time_bits, 1);
    return outcome(
        "set the poller's budget",
        kernel::configure_sched_context(sched_control_, slot, poller_slice_us, poller_slice_us));
}

Outcome Root::start_poller() {
    Untyped* from = pool_.best_fit(abi::size_bits::tcb);
    const uint64_t tcb = slots_.take();
    if (from == nullptr || tcb == 0) return {"make the poller", kapi::not_enough_memory};
    if (Outcome o = outcome("make the poller", kernel::retype(from->cap, abi::object::tcb,
                                                              abi::size_bits::tcb, tcb, 1));
        o.failed())
        return o;
    UntypedPool::take(*from, abi::size_bits::tcb, 1);
    const uint64_t no_args[4] = {};
    if (Outcome o =
            outcome("configure the poller",
                    kernel::configure(tcb, {0, kapi::slot_cnode, 0, kapi::slot_vspace, 0, 0}));
        o.failed())
        return o;
    kernel::Schedule schedule{};
    if constexpr (mcs) {
        if (Outcome o = make_poller_time(schedule.sched_context); o.failed()) return o;
    }
    if (Outcome o = outcome("set the poller's priority", kernel::schedule(tcb, schedule));
        o.failed())
        return o;
    if (Outcome o = outcome("write the poller's registers",
                            kernel::write_registers(
                                tcb, reinterpret_cast<uintptr_t>(&Root::poll),
                                reinterpret_cast<uintptr_t>(poller_stack + stack_words), no_args));
        o.failed())
        return o;
    return outcome("start the poller", kernel::resume(tcb));
}

/// Lowest priority: looks at the heads of other nodes' logs, wakes the console thread if one moved.
void Root::poll() {
    for (;;) {
        if (root.service_.remote_changed()) kernel::signal(root.notification_);
        if (root.built_in_kernel_) {
            sleep();
        } else {
            relax();
            kernel::yield();
        }
    }
}

void Root::banner() {
    char ranges[MKL_LINE_MAX - 64];
    rt::BufferWriter text{ranges, sizeof ranges};
    bool first = true;
    for (const mkl_range& r : record_.ram) {
        if (!first) text(',');
        rt::print(text, rt::Hex{r.base}, '+', rt::Hex{r.size});
        first = false;
    }
    console_.line("mkl: ", node_name(), ": cpu ", rt::Hex{record_.node->hwid}, " ram ",
                  static_cast<const char*>(ranges));
}

/// Until each peer says that it takes signals, or that it never will.
void Root::wait_for_peers() {
    for (const mkl_spec_peer& p : spec_.peers) {
        const OwnRange* r = range_at(p.status);
        if (r == nullptr || r->at == nullptr) continue;
        const auto* status = static_cast<const mkl_status*>(r->at);
        for (;;) {
            const PeerState state = peer_state(*status);
            if (state == PeerState::failed) {
                console_.line("mkl: ", node_name(), ": ", spec_.name(p.name), " failed with error ",
                              rt::Hex{status->error}, " (",
                              rt::bounded(status->text, MKL_STATUS_TEXT_SIZE),
                              "), going on without it");
            }
            if (state != PeerState::starting) break;
            service_.drain();
            relax();
            kernel::yield();
        }
    }
}

void Root::fail(uint32_t status, uint64_t detail0, uint64_t detail1, const char* text) {
    console_.line("mkl: ", node_name(), ": ", text);
    status_.failed(status, detail0, detail1, text);
    for (;;) kernel::suspend(kapi::slot_tcb);
}

void Root::refuse_spec() {
    char text[MKL_STATUS_TEXT_SIZE];
    rt::BufferWriter put{text, sizeof text};
    rt::print(put, "CapDL spec refused: ", spec_error_text(spec_result_.error), " (",
              rt::Hex{spec_result_.at}, ")");
    fail(MKL_STATUS_SPEC, static_cast<uint64_t>(spec_result_.error), spec_result_.at, text);
}

/// One line that names object, operation and error, on the console and in the status page; then
/// stops. Peers see the error and go on without this node.
void Root::check(const Outcome& o) {
    if (!o.failed()) return;
    char text[MKL_LINE_MAX - 64];
    rt::BufferWriter put{text, sizeof text};
    const char* object =
        o.object == no_object ? "root task" : spec_.name(spec_.objects[o.object].name);
    rt::print(put, object, ": cannot ", o.operation);
    if (o.detail != 0) rt::print(put, " (", rt::Hex{o.detail}, ")");
    rt::print(put, ": ", kernel::error_text(o.error));
    fail(MKL_STATUS_SPEC_OBJECT, o.error, o.object, text);
}

/// Each component's console ring, a second time in our own space, to read from.
Outcome Root::map_component_consoles() {
    for (const mkl_spec_console& c : spec_.consoles) {
        const uint64_t slot = slots_.take();
        if (slot == 0) return {"find a slot for it", kapi::not_enough_memory, c.frame};
        if (Outcome o =
                outcome("copy it for the console",
                        kernel::copy(builder_.slot_of(c.frame), slot, kapi::can_read), c.frame);
            o.failed())
            return o;
        void* at = nullptr;
        if (Outcome o = own_space_.map(slot, 1, false, true, at); o.failed()) return o;
        service_.add(at, MKL_CONSOLE_RING_SIZE, nullptr);
    }
    return {};
}

/// The notification that wakes the console thread: the spec's, or one of our own for the poller.
Outcome Root::choose_notification() {
    if (spec_.console_notification != no_object) {
        notification_ = builder_.slot_of(spec_.console_notification);
        return {};
    }
    if (spec_.logs.size == 0) return {};
    Untyped* from = pool_.best_fit(abi::size_bits::notification);
    const uint64_t slot = slots_.take();
    if (from == nullptr || slot == 0)
        return {"make the console's notification", kapi::not_enough_memory};
    if (Outcome o = outcome("make the console's notification",
                            kernel::retype(from->cap, abi::object::notification,
                                           abi::size_bits::notification, slot, 1));
        o.failed())
        return o;
    UntypedPool::take(*from, abi::size_bits::notification, 1);
    notification_ = slot;
    return {};
}

Outcome Root::prepare_doorbells() {
    if (spec_.bells.size > max_bells)
        return {"watch so many multiplexed signals", kapi::range_error, no_object, max_bells};
    for (uint32_t i = 0; i < spec_.bells.size; i++) {
        const mkl_spec_bell& b = spec_.bells[i];
        bells_[i].slot = slots_.take();
        if (bells_[i].slot == 0)
            return {"find a slot for it", kapi::not_enough_memory, b.notification};
        if (Outcome o = outcome("mint it for a multiplexed signal",
                                kernel::mint(builder_.slot_of(b.notification), bells_[i].slot,
                                             kapi::can_write, b.badge),
                                b.notification);
            o.failed())
            return o;
    }
    return {};
}

/// No wake-up is lost: a sender counts its word up, then raises the interrupt; we acknowledge the
/// interrupt, then look at the words. One that moves behind our back raises it again.
void Root::ring_bells() {
    for (const mkl_spec_doorbell& d : spec_.doorbells) {
        kernel::acknowledge_irq(builder_.slot_of(d.irq));
        const OwnRange* page = range_at(d.page);
        if (page == nullptr || page->at == nullptr) continue;
        const auto* words = static_cast<const uint64_t*>(page->at);
        for (uint32_t i = d.first_bell; i < d.first_bell + d.bell_count; i++) {
            const uint64_t now = rt::load_acquire(words[spec_.bells[i].word]);
            if (now == bells_[i].seen) continue;
            bells_[i].seen = now;
            kernel::signal(bells_[i].slot);
        }
    }
}

void Root::woken(uint64_t badge) {
    if ((badge & MKL_SPEC_DOORBELL_BADGE) != 0) ring_bells();
}

/// Sleeps until somebody has written; without anybody who could, for ever.
void Root::serve() {
    while (notification_ == 0) kernel::suspend(kapi::slot_tcb);
    const Outcome bound = outcome("bind the console's notification",
                                  kernel::bind_notification(kapi::slot_tcb, notification_));
    if (spec_.fault_endpoint != no_object && !bound.failed())
        serve_faults(builder_.slot_of(spec_.fault_endpoint));
    for (;;) {
        service_.drain();
        woken(kernel::wait(notification_));
    }
}

/// Both at one place: the endpoint, and the notification that is bound to this thread.
void Root::serve_faults(uint64_t endpoint) {
    for (;;) {
        service_.drain();
        const kernel::Received message = kernel::receive(endpoint);
        if (message.label != abi::fault::null_fault) {
            report_fault(message.badge, message.label);
        } else {
            woken(message.badge);
        }
    }
}

/// The thread that faulted never gets a reply, so it never runs again; everybody else does.
void Root::report_fault(uint64_t badge, uint64_t label) {
    service_.drain();  // what it said before
    const bool known = badge >= 1 && badge <= spec_.consoles.size;
    const char* name = known ? spec_.name(spec_.consoles[badge - 1].name) : "?";
    const FaultText text = fault_text(label);
    const uint64_t pc = kernel::message_word(text.pc_word);
    char reason[MKL_STATUS_TEXT_SIZE];
    rt::BufferWriter put{reason, sizeof reason};
    rt::print(put, name, ": ", text.what, " at pc ", rt::Hex{pc});
    if (text.has_address) {
        const uint64_t address = kernel::message_word(fault_address_word);
        console_.line("mkl: ", node_name(), ": component ", static_cast<const char*>(reason),
                      ", address ", rt::Hex{address}, ": stopped");
        status_.failed(MKL_STATUS_ROOT_FAULT, label, address, reason);
    } else {
        console_.line("mkl: ", node_name(), ": component ", static_cast<const char*>(reason),
                      ": stopped");
        status_.failed(MKL_STATUS_ROOT_FAULT, label, pc, reason);
    }
}

void Root::run(const abi::BootInfo& info, Image image) {
    kernel::set_ipc_buffer(reinterpret_cast<kapi::IpcBuffer*>(info.ipc_buffer));
    read_untypeds(info);
    if (!read_record(info)) fail(MKL_STATUS_RECORD, 0, 0, "no valid boot record");
    read_spec(info, image);
    choose_own_ranges();
    const Outcome placed = builder_.place_fixed(ranges_, range_count_);
    const Outcome mapped = map_own_ranges();
    reached(MKL_STAGE_INIT);
    if (spec_result_.error != SpecError::none) refuse_spec();
    check(placed);
    check(mapped);
    check(builder_.create());
    check(builder_.fill());
    check(builder_.map());
    check(builder_.connect());
    check(map_component_consoles());
    check(choose_notification());
    check(prepare_doorbells());
    enable_lines();
    reached(MKL_STAGE_READY);
    wait_for_peers();
    check(builder_.start());
    if (spec_.logs.size > 0) check(start_poller());
    reached(MKL_STAGE_UP);
    banner();
    ring_bells();  // what was signalled while we started
    serve();
}

}  // namespace

void run_root(const abi::BootInfo& boot_info, Image image) { root.run(boot_info, image); }

}  // namespace mkl::user
