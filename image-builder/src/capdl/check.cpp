// SPDX-License-Identifier: BSD-2-Clause
#include <set>
#include <string>

#include "mkl/capdl/build.hpp"
#include "mkl/support/text.hpp"

namespace mkl::capdl {

namespace {

constexpr uint32_t sgi_ids = 16;
constexpr uint32_t table_entries = 512;

class Checker {
public:
    Checker(const Spec& spec, const SourceSpan& where, DiagnosticSink& sink)
        : spec_{spec}, where_{where}, sink_{sink} {}

    bool run() {
        const size_t errors = sink_.error_count();
        uint64_t last_end = 0;
        for (const Object& o : spec_.objects) {
            check_place(o, last_end);
            check_slots(o);
            if (o.type == Type::tcb) check_tcb(o);
            if (o.type == Type::sgi_signal && o.irq >= sgi_ids)
                fail(cat(o.name, ": SGI ", o.irq, " does not exist, the last is ", sgi_ids - 1));
            if (o.type == Type::irq && (o.slots.size() != 1 || o.slots[0].slot != 0))
                fail(cat(o.name, ": an interrupt needs exactly one notification"));
            if (!names_.insert(o.name).second) fail(cat(o.name, ": name is used twice"));
        }
        return sink_.error_count() == errors;
    }

private:
    void fail(const std::string& text) {
        sink_.report({"E530", where_, cat("CapDL of node '", spec_.node, "': ", text), {}, {}});
    }

    void check_place(const Object& o, uint64_t& last_end) {
        if (!o.paddr) return;
        const uint64_t size = uint64_t{1} << retype_bits(o, spec_.abi);
        if (*o.paddr % size != 0)
            fail(cat(o.name, ": physical address ", hex(*o.paddr), " is no multiple of its size, ",
                     size_text(size)));
        if (*o.paddr < last_end)
            fail(cat(o.name, ": physical address ", hex(*o.paddr),
                     " lies in an object that ends at ", hex(last_end)));
        last_end = *o.paddr + size;
    }

    /// One more than the last slot; 0: the object holds none.
    uint64_t slot_limit(const Object& o) const {
        switch (o.type) {
        case Type::cnode:
            return uint64_t{1} << o.size_bits;
        case Type::vspace:
            return abi_is_hypervisor(spec_.abi) ? 2 * table_entries : table_entries;
        case Type::page_table:
            return table_entries;
        case Type::tcb:
            return MKL_TCB_SLOT_BOUND_NOTIFICATION + 1;
        case Type::irq:
            return 1;
        default:
            return 0;
        }
    }

    void check_slots(const Object& o) {
        const uint64_t limit = slot_limit(o);
        for (size_t i = 0; i < o.slots.size(); i++) {
            if (o.slots[i].slot >= limit)
                fail(cat(o.name, ": slot ", o.slots[i].slot, " of ", limit));
            if (i != 0 && o.slots[i].slot == o.slots[i - 1].slot)
                fail(cat(o.name, ": slot ", o.slots[i].slot, " is used twice, for ",
                         spec_.objects[o.slots[i - 1].object].name, " and ",
                         spec_.objects[o.slots[i].object].name));
        }
    }

    void check_tcb(const Object& o) {
        if (!o.tcb) return fail(cat(o.name, ": thread without registers"));
        for (const auto& [slot, what] : {
                 std::pair{MKL_TCB_SLOT_CSPACE,     "CSpace"    },
                 std::pair{MKL_TCB_SLOT_VSPACE,     "VSpace"    },
                 std::pair{MKL_TCB_SLOT_IPC_BUFFER, "IPC buffer"}
        }) {
            bool found = false;
            for (const Cap& c : o.slots) found = found || c.slot == slot;
            if (!found) fail(cat(o.name, ": thread without ", what));
        }
        bool timed = !abi_has_scheduling_contexts(spec_.abi);
        for (const Cap& c : o.slots) timed = timed || c.slot == MKL_TCB_SLOT_SC;
        if (!timed) fail(cat(o.name, ": thread without scheduling context"));
        if (o.tcb->sp % 16 != 0)
            fail(cat(o.name, ": stack pointer ", hex(o.tcb->sp), " is not 16-byte aligned"));
    }

    const Spec& spec_;
    const SourceSpan& where_;
    DiagnosticSink& sink_;
    std::set<std::string> names_;
};

}  // namespace

bool check_spec(const Spec& spec, const SourceSpan& where, DiagnosticSink& sink) {
    return Checker{spec, where, sink}.run();
}

}  // namespace mkl::capdl
