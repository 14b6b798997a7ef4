// SPDX-License-Identifier: BSD-2-Clause
// Random capability operations with CNodes and TCBs inside CNodes, cycles included, preempted at
// random: whatever is left, the kernel's invariants hold and revoking the untyped frees all.
#include <gtest/gtest.h>

#include <random>

#include "machine.hpp"

namespace mkl::kernel::test {
namespace {

std::mt19937_64 interrupts;

class Chaos {
public:
    explicit Chaos(uint64_t seed) : random_{seed} {}

    void step() {
        const Target from = target(), to = target();
        switch (pick(10)) {
        case 0:
        case 1: {
            const Word types[] = {object::untyped, object::endpoint, object::cnode, object::tcb,
                                  object::cnode};
            const Word type = types[pick(5)];
            const Word size = type == object::untyped ? 10 + pick(8) : 1 + pick(3);
            const Word own = root_slot();
            // Nothing but an untyped: a call to an endpoint would block.
            const bool use_own = pick(4) == 0 && machine_.slot(own).cap.is(tag_untyped);
            machine_.retype(use_own ? own : untyped_cptr, type, size, root_slot(), 1 + pick(3));
            break;
        }
        case 2:
        case 3:
            op(to.root, label::cnode_copy, {from.root},
               {to.index, to.depth, from.index, from.depth, 15});
            break;
        case 4:
        case 5:
            op(to.root, label::cnode_move, {from.root},
               {to.index, to.depth, from.index, from.depth});
            break;
        case 6:
            op(to.root, label::cnode_mint, {from.root},
               {to.index, to.depth, from.index, from.depth, 15, 0});
            break;
        case 7:
        case 8:
            op(to.root, label::cnode_delete, {}, {to.index, to.depth});
            break;
        default:
            if (pick(4) == 0) op(to.root, label::cnode_revoke, {}, {to.index, to.depth});
            break;
        }
        const Violation v = check_cspace(machine_.slot(root_cptr).cap);
        ASSERT_EQ(v.line, 0u) << v.value;
    }

    void finish() {
        ASSERT_EQ(machine_.invoke(root_cptr, label::cnode_revoke, {}, {untyped_cptr, 64}),
                  no_error);
        ASSERT_FALSE(has_children(machine_.slot(untyped_cptr)));
        for (Word i = first; i < last + 3; i++) ASSERT_TRUE(machine_.slot(i).empty());
        ASSERT_EQ(machine_.retype(untyped_cptr, object::untyped, Machine::untyped_bits, first),
                  no_error);
    }

private:
    static constexpr Word first = 8, last = 40;
    struct Target {
        Word root, index, depth;
    };

    Word pick(Word n) { return random_() % n; }
    Word root_slot() { return first + pick(last - first); }
    Target target() {
        const Word r = root_slot();
        const Cap cap = machine_.slot(r).cap;
        if (cap.is(tag_cnode) && pick(3)) return {r, pick(Word{1} << cap.radix()), cap.radix()};
        return {root_cptr, r, 64};
    }
    void op(Word cap, Word invocation, std::initializer_list<Word> extra,
            std::initializer_list<Word> words) {
        machine_.invoke(cap, invocation, extra, words);
    }

    Machine machine_;
    std::mt19937_64 random_;
};

TEST(KernelNested, InvariantsHoldAndRevokeFreesAll) {
    arch::host_interrupt_pending = nullptr;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        Chaos chaos{seed};
        interrupts.seed(seed);
        arch::host_interrupt_pending = [] { return interrupts() % 3 == 0; };
        for (unsigned i = 0; i < 1500; i++) {
            chaos.step();
            if (testing::Test::HasFatalFailure()) FAIL() << "operation " << i << " seed " << seed;
        }
        chaos.finish();
        if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
    }
}

}  // namespace
}  // namespace mkl::kernel::test
