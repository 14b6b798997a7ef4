// SPDX-License-Identifier: BSD-2-Clause
// Endpoints: send, receive, call, reply, rights, badges, capability transfer, cancelling.
#include "suite.hpp"

using namespace suite;

namespace {

Word ep, done, shared;
volatile Word seen[16];

void clear_seen() {
    for (auto& s : seen) s = 0;
}

void echo_server(Word) {
    Result r = receive(ep);
    for (;;) {
        seen[0] = seen[0] + 1;
        seen[1] = r.badge;
        seen[2] = r.info.length();
        r = syscall(sys::reply_recv, ep, message(r.info.label() + 1, r.info.length()), r.mr[0] + 1,
                    r.mr[1], r.mr[2], r.mr[3]);
    }
}

void receive_once(Word) {
    const Result r = receive(ep);
    seen[1] = r.badge;
    seen[2] = r.info.word;
    seen[3] = r.mr[0];
    seen[4] = 1;
}

void send_once(Word badge_cap) {
    syscall(sys::send, badge_cap ? badge_cap : ep, message(9, 2), 77, 78);
    seen[5] = 1;
}

void call_once(Word cap) {
    const Result r = call(cap ? cap : ep, 3, 1, 5);
    seen[6] = r.info.label();
    seen[7] = r.mr[0];
    seen[8] = 1;
}

struct Setup {
    Setup() {
        ep = make(object::endpoint);
        done = make(object::notification);
        clear_seen();
    }
};

}  // namespace

TEST(ipc, call_and_reply) {
    Setup s;
    start(thread(echo_server, 0, 200));
    let_run();
    for (Word i = 0; i < 50; i++) {
        const Result r = call(ep, i, 4, i, 11, 12, 13);
        CHECK_EQ(r.info.label(), i + 1);
        CHECK_EQ(r.info.length(), 4);
        CHECK_EQ(r.badge, 0);
        CHECK_EQ(r.mr[0], i + 1);
        CHECK_EQ(r.mr[3], 13);
    }
    CHECK_EQ(seen[0], 50);
}

TEST(ipc, badge_arrives) {
    Setup s;
    start(thread(echo_server, 0, 200));
    const Word b = mint(ep, 0xabcdef0123456789);
    let_run();
    CHECK_EQ(call(b, 0, 0).info.label(), 1);
    CHECK_EQ(seen[1], 0xabcdef0123456789);
}

TEST(ipc, long_message) {
    Setup s;
    static volatile Word sum;
    sum = 0;
    start(thread(
        [](Word) {
            const Result r = receive(ep);
            for (Word i = 4; i < r.info.length(); i++) sum = sum + ipc()->msg[i];
            for (Word i = 4; i < 120; i++) ipc()->msg[i] = 2 * i;
            syscall(sys::reply, 0, message(0, 120), 1, 2, 3, 4);
        },
        0, 200));
    let_run();
    Word expected = 0;
    for (Word i = 4; i < 120; i++) {
        ipc()->msg[i] = i * i;
        expected += i * i;
    }
    const Result r = call(ep, 0, 120, 1, 2, 3, 4);
    CHECK_EQ(sum, expected);
    CHECK_EQ(r.info.length(), 120);
    for (Word i = 4; i < 120; i++) CHECK_EQ(ipc()->msg[i], 2 * i);
}

TEST(ipc, send_blocks_until_received) {
    Setup s;
    start(thread(send_once, 0, 200));
    let_run();
    CHECK_EQ(seen[5], 0);
    const Result r = receive(ep);
    CHECK_EQ(r.mr[0], 77);
    CHECK_EQ(r.mr[1], 78);
    CHECK_EQ(r.info.label(), 9);
    let_run();
    CHECK_EQ(seen[5], 1);
}

TEST(ipc, senders_in_order) {
    Setup s;
    const Word b1 = mint(ep, 1), b2 = mint(ep, 2), b3 = mint(ep, 3);
    const Word senders[] = {b1, b2, b3};
    for (Word b : senders) {
        start(thread(send_once, b, 200));
        let_run();
    }
    CHECK_EQ(receive(ep).badge, 1);
    CHECK_EQ(receive(ep).badge, 2);
    CHECK_EQ(receive(ep).badge, 3);
}

TEST(ipc, nb_send_without_receiver_is_lost) {
    Setup s;
    syscall(sys::nb_send, ep, message(1, 1), 5);
    const Result r = syscall(sys::nb_recv, ep);
    CHECK_EQ(r.badge, 0);
    start(thread(receive_once, 0, 200));
    let_run();
    CHECK_EQ(seen[4], 0);
    syscall(sys::nb_send, ep, message(1, 1), 6);
    let_run();
    CHECK_EQ(seen[4], 1);
    CHECK_EQ(seen[3], 6);
}

