// SPDX-License-Identifier: BSD-2-Clause
// The node's status page (mkl/abi/status.h), and the ones of its peers.
#pragma once

#include "mkl/abi/status.h"
#include "mkl/rt/atomic.hpp"

namespace mkl::user {

class StatusPage {
public:
    void use(void* page) {
        auto* status = static_cast<mkl_status*>(page);
        if (status->magic == MKL_STATUS_MAGIC && status->version == MKL_STATUS_VERSION)
            status_ = status;
    }
    /// `stamp` is a counter value, 0 if there is none to read.
    void reached(uint32_t stage, uint64_t stamp) {
        if (status_ == nullptr) return;
        status_->stamp[stage] = stamp;
        rt::store_release(status_->stage, stage);
    }
    /// First error wins; `text` is cut.
    void failed(uint32_t error, uint64_t detail0, uint64_t detail1, const char* text) {
        if (status_ == nullptr || status_->error != 0) return;
        status_->error_stage = status_->stage;
        status_->detail[0] = detail0;
        status_->detail[1] = detail1;
        uint32_t i = 0;
        for (; i + 1 < MKL_STATUS_TEXT_SIZE && text[i] != '\0'; i++) status_->text[i] = text[i];
        status_->text[i] = '\0';
        rt::store_release(status_->error, error);
    }

private:
    mkl_status* status_ = nullptr;
};

/// What a peer says of itself; its page is another node's to write.
enum class PeerState { starting, ready, failed };

inline PeerState peer_state(const mkl_status& status) {
    if (rt::load_acquire(status.stage) >= MKL_STAGE_READY) return PeerState::ready;
    return rt::load_acquire(status.error) != 0 ? PeerState::failed : PeerState::starting;
}

}  // namespace mkl::user
