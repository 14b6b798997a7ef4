// SPDX-License-Identifier: BSD-2-Clause
// Random capability operations on the kernel core, compared with a plain model of the derivation
// tree: nodes with parents and an `original` mark, objects with a count of references. The model
// knows nothing of lists, zombies or preemption.
//
// MKL_MODEL_OPERATIONS sets the number of operations (default 10000, one per cent of the
// campaign's), MKL_MODEL_SEED the seed.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "machine.hpp"

namespace mkl::kernel::test {
namespace {

struct Object {
    Word type;
    Phys pa;
    unsigned bits;       // log2 of the size
    unsigned radix = 0;  // CNode
    unsigned references = 0;
};

struct Node {
    std::shared_ptr<Object> object;
    Node* parent = nullptr;
    std::set<Node*> children;
    bool original = false;
    Word badge = 0;
    Word rights = 15;
    Word free = 0;  // untyped
};

/// A slot: CNode object (null: the root CNode) and index.
struct Place {
    Phys cnode = 0;
    Word index = 0;
    auto operator<=>(const Place&) const = default;
};

class Model {
public:
    std::map<Place, std::unique_ptr<Node>> caps;

    Node* at(const Place& p) {
        const auto i = caps.find(p);
        return i == caps.end() ? nullptr : i->second.get();
    }
    Node* add(const Place& p, std::shared_ptr<Object> o, Node* parent, bool original) {
        auto n = std::make_unique<Node>();
        n->object = std::move(o);
        n->object->references++;
        n->parent = parent;
        n->original = original;
        if (parent) parent->children.insert(n.get());
        Node* raw = n.get();
        caps[p] = std::move(n);
        return raw;
    }
    void erase(const Place& p) {
        auto i = caps.find(p);
        if (i == caps.end()) return;
        std::unique_ptr<Node> n = std::move(i->second);
        caps.erase(i);
        for (Node* c : n->children) {
            c->parent = n->parent;
            if (n->parent) n->parent->children.insert(c);
        }
        if (n->parent) n->parent->children.erase(n.get());
        Object& o = *n->object;
        if (--o.references == 0 && o.type == object::cnode)
            for (Word s = 0; s < Word{1} << o.radix; s++) erase({o.pa, s});
    }
    void descendants(Node* n, std::set<Node*>& out) {
        for (Node* c : n->children) {
            out.insert(c);
            descendants(c, out);
        }
    }
    void revoke(const Place& p) {
        // Deleting a CNode may delete other descendants too: look again each time.
        for (;;) {
            Node* n = at(p);
            if (!n || n->children.empty()) return;
            Node* child = *n->children.begin();
            for (auto& [place, node] : caps) {
                if (node.get() != child) continue;
                erase(Place{place});
                break;
            }
        }
    }
    void move(const Place& from, const Place& to) {
        caps[to] = std::move(caps[from]);
        caps.erase(from);
    }
};

class Fuzz {
public:
    explicit Fuzz(uint64_t seed) : random_{seed} {
        auto o = std::make_shared<Object>();
        *o = {object::untyped, Machine::untyped_pa, Machine::untyped_bits};
        o->references = 1;  // never goes away
        model_.add({0, untyped_cptr}, o, nullptr, true);
    }

