// SPDX-License-Identifier: BSD-2-Clause
// What a node's initialiser builds, as a value: kernel objects and the capabilities in them.
// The words are capDL's; writers turn it into the capDL 0.5.0 text and into mkl/abi/capdl.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/abi/capdl.h"
#include "mkl/model/architecture.hpp"
#include "mkl/model/system.hpp"
#include "mkl/support/file_system.hpp"

namespace mkl::capdl {

enum class Type : uint16_t {
    endpoint = MKL_OBJ_ENDPOINT,
    notification = MKL_OBJ_NOTIFICATION,
    cnode = MKL_OBJ_CNODE,
    tcb = MKL_OBJ_TCB,
    frame = MKL_OBJ_FRAME,
    vspace = MKL_OBJ_VSPACE,
    page_table = MKL_OBJ_PAGE_TABLE,
    irq = MKL_OBJ_IRQ,
    sgi_signal = MKL_OBJ_SGI_SIGNAL,
    sched_context = MKL_OBJ_SCHED_CONTEXT,
    reply = MKL_OBJ_REPLY,
    untyped = MKL_OBJ_UNTYPED,
    irq_control = MKL_OBJ_IRQ_CONTROL,
    asid_control = MKL_OBJ_ASID_CONTROL,
    domain = MKL_OBJ_DOMAIN,
    sched_control = MKL_OBJ_SCHED_CONTROL,
    smc = MKL_OBJ_SMC,
};

/// The object that a capability of `caps:` is to.
Type type_of(CapKind kind);

/// What the kernel hands the root task and no retype makes: authority.
constexpr bool is_control(Type type) { return type >= Type::irq_control && type <= Type::smc; }

/// seL4's rights word; a frame's grant right means executable.
inline constexpr uint16_t right_write = 1, right_read = 2, right_grant = 4;
inline constexpr uint16_t right_execute = right_grant;

using ObjectId = size_t;  ///< index in Spec::objects

/// A capability in slot `slot` of the object that holds it.
struct Cap {
    uint32_t slot = 0;
    ObjectId object = 0;
    uint16_t rights = 0;
    bool uncached = false;    ///< frames
    uint64_t badge = 0;       ///< endpoints and notifications; CNodes: the guard
    uint32_t guard_size = 0;  ///< CNodes
};

/// Initial content of a part of a frame.
struct Fill {
    uint64_t dest_offset = 0, length = 0;
    SharedBytes data;
    uint64_t data_offset = 0;
    std::string file;  ///< how the text form names `data`; file offset is data_offset
};

struct Tcb {
    uint64_t ip = 0, sp = 0, ipc_buffer = 0;
    std::array<uint64_t, 4> args{};
    uint32_t priority = 0, max_priority = 0, domain = 0;
    uint64_t fault_ep = 0;
};

struct Object {
    Type type{};
    std::string name;       ///< unique; a capDL identifier
    uint8_t size_bits = 0;  ///< CNode: radix; frame: 12, 21; scheduling context, untyped
    std::optional<uint64_t> paddr;
    bool device = false;              ///< paddr lies in a device untyped
    uint32_t level = 0;               ///< page table: 1 is directly below the root
    uint32_t irq = 0;                 ///< irq, sgi_signal
    bool edge = false;                ///< irq
    uint64_t target = 0;              ///< sgi_signal
    uint64_t period = 0, budget = 0;  ///< scheduling context, microseconds
    bool ring = false;                ///< frame: an empty console ring (mkl/abi/ring.h)
    std::vector<Cap> slots;           ///< ascending
    std::vector<Fill> fills;          ///< frame
    std::optional<Tcb> tcb;
};

struct Console {
    ObjectId frame = 0;
    std::string name;
    uint64_t badge = 0;
};
struct Log {
    uint64_t base = 0, size = 0;
    uint32_t node_id = 0;
    std::string name;
};
struct Peer {
    uint64_t status = 0;
    uint32_t node_id = 0;
    std::string name;
    uint32_t timeout_ms = 0;
};
/// Signals of another node that share an interrupt: mkl/abi/capdl.h, mkl_spec_doorbell.
struct Bell {
    uint32_t word = 0;
    ObjectId notification = 0;
    uint64_t badge = 0;
};
struct Doorbell {
    uint64_t page = 0;
    std::optional<ObjectId> irq;  ///< nullopt: polled
    std::string node;             ///< the other one
    std::vector<Bell> bells;
};

/// An entry of the kernel's domain schedule.
struct DomainTurn {
    uint32_t domain = 0;
    uint64_t ticks = 0;
};

struct Spec {
    Architecture architecture = Architecture::aarch64;
    uint32_t abi = 0;  ///< MKL_ABI_*
    uint32_t node_id = 0;
    std::string node;
    std::vector<Object> objects;
    std::vector<Console> consoles;
    std::vector<Log> logs;
    std::vector<Peer> peers;
    std::vector<Doorbell> doorbells;
    std::vector<DomainTurn> domains;  ///< empty: all in domain 0
    std::optional<ObjectId> console_notification, fault_endpoint;
};

/// Kernel ABIs (MKL_ABI_*) whose threads run on scheduling contexts.
bool abi_has_scheduling_contexts(uint32_t abi);
/// "classic", "hyp", "mcs" or "hyp-mcs".
std::string_view abi_name(uint32_t abi);
/// Kernel ABIs at EL2: stage 2 translation with 40-bit addresses.
bool abi_is_hypervisor(uint32_t abi);

/// Bytes of kernel memory the object takes, as a power of two; 0 bits: none (IRQ, SGI).
uint8_t retype_bits(const Object& object, uint32_t abi);

/// Puts the objects into the order that initialisers rely on: fixed addresses ascending, then
/// larger ones first, then by name; references follow.
void sort_objects(Spec& spec);

}  // namespace mkl::capdl
