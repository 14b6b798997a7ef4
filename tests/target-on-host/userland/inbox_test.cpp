// SPDX-License-Identifier: BSD-2-Clause
#include "inbox.hpp"

#include <gtest/gtest.h>

namespace mkl::user {
namespace {

TEST(Inbox, RemembersWhatNobodyWaitedFor) {
    Inbox inbox;
    inbox.arrived(0b101);
    EXPECT_TRUE(inbox.take(0b001));
    EXPECT_FALSE(inbox.take(0b001));
    EXPECT_TRUE(inbox.any());
    EXPECT_TRUE(inbox.take(0b100)) << "arrived with the other";
    EXPECT_FALSE(inbox.any());
}

/// An interrupt is acknowledged once per arrival, and not before its end was taken: a level line
/// would come again at once.
TEST(Inbox, AcknowledgesAfterTaking) {
    Inbox inbox;
    EXPECT_FALSE(inbox.acknowledge(1));
    inbox.arrived(1);
    EXPECT_FALSE(inbox.acknowledge(1)) << "still pending";
    inbox.take(1);
    EXPECT_TRUE(inbox.acknowledge(1));
    EXPECT_FALSE(inbox.acknowledge(1));
}

}  // namespace
}  // namespace mkl::user
