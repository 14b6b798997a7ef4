// SPDX-License-Identifier: BSD-2-Clause
// One component while its node's spec is made. Virtual layout: mkl/abi/component.h.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "address_space.hpp"
#include "mkl/abi/component.h"
#include "mkl/capdl/build.hpp"

namespace mkl::capdl {

/// An end without its name: struct mkl_end (mkl/abi/component.h), which says what a..d are.
struct EndValues {
    uint32_t kind = 0;
    uint64_t a = 0, b = 0, c = 0, d = 0;
    uint32_t flags = 0;
};

/// What all components of a node share.
struct NodeObjects {
    ObjectId stub = 0;     ///< frame
    ObjectId console = 0;  ///< notification
    ObjectId fault = 0;    ///< endpoint
    size_t index = 0;      ///< of the component on its node
};

class Component {
public:
    /// Makes the thread, its CSpace and address space, and all memory that does not depend on
    /// connections. `ok()` is false if the ELF cannot be mapped (reported).
    Component(Spec& spec, const ComponentRequest& request, const ComponentImage& image,
              const NodeObjects& node, DiagnosticSink& sink);

    const ComponentRequest& request() const { return request_; }

    /// Slot of a new capability in the component's CSpace: `slot`, or one that nobody asks for.
    uint64_t add_cap(Cap cap, std::optional<uint32_t> slot = std::nullopt);
    /// The component's notification, made when first asked for; bound to its thread.
    ObjectId inbox();
    /// Next free badge bit of the inbox; nullopt (reported) when all are taken.
    std::optional<uint64_t> next_badge(const SourceSpan& where);
    /// Maps `frames`, one after another, in the shared area; returns the first address.
    uint64_t map_shared(const std::vector<ObjectId>& frames, uint16_t rights, bool uncached);
    /// Maps device registers; returns the first address.
    uint64_t map_device(const std::vector<ObjectId>& frames);
    /// Maps DMA memory; returns its address.
    uint64_t map_dma(const std::vector<ObjectId>& frames);
    /// Its faults go to `endpoint` with `badge`, instead of to the root task.
    void send_faults_to(ObjectId endpoint, uint64_t badge);
    /// Slot of the capability to receive from `endpoint`.
    uint64_t receive_from(ObjectId endpoint);
    /// Adds an end as the program finds it; returns its index among the ends.
    uint64_t add_end(std::string_view name, const EndValues& values, const SourceSpan& where);

    /// Startup page, size of the CNode, thread. Nothing may be added afterwards.
    void finish();

private:
    void map_elf();
    void map_segment_pages();
    bool check_segments();
    void map_memory(std::string_view what, uint64_t first, uint64_t end);
    void write_startup();
    void add_time();
    /// Of a program of seL4's own interface (program.cpp).
    bool is_plain() const { return request_.abi.has_value(); }
    bool abi_fits();
    void map_plain_stack(uint64_t size);
    /// Arguments and auxiliary vector at the top of its stack; returns the stack pointer.
    uint64_t write_arguments();
    uint64_t map_block(uint64_t& next, const std::vector<ObjectId>& frames, uint16_t rights,
                       bool uncached);
    void fail(std::string_view id, const SourceSpan& where, std::string message, std::string hint);

    Spec& spec_;
    const ComponentRequest& request_;
    const ComponentImage& image_;
    DiagnosticSink& sink_;
    std::string name_;
    AddressSpace space_;
    ObjectId cnode_, tcb_, startup_, ipc_buffer_;
    std::optional<ObjectId> inbox_, time_, stack_top_;
    std::set<uint32_t> asked_slots_;  // by `slot:` of a capability
    uint64_t inbox_slot_ = 0, console_slot_ = 0, fault_slot_ = 0;
    // Slot 0 stays empty: cptr 0 means "none".
    uint32_t next_slot_ = MKL_SLOT_REPLY + 1;
    uint32_t badges_ = 0;
    uint64_t next_shared_ = MKL_VA_SHARED, next_device_ = MKL_VA_DEVICES;
    uint64_t heap_size_ = 0;
    std::vector<mkl_end> ends_;
    bool ok_ = true;
};

}  // namespace mkl::capdl