TEST(ipc, nb_recv_takes_waiting_sender) {
    Setup s;
    start(thread(send_once, mint(ep, 8), 200));
    let_run();
    const Result r = syscall(sys::nb_recv, ep);
    CHECK_EQ(r.badge, 8);
    CHECK_EQ(r.mr[0], 77);
}

TEST(ipc, send_needs_write_right) {
    Setup s;
    const Word read_only = copy(ep, can_read);
    Result r = call(read_only, 0, 0);
    CHECK_EQ(r.error(), invalid_capability);
    CHECK_EQ(r.mr[0], 0);
    const Word nothing = copy(ep, 0);
    r = call(nothing, 0, 0);
    CHECK_EQ(r.error(), invalid_capability);
}

TEST(ipc, receive_needs_read_right) {
    Setup s;
    const Word fault_ep = make(object::endpoint);
    const Word write_only = copy(ep, can_write);
    static Word cap;
    cap = write_only;
    start(thread([](Word) { receive(cap); }, 0, 200, fault_ep));
    let_run();
    const Result r = syscall(sys::nb_recv, fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::cap_fault);
    CHECK_EQ(r.mr[1], write_only);
    CHECK_EQ(r.mr[2], 1);
    CHECK_EQ(r.mr[3], missing_capability);
}

TEST(ipc, call_without_grant_reply_gets_no_answer) {
    Setup s;
    const Word weak = mint(ep, 5, can_write);
    const Thread caller = thread(call_once, weak, 200);
    start(caller);
    let_run();
    const Result r = receive(ep);
    CHECK_EQ(r.badge, 5);
    // No reply capability came with it, so answering does nothing.
    syscall(sys::reply, 0, message(0, 1), 1);
    let_run();
    CHECK_EQ(seen[8], 0);
}

TEST(ipc, reply_through_saved_caller) {
    Setup s;
    start(thread(call_once, 0, 200));
    let_run();
    const Result r = receive(ep);
    CHECK_EQ(r.mr[0], 5);
    const Word saved = slot();
    CHECK_EQ(invoke(root, label::cnode_save_caller, caps(), saved, depth).error(), no_error);
    CHECK_EQ(identify(saved), tag_reply);
    syscall(sys::send, saved, message(4, 1), 99);
    let_run();
    CHECK_EQ(seen[6], 4);
    CHECK_EQ(seen[7], 99);
    // It answers once.
    CHECK(empty(saved));
}

TEST(ipc, reply_capability_cannot_be_copied) {
    Setup s;
    start(thread(call_once, 0, 200));
    let_run();
    receive(ep);
    const Word saved = slot();
    CHECK_EQ(invoke(root, label::cnode_save_caller, caps(), saved, depth).error(), no_error);
    CHECK_EQ(copy_to(slot(), saved), illegal_operation);
    CHECK_EQ(move_to(slot(), saved), no_error);
}

TEST(ipc, next_receive_drops_the_caller) {
    Setup s;
    const Thread a = thread(call_once, 0, 200);
    start(a);
    let_run();
    receive(ep);
    syscall(sys::nb_recv, ep);
    syscall(sys::reply, 0, message(0, 1), 1);
    let_run();
    CHECK_EQ(seen[8], 0);
}

TEST(ipc, transfer_a_capability) {
    Setup s;
    static Word into;
    into = slot();
    start(thread(
        [](Word) {
            ipc()->receive_cnode = root;
            ipc()->receive_index = into;
            ipc()->receive_depth = depth;
            const Result r = receive(ep);
            seen[2] = r.info.word;
            signal(done);
        },
        0, 200));
    let_run();
    const Word n = make(object::notification);
    ipc()->caps_or_badges[0] = n;
    syscall(sys::send, ep, message(1, 0, 1));
    let_run();
    const MessageInfo got{seen[2]};
    CHECK_EQ(got.extra_caps(), 1);
    CHECK_EQ(got.caps_unwrapped(), 0);
    CHECK_EQ(identify(into), tag_notification);
    CHECK_EQ(identify(n), tag_notification);
}

TEST(ipc, transfer_needs_grant) {
    Setup s;
    static Word into;
    into = slot();
    start(thread(
        [](Word) {
            ipc()->receive_cnode = root;
            ipc()->receive_index = into;
            ipc()->receive_depth = depth;
            seen[2] = receive(ep).info.word;
        },
        0, 200));
    let_run();
    const Word weak = copy(ep, can_write | can_read);
    ipc()->caps_or_badges[0] = done;
    syscall(sys::send, weak, message(1, 0, 1));
    let_run();
    CHECK_EQ(MessageInfo{seen[2]}.extra_caps(), 0);
    CHECK(empty(into));
}