    void step() {
        switch (pick(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
            retype();
            break;
        case 4:
        case 5:
        case 6:
            copy();
            break;
        case 7:
        case 8:
            mint();
            break;
        case 9:
        case 10:
            move();
            break;
        case 11:
        case 12:
        case 13:
            remove();
            break;
        case 14:
            swap();
            break;
        default:
            revoke();
            break;
        }
        compare();
    }
    uint64_t preemptions() const { return machine_.preemptions; }
    std::map<std::string, unsigned> done;

private:
    static constexpr Word first = 8, last = 120;

    Word pick(Word n) { return random_() % n; }

    /// A slot of the root CNode or of a CNode that a root slot names, and how to address it.
    struct Target {
        Place place;
        Word root, index, depth;
    };
    Target target() {
        const Word r = first + pick(last - first);
        Node* n = model_.at({0, r});
        if (n && n->object->type == object::cnode && pick(2)) {
            const Word i = pick(Word{1} << n->object->radix);
            return {
                {n->object->pa, i},
                r, i, n->object->radix
            };
        }
        return {
            {0, r},
            root_cptr, r, 64
        };
    }
    Slot& slot(const Place& p) {
        return p.cnode ? ptr<Slot>(p.cnode)[p.index] : machine_.slot(p.index);
    }
    void expect(const char* what, Word got, Word wanted) {
        ASSERT_EQ(got, wanted) << what;
        if (got == no_error) done[what]++;
    }

    /// CNodes and TCBs stay out of inner CNodes: deleted there they leave zombies until an ancestor
    /// is revoked (test_nested.cpp), which a tree does not show.
    bool keep_out(const Place& place, const Node* n) const {
        return place.cnode && n &&
               (n->object->type == object::cnode || n->object->type == object::tcb);
    }

    void retype() {
        const Word from = pick(3) ? first + pick(last - first) : untyped_cptr;
        Node* ut = model_.at({0, from});
        if (!ut || ut->object->type != object::untyped) return;
        const Word types[] = {object::untyped, object::endpoint, object::notification,
                              object::cnode,   object::tcb,      object::small_page};
        const Word type = types[pick(6)];
        const Word size = type == object::untyped ? 8 + pick(12)
                          : type == object::cnode ? 1 + pick(3)
                                                  : 0;
        const unsigned bits = static_cast<unsigned>(type == object::untyped        ? size
                                                    : type == object::cnode        ? size + 5
                                                    : type == object::endpoint     ? 4
                                                    : type == object::notification ? 5
                                                    : type == object::tcb          ? 11
                                                                                   : 12);
        const Word dest = first + pick(last - first), count = 1 + pick(3);
        Word wanted = no_error;
        for (Word i = 0; i < count && wanted == no_error; i++)
            if (dest + i < 512 && model_.at({0, dest + i})) wanted = delete_first;
        const Word free = ut->children.empty() ? 0 : ut->free;
        const Word total = Word{1} << ut->object->bits;
        if (wanted == no_error && (total - free) >> bits < count) wanted = not_enough_memory;
        expect("retype", machine_.retype(from, type, size, dest, count), wanted);
        if (wanted != no_error) return;
        const Word start = (free + (Word{1} << bits) - 1) >> bits << bits;
        for (Word i = 0; i < count; i++) {
            auto o = std::make_shared<Object>();
            *o = {type, ut->object->pa + start + (i << bits), bits,
                  static_cast<unsigned>(type == object::cnode ? size : 0)};
            model_.add({0, dest + i}, o, ut, true);
            if (type != object::untyped) check_clear(*o);
        }
        ut->free = start + (count << bits);
    }
    static void check_clear(const Object& o) {
        if (o.type == object::tcb) return;  // has its first values
        const auto* p = ptr<uint64_t>(o.pa);
        for (size_t i = 0; i < (size_t{1} << o.bits) / 8; i++) ASSERT_EQ(p[i], 0u);
        if (o.type == object::small_page) std::memset(ptr<void>(o.pa), 0xee, 4096);
    }

    /// Copy and Mint; `badge` null for Copy.
    void derive(const char* what, const Word* badge, Word rights) {
        const Target from = target(), to = target();
        Node* n = model_.at(from.place);
        if (keep_out(to.place, n)) return;
        Word wanted = no_error;
        const Word type = n ? n->object->type : 0;
        const bool badged = type == object::endpoint || type == object::notification;
        if (model_.at(to.place)) {
            wanted = delete_first;
        } else if (!n) {
            wanted = failed_lookup;
        } else if (badge && badged && n->badge != 0) {
            wanted = illegal_operation;
        } else if (type == object::untyped && !n->children.empty()) {
            wanted = revoke_first;
        }
        // Mint's data is a guard for CNodes: keep it 0.
        const Word data = badge && badged ? *badge : 0;
        const Word got =
            badge ? machine_.invoke(to.root, label::cnode_mint, {from.root},
                                    {to.index, to.depth, from.index, from.depth, rights, data})
                  : machine_.invoke(to.root, label::cnode_copy, {from.root},
                                    {to.index, to.depth, from.index, from.depth, rights});
        expect(what, got, wanted);
        if (wanted != no_error) return;
        const bool subtree = type == object::untyped || (badged && data != n->badge && badge);
        Node* copy = model_.add(to.place, n->object, n->original ? n : n->parent, subtree);
        copy->badge = badge && badged ? data : n->badge;
        if (type == object::untyped) {
            copy->free = n->free;
            n->free = Word{1} << n->object->bits;
        }
    }
    void copy() { derive("copy", nullptr, pick(16)); }
    void mint() {
        const Word badge = pick(4);
        derive("mint", &badge, 15);
    }
    void move() {
        const Target from = target(), to = target();
        if (keep_out(to.place, model_.at(from.place))) return;
        const Word wanted = model_.at(to.place)      ? delete_first
                            : !model_.at(from.place) ? failed_lookup
                                                     : no_error;
        expect("move",
               machine_.invoke(to.root, label::cnode_move, {from.root},
                               {to.index, to.depth, from.index, from.depth}),
               wanted);
        if (wanted == no_error) model_.move(from.place, to.place);
    }
    void swap() {
        const Target a = target(), b = target();
        Node *na = model_.at(a.place), *nb = model_.at(b.place);
        if (a.place == b.place || !na || !nb) return;
        const auto plain = [](Node* n) {
            return n->object->type != object::endpoint && n->object->type != object::notification &&
                   n->object->type != object::cnode;
        };
        if (!plain(na) || !plain(nb) || keep_out(a.place, nb) || keep_out(b.place, na)) return;
        expect("rotate",
               machine_.invoke(a.root, label::cnode_rotate, {b.root, a.root},
                               {a.index, a.depth, 0, b.index, b.depth, 0, a.index, a.depth}),
               no_error);
        std::swap(model_.caps[a.place], model_.caps[b.place]);
    }
    void remove() {
        const Target t = target();
        expect("delete", machine_.invoke(t.root, label::cnode_delete, {}, {t.index, t.depth}),
               no_error);
        model_.erase(t.place);
    }
    void revoke() {
        const bool all = pick(40) == 0;
        const Target t = all ? Target{{0, untyped_cptr}, root_cptr, untyped_cptr, 64} : target();
        expect("revoke", machine_.invoke(t.root, label::cnode_revoke, {}, {t.index, t.depth}),
               no_error);
        model_.revoke(t.place);
    }

    static Word tag(const Object& o) {
        switch (o.type) {
        case object::untyped:
            return tag_untyped;
        case object::endpoint:
            return tag_endpoint;
        case object::notification:
            return tag_notification;
        case object::cnode:
            return tag_cnode;
        case object::tcb:
            return tag_thread;
        default:
            return tag_frame;
        }
    }
    void compare() {
        Violation v = check_cspace(machine_.slot(root_cptr).cap);
        ASSERT_EQ(v.line, 0u) << v.value;
        for (Word i = first; i < last + 3; i++)
            ASSERT_EQ(machine_.slot(i).empty(), model_.at({0, i}) == nullptr) << "slot " << i;
        std::map<const Slot*, Node*> nodes;
        for (auto& [place, node] : model_.caps) nodes[&slot(place)] = node.get();
        for (auto& [s, node] : nodes) {
            ASSERT_EQ(s->cap.type(), tag(*node->object));
            ASSERT_EQ(s->cap.pa(), node->object->pa);
            if (s->cap.is(tag_endpoint) || s->cap.is(tag_notification)) {
                ASSERT_EQ(s->cap.badge(), node->badge);
            }
            if (s->cap.is(tag_untyped) && !node->children.empty()) {
                ASSERT_EQ(s->cap.ut_free(), node->free);
            }
            // What the list says hangs below it is what the tree says.
            std::set<Node*> wanted, got;
            model_.descendants(node, wanted);
            for (const Slot* n = s->next(); n && is_parent(*s, *n); n = n->next())
                got.insert(nodes.count(n) ? nodes[n] : nullptr);
            ASSERT_EQ(got, wanted) << "descendants of a capability of type " << s->cap.type();
        }
    }

    Machine machine_;
    Model model_;
    std::mt19937_64 random_;
};

std::mt19937_64 interrupts;

uint64_t number(const char* name, uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 0) : otherwise;
}

TEST(KernelModel, RandomOperationsAgreeWithTheTree) {
    const uint64_t operations = number("MKL_MODEL_OPERATIONS", 10000);
    const uint64_t seed = number("MKL_MODEL_SEED", 1);
    Fuzz fuzz{seed};
    interrupts.seed(seed);
    arch::host_interrupt_pending = [] { return interrupts() % 4 == 0; };
    for (uint64_t i = 0; i < operations; i++) {
        fuzz.step();
        if (testing::Test::HasFatalFailure()) FAIL() << "operation " << i << ", seed " << seed;
    }
    for (const char* what : {"retype", "copy", "mint", "move", "delete", "rotate", "revoke"})
        EXPECT_GT(fuzz.done[what], operations / 2000) << what;
    EXPECT_GT(fuzz.preemptions(), operations / 2000);
}

}  // namespace
}  // namespace mkl::kernel::test
