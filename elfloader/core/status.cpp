// SPDX-License-Identifier: BSD-2-Clause
#include "status.hpp"

namespace mkl::loader {

void StatusPage::init(const mkl_payload_node& node, uint32_t node_count, uint64_t counter_hz) {
    auto* words = reinterpret_cast<uint64_t*>(page_);
    for (uint32_t i = 0; i < MKL_PAGE_SIZE / sizeof *words; i++) words[i] = 0;
    page_->magic = MKL_STATUS_MAGIC;
    page_->version = MKL_STATUS_VERSION;
    page_->node_id = node.id;
    page_->node_count = node_count;
    page_->hwid = node.hwid;
    page_->counter_hz = counter_hz;
    for (uint32_t i = 0; i < MKL_NAME_SIZE; i++) page_->name[i] = node.name[i];
}

void StatusPage::reach(uint32_t stage, uint64_t now) {
    if (page_->stamp[stage] == 0) page_->stamp[stage] = now;
    if (stage > page_->stage) __atomic_store_n(&page_->stage, stage, __ATOMIC_RELEASE);
}

void StatusPage::fail(const Fault& fault) {
    if (page_->error != MKL_STATUS_OK) return;
    page_->error_stage = page_->stage;
    page_->detail[0] = fault.detail[0];
    page_->detail[1] = fault.detail[1];
    uint32_t n = 0;
    const auto put = [&](const char* text) {
        while (*text != '\0' && n + 1 < MKL_STATUS_TEXT_SIZE) page_->text[n++] = *text++;
    };
    put(fault.subject);
    put(": ");
    put(fault.text);
    page_->text[n] = '\0';
    __atomic_store_n(&page_->error, fault.status, __ATOMIC_RELEASE);
}

}  // namespace mkl::loader