TEST(ipc, own_endpoint_is_unwrapped) {
    Setup s;
    start(thread(
        [](Word) {
            seen[2] = receive(ep).info.word;
            seen[3] = ipc()->caps_or_badges[0];
            seen[4] = ipc()->caps_or_badges[1];
        },
        0, 200));
    let_run();
    const Word b1 = mint(ep, 0x11), b2 = mint(ep, 0x22);
    ipc()->caps_or_badges[0] = b1;
    ipc()->caps_or_badges[1] = b2;
    syscall(sys::send, ep, message(1, 0, 2));
    let_run();
    const MessageInfo got{seen[2]};
    CHECK_EQ(got.extra_caps(), 2);
    CHECK_EQ(got.caps_unwrapped(), 3);
    CHECK_EQ(seen[3], 0x11);
    CHECK_EQ(seen[4], 0x22);
}

TEST(ipc, occupied_receive_slot_takes_nothing) {
    Setup s;
    shared = make(object::endpoint);
    start(thread(
        [](Word) {
            ipc()->receive_cnode = root;
            ipc()->receive_index = shared;
            ipc()->receive_depth = depth;
            seen[2] = receive(ep).info.word;
        },
        0, 200));
    let_run();
    ipc()->caps_or_badges[0] = done;
    syscall(sys::send, ep, message(1, 0, 1));
    let_run();
    CHECK_EQ(MessageInfo{seen[2]}.extra_caps(), 0);
    CHECK_EQ(identify(shared), tag_endpoint);
}

TEST(ipc, invalid_extra_capability_faults_the_sender) {
    Setup s;
    const Word fault_ep = make(object::endpoint);
    start(thread(
        [](Word) {
            ipc()->caps_or_badges[0] = ~Word{0};
            syscall(sys::send, ep, message(1, 0, 1));
        },
        0, 200, fault_ep));
    let_run();
    const Result r = syscall(sys::nb_recv, fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::cap_fault);
    CHECK_EQ(r.mr[1], ~Word{0});
    CHECK_EQ(r.mr[2], 0);
}

TEST(ipc, deleting_the_endpoint_restarts_waiters) {
    Setup s;
    const Word fault_ep = make(object::endpoint);
    const Thread t = thread(receive_once, 0, 200, fault_ep);
    start(t);
    let_run();
    CHECK_EQ(remove(ep), no_error);
    let_run();
    // The receive is tried again and finds no capability.
    const Result r = syscall(sys::nb_recv, fault_ep);
    CHECK_EQ(r.info.label(), abi::fault::cap_fault);
}

TEST(ipc, cancel_badged_sends) {
    Setup s;
    const Word fault_ep = make(object::endpoint);
    const Word b1 = mint(ep, 1), b2 = mint(ep, 2);
    start(thread(send_once, b1, 200, fault_ep));
    start(thread(send_once, b2, 200, fault_ep));
    start(thread(send_once, b1, 200, fault_ep));
    let_run();
    // Senders of badge 1 are restarted, block again behind badge 2.
    CHECK_EQ(invoke(root, label::cnode_cancel_badged_sends, caps(), b1, depth).error(), no_error);
    let_run();
    CHECK_EQ(receive(ep).badge, 2);
    CHECK_EQ(receive(ep).badge, 1);
    CHECK_EQ(receive(ep).badge, 1);
}

TEST(ipc, revoke_badge_then_cancel) {
    Setup s;
    const Word fault_ep = make(object::endpoint);
    const Word b1 = mint(ep, 1);
    static Word used;
    used = copy(b1);
    start(thread(send_once, used, 200, fault_ep));
    let_run();
    CHECK_EQ(revoke(b1), no_error);
    CHECK_EQ(invoke(root, label::cnode_cancel_badged_sends, caps(), b1, depth).error(), no_error);
    let_run();
    // The send is tried again with what is now an empty slot, and does nothing.
    CHECK_EQ(seen[5], 1);
    CHECK_EQ(syscall(sys::nb_recv, ep).badge, 0);
}

TEST(ipc, null_capability) {
    const Word nothing = slot();
    const Result r = call(nothing);
    CHECK_EQ(r.error(), invalid_capability);
    CHECK_EQ(r.mr[0], 0);
    // Not blocking: nothing happens, not even a fault.
    syscall(sys::nb_send, nothing, message(0, 0));
    syscall(sys::send, nothing, message(0, 0));
}

TEST(ipc, send_to_higher_priority_switches) {
    Setup s;
    set_own_priority(50);
    start(thread(receive_once, 0, 200));
    syscall(sys::send, ep, message(2, 1), 42);
    CHECK_EQ(seen[4], 1);
    CHECK_EQ(seen[3], 42);
}
