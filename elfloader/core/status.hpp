// SPDX-License-Identifier: BSD-2-Clause
// The loader's part of a node's status page (mkl/abi/status.h).
#pragma once

#include "fault.hpp"
#include "payload.hpp"

namespace mkl::loader {

class StatusPage {
public:
    explicit StatusPage(uint64_t address) : page_{reinterpret_cast<mkl_status*>(address)} {}

    /// Zeroes the page and writes identity; stage NONE.
    void init(const mkl_payload_node& node, uint32_t node_count, uint64_t counter_hz);
    /// Stamps the stage; `stage` itself only rises, since nodes verify and copy after ENTERED.
    void reach(uint32_t stage, uint64_t now);
    /// The first error stays.
    void fail(const Fault& fault);

    uint32_t stage() const { return __atomic_load_n(&page_->stage, __ATOMIC_ACQUIRE); }
    uint32_t error() const { return __atomic_load_n(&page_->error, __ATOMIC_ACQUIRE); }
    void set_cpu(uint64_t hwid) { page_->hwid = hwid; }

private:
    mkl_status* page_;
};

}  // namespace mkl::loader
