// SPDX-License-Identifier: BSD-2-Clause
#include "component.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>

#include "mkl/support/round.hpp"
#include "mkl/support/text.hpp"

namespace mkl::capdl {

namespace {

constexpr uint8_t sched_context_bits = 8;
constexpr uint64_t default_slice_us = 5000;
constexpr unsigned plain_cnode_bits = 8;  // room for what such a program makes
constexpr uint32_t max_badges = 63;       // a badge is a word; bit 63 stays free
constexpr uint64_t max_stack = MKL_VA_STACK_TOP - MKL_VA_IPC_BUFFER - 2 * small_page;

std::string segment_text(const ElfSegment& s) {
    return cat("[", hex(s.vaddr), ", ", hex(s.vaddr + s.memory_size), ")");
}

void copy_name(char (&out)[MKL_NAME_SIZE], std::string_view name) {
    std::memcpy(out, name.data(), std::min(name.size(), sizeof out - 1));
}

}  // namespace

Component::Component(Spec& spec, const ComponentRequest& request, const ComponentImage& image,
                     const NodeObjects& node, DiagnosticSink& sink)
    : spec_{spec}, request_{request}, image_{image}, sink_{sink}, name_{request.name.value},
      space_{spec, name_}, cnode_{add_object(spec, Type::cnode, name_ + "_cnode")},
      tcb_{add_object(spec, Type::tcb, name_ + "_tcb")}, startup_{add_object(spec, Type::frame,
                                                                             name_ + "_startup",
                                                                             12)},
      ipc_buffer_{add_object(spec, Type::frame, name_ + "_ipc_buffer", 12)} {
    if (is_plain()) next_slot_ = MKL_PLAIN_SLOT_FIRST;
    for (const ComponentCap& c : request.caps)
        if (c.slot) asked_slots_.insert(c.slot->value);
    space_.map(MKL_VA_STUB, node.stub, right_read | right_execute);
    space_.map(MKL_VA_STARTUP, startup_, right_read);
    space_.map(MKL_VA_IPC_BUFFER, ipc_buffer_, right_read | right_write);

    const ObjectId ring = add_object(spec, Type::frame, name_ + "_console", 12);
    spec.objects[ring].ring = true;
    space_.map(MKL_VA_CONSOLE, ring, right_read | right_write);
    spec.consoles.push_back({ring, name_, uint64_t{1} << node.index});
    Cap signal;
    signal.object = node.console;
    signal.rights = right_write;
    signal.badge = uint64_t{1} << node.index;
    console_slot_ = add_cap(signal);
    Cap fault;
    fault.object = node.fault;
    fault.rights = right_write | right_grant;  // a fault handler's reply resumes the thread
    fault.badge = node.index + 1;
    fault_slot_ = add_cap(fault);

    const uint64_t stack = round_up(std::max(request.stack.value, small_page), small_page);
    if (stack > max_stack) {
        fail("E523", request.where,
             cat("stack of component '", name_, "' has ", size_text(request.stack.value),
                 ", the stack area ", size_text(max_stack)),
             "use a smaller stack and a heap");
        return;
    }
    if (is_plain() && !abi_fits()) return;
    if (is_plain())
        map_plain_stack(stack);
    else
        map_memory("stack", MKL_VA_STACK_TOP - stack, MKL_VA_STACK_TOP);
    heap_size_ = round_up(request.heap, small_page);
    map_memory("heap", MKL_VA_HEAP, MKL_VA_HEAP + heap_size_);
    map_elf();
}

void Component::fail(std::string_view id, const SourceSpan& where, std::string message,
                     std::string hint) {
    ok_ = false;
    sink_.report({id, where, std::move(message), {}, std::move(hint)});
}

/// Zeroed read-write memory [first, end); 2 MiB frames where they fit.
void Component::map_memory(std::string_view what, uint64_t first, uint64_t end) {
    for (uint64_t at = first; at < end;) {
        const bool large = at % large_page == 0 && end - at >= large_page;
        const ObjectId frame =
            add_object(spec_, Type::frame, cat(name_, "_", what, "_", hex(at)), large ? 21 : 12);
        space_.map(at, frame, right_read | right_write);
        at += large ? large_page : small_page;
    }
}

void Component::map_elf() {
    if (check_segments()) map_segment_pages();
}

bool Component::check_segments() {
    for (const ElfSegment& s : image_.elf.segments) {
        if (s.vaddr < MKL_VA_ELF_FIRST || s.memory_size > MKL_VA_ELF_END - MKL_VA_ELF_FIRST ||
            s.vaddr > MKL_VA_ELF_END - s.memory_size) {
            fail("E521", request_.elf.where,
                 cat("segment ", segment_text(s), " of '", request_.elf.value,
                     "' lies outside the area of programs, [", hex(MKL_VA_ELF_FIRST), ", ",
                     hex(MKL_VA_ELF_END), ")"),
                 "link it with the component linker script");
            return false;
        }
        if (!is_plain() && (s.flags & elf_writable) != 0 && (s.flags & elf_executable) != 0) {
            fail("E522", request_.elf.where,
                 cat("segment ", segment_text(s), " of '", request_.elf.value,
                     "' is writable and executable"),
                 "separate code and data in the linker script");
            return false;
        }
    }
    return true;
}

/// One frame for each 4 KiB page that a segment touches; a page that two segments share gets the
/// rights of both, unless that makes code writable.
void Component::map_segment_pages() {
    struct Page {
        uint32_t flags = 0;
        std::vector<Fill> fills;
    };
    std::map<uint64_t, Page> pages;
    for (const ElfSegment& s : image_.elf.segments) {
        const uint64_t end = s.vaddr + s.memory_size, data_end = s.vaddr + s.file_size;
        for (uint64_t at = s.vaddr / small_page * small_page; at < end; at += small_page) {
            Page& page = pages[at];
            page.flags |= s.flags;
            const uint64_t from = std::max(at, s.vaddr), to = std::min(at + small_page, data_end);
            if (from < to)
                page.fills.push_back({from - at, to - from, image_.bytes,
                                      s.offset + (from - s.vaddr), name_ + ".elf"});
        }
    }
    for (auto& [at, page] : pages) {
        uint16_t rights = right_read;
        if ((page.flags & elf_writable) != 0) rights |= right_write;
        if ((page.flags & elf_executable) != 0) rights |= right_execute;
        if (!is_plain() && (rights & right_write) != 0 && (rights & right_execute) != 0)
            return fail("E522", request_.elf.where,
                        cat("code and writable data of '", request_.elf.value,
                            "' share the page at ", hex(at)),
                        "align segments to 4 KiB: link with -z separate-code");
        const ObjectId frame = add_object(spec_, Type::frame, cat(name_, "_page_", hex(at)), 12);
        spec_.objects[frame].fills = std::move(page.fills);
        space_.map(at, frame, rights);
    }
}

uint64_t Component::add_cap(Cap cap, std::optional<uint32_t> slot) {
    while (!slot && asked_slots_.contains(next_slot_)) next_slot_++;
    cap.slot = slot ? *slot : next_slot_++;
    spec_.objects[cnode_].slots.push_back(cap);
    return cap.slot;
}

ObjectId Component::inbox() {
    if (inbox_) return *inbox_;
    inbox_ = add_object(spec_, Type::notification, name_ + "_inbox");
    Cap receive;
    receive.object = *inbox_;
    receive.rights = right_read;
    inbox_slot_ = add_cap(receive);
    return *inbox_;
}

std::optional<uint64_t> Component::next_badge(const SourceSpan& where) {
    if (badges_ == max_badges) {
        fail("E525", where,
             cat("component '", name_, "' has more than ", max_badges, " incoming signals"),
             "split the component, or let one signal stand for several events");
        return std::nullopt;
    }
    return uint64_t{1} << badges_++;
}

uint64_t Component::map_block(uint64_t& next, const std::vector<ObjectId>& frames, uint16_t rights,
                              bool uncached) {
    // A block with large frames begins at their alignment; a guard page follows each block.
    const bool large = std::any_of(frames.begin(), frames.end(),
                                   [&](ObjectId f) { return spec_.objects[f].size_bits == 21; });
    if (large) {
        // Small frames may precede the first large one: keep physical and virtual in step.
        uint64_t before = 0;
        for (const ObjectId f : frames) {
            if (spec_.objects[f].size_bits == 21) break;
            before += small_page;
        }
        next = round_up(next + before, large_page) - before;
    }
    const uint64_t first = next;
    for (const ObjectId f : frames) {
        space_.map(next, f, rights, uncached);
        next += uint64_t{1} << spec_.objects[f].size_bits;
    }
    next += small_page;
    return first;
}

uint64_t Component::map_shared(const std::vector<ObjectId>& frames, uint16_t rights,
                               bool uncached) {
    return map_block(next_shared_, frames, rights, uncached);
}

uint64_t Component::map_device(const std::vector<ObjectId>& frames) {
    return map_block(next_device_, frames, right_read | right_write, true);
}

uint64_t Component::map_dma(const std::vector<ObjectId>& frames) {
    return map_block(next_device_, frames, right_read | right_write, true);
}

void Component::send_faults_to(ObjectId endpoint, uint64_t badge) {
    for (Cap& c : spec_.objects[cnode_].slots) {
        if (c.slot != fault_slot_) continue;
        c.object = endpoint;
        c.badge = badge;
    }
}

uint64_t Component::receive_from(ObjectId endpoint) {
    if (abi_has_scheduling_contexts(spec_.abi)) {  // what an answer goes through
        Cap reply;
        reply.slot = MKL_SLOT_REPLY;
        reply.object = add_object(spec_, Type::reply, name_ + "_reply");
        spec_.objects[cnode_].slots.push_back(reply);
    }
    Cap receive;
    receive.object = endpoint;
    receive.rights = right_read;
    return add_cap(receive);
}

uint64_t Component::add_end(std::string_view name, const EndValues& values,
                            const SourceSpan& where) {
    if (name.size() >= MKL_NAME_SIZE) {
        fail("E524", where,
             cat("the name of end '", name, "' has ", name.size(), " bytes, at most ",
                 MKL_NAME_SIZE - 1, " fit"),
             "shorten it");
        return 0;
    }
    if (ends_.size() == MKL_STARTUP_MAX_ENDS) {
        fail("E524", where,
             cat("component '", name_, "' has more than ", MKL_STARTUP_MAX_ENDS,
                 " ends (a queue or rpc end counts as three)"),
             "split the component");
        return 0;
    }
    mkl_end end{};
    copy_name(end.name, name);
    end.kind = values.kind;
    end.flags = values.flags;
    end.a = values.a;
    end.b = values.b;
    end.c = values.c;
    end.d = values.d;
    ends_.push_back(end);
    return ends_.size() - 1;
}

void Component::write_startup() {
    mkl_startup head{};
    head.magic = MKL_STARTUP_MAGIC;
    head.version = MKL_STARTUP_VERSION;
    head.total_size =
        static_cast<uint32_t>(offsetof(mkl_startup, ends) + ends_.size() * sizeof(mkl_end));
    head.end_count = static_cast<uint32_t>(ends_.size());
    copy_name(head.name, name_);
    copy_name(head.node, spec_.node);
    head.console_signal = console_slot_;
    head.inbox = inbox_ ? inbox_slot_ : 0;
    head.heap_base = heap_size_ != 0 ? MKL_VA_HEAP : 0;
    head.heap_size = heap_size_;

    Bytes page(small_page);
    std::memcpy(page.data(), &head, offsetof(mkl_startup, ends));
    if (!ends_.empty())
        std::memcpy(page.data() + offsetof(mkl_startup, ends), ends_.data(),
                    ends_.size() * sizeof(mkl_end));
    const uint32_t crc =
        mkl_crc32_skipping(page.data(), head.total_size, offsetof(mkl_startup, crc32));
    std::memcpy(page.data() + offsetof(mkl_startup, crc32), &crc, sizeof crc);
    spec_.objects[startup_].fills.push_back(
        {0, small_page, std::make_shared<const Content>(std::move(page)), 0, name_ + ".startup"});
}

/// On MCS a thread runs on a scheduling context; without `budget:` it is a time slice like a
/// non-MCS kernel's, never used up for good.
void Component::add_time() {
    if (!abi_has_scheduling_contexts(spec_.abi)) return;
    time_ = add_object(spec_, Type::sched_context, name_ + "_time", sched_context_bits);
    Object& time = spec_.objects[*time_];
    time.budget = request_.budget_us.value_or(default_slice_us);
    time.period = request_.period_us.value_or(time.budget);
}

void Component::finish() {
    if (!ok_) return;
    add_time();
    inbox();  // also without incoming ends: what the program blocks on when it has nothing to do
    write_startup();
    const uint64_t sp = is_plain() ? write_arguments() : MKL_VA_STACK_TOP;
    Object& cnode = spec_.objects[cnode_];
    const uint32_t last =
        std::max(next_slot_ - 1, asked_slots_.empty() ? 0 : *asked_slots_.rbegin());
    cnode.size_bits = static_cast<uint8_t>(
        std::max<unsigned>(is_plain() ? plain_cnode_bits : 2, std::bit_width(last)));
    for (Cap& c : cnode.slots)
        if (c.object == cnode_) c.guard_size = 64u - cnode.size_bits;

    Object& tcb = spec_.objects[tcb_];
    tcb.tcb = Tcb{};
    tcb.tcb->ip = image_.elf.entry;
    tcb.tcb->sp = sp;
    tcb.tcb->ipc_buffer = MKL_VA_IPC_BUFFER;
    tcb.tcb->args[0] = MKL_VA_STARTUP;
    tcb.tcb->priority = request_.priority.value;
    tcb.tcb->max_priority = request_.max_priority.value_or(request_.priority).value;
    tcb.tcb->domain = request_.domain.value;
    tcb.tcb->fault_ep = fault_slot_;

    const auto hold = [&](uint32_t slot, ObjectId object, uint16_t rights) -> Cap& {
        Cap cap;
        cap.slot = slot;
        cap.object = object;
        cap.rights = rights;
        tcb.slots.push_back(cap);
        return tcb.slots.back();
    };
    hold(MKL_TCB_SLOT_CSPACE, cnode_, 0).guard_size = 64u - cnode.size_bits;
    hold(MKL_TCB_SLOT_VSPACE, space_.root(), 0);
    hold(MKL_TCB_SLOT_IPC_BUFFER, ipc_buffer_, right_read | right_write);
    if (time_) hold(MKL_TCB_SLOT_SC, *time_, 0);
    if (inbox_) hold(MKL_TCB_SLOT_BOUND_NOTIFICATION, *inbox_, right_read);
}

}  // namespace mkl::capdl
