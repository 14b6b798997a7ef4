// SPDX-License-Identifier: BSD-2-Clause
#include "root_task.hpp"

#include "mkl/user/abi.hpp"
#include "mkl/user/model.hpp"
#include "mkl/user/syscall.hpp"

namespace mkl::user {

Root root;

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

bool Root::read_record(const abi::BootInfo& info, Image image) {
    // Boot info is one page; its extra records follow (seL4 16.0.0, boot info).
    auto* extra = reinterpret_cast<uint8_t*>(reinterpret_cast<uintptr_t>(&info) + MKL_PAGE_SIZE);
    const FoundRecord found =
        find_boot_record({extra, info.extra_len},
                         {reinterpret_cast<uint8_t*>(image.start), info.ipc_buffer - image.start});
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

/// Until each peer says that it takes signals, or that it never will; or its time is up, if this
/// kernel lets user level tell time.
void Root::wait_for_peers() {
    for (const mkl_spec_peer& p : spec_.peers) {
        const OwnRange* r = range_at(p.status);
        if (r == nullptr || r->at == nullptr) continue;
        const auto* status = static_cast<const mkl_status*>(r->at);
        const uint64_t since = built_in_kernel_ ? counter() : 0;
        for (;;) {
            const PeerState state = peer_state(*status);
            if (state == PeerState::failed) {
                console_.line("mkl: ", node_name(), ": ", spec_.name(p.name), " failed with error ",
                              rt::Hex{status->error}, " (",
                              rt::bounded(status->text, MKL_STATUS_TEXT_SIZE),
                              "), going on without it");
            }
            if (state != PeerState::starting) break;
            if (built_in_kernel_ && p.timeout_ms != 0 &&
                counter() - since > counter_hz() / 1000 * p.timeout_ms) {
                console_.line("mkl: ", node_name(), ": ", spec_.name(p.name),
                              " is not ready after ", p.timeout_ms, " ms, going on");
                break;
            }
            service_.drain();
            relax();
            kernel::yield();
        }
    }
}

/// Whether a peer's components run already: its time for us was up. Asked when our handlers stand,
/// before we say so, this tells all that may have signalled too early: an SGI orders the sender's
/// stage before itself. Only on mkl's own kernel, which lets it stamp its stages, can one of ours
/// tell time; a root task of the user's own signals nobody who is not ready.
bool Root::peer_went_on() {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (const mkl_spec_peer& p : spec_.peers) {
        const OwnRange* r = range_at(p.status);
        if (r == nullptr || r->at == nullptr) continue;
        const auto* status = static_cast<const mkl_status*>(r->at);
        if (rt::load_acquire(status->stage) >= MKL_STAGE_UP && status->stamp[MKL_STAGE_INIT] != 0)
            return true;
    }
    return false;
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

void Root::run(const abi::BootInfo& info, Image image) {
    kernel::set_ipc_buffer(reinterpret_cast<kapi::IpcBuffer*>(info.ipc_buffer));
    read_untypeds(info);
    if (!read_record(info, image)) fail(MKL_STATUS_RECORD, 0, 0, "no valid boot record");
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
    if (peer_went_on()) check(builder_.ring_sgis());
    reached(MKL_STAGE_READY);
    wait_for_peers();
    reached(MKL_STAGE_UP);  // before they signal anybody: peer_went_on
    check(builder_.start());
    if (spec_.logs.size > 0 || polls_signals()) check(start_poller());
    banner();
    ring_bells();  // what was signalled while we started
    serve();
}

void run_root(const abi::BootInfo& boot_info, Image image) { root.run(boot_info, image); }

}  // namespace mkl::user
