// SPDX-License-Identifier: BSD-2-Clause
// Reader of the compact CapDL spec (mkl/abi/capdl.h).
//
// In       memory that anybody may have written; nothing of it is used before it is checked.
// Out      a view into that memory: every index, offset, size and type in it is in bounds, so that
//          who builds from it checks nothing again.
// Errors   SpecError and the offset or index it is about; never logs, never halts.
#pragma once

#include "mkl/abi/capdl.h"

namespace mkl::user {

/// Why a spec was refused. Written to the status page by number: meanings never change.
enum class SpecError : uint32_t {
    none = 0,
    truncated = 1,  // shorter than its header says
    magic = 2,
    version = 3,
    abi = 4,    // made for another kernel ABI
    table = 5,  // a table lies outside or is misaligned; at: its offset
    crc = 6,
    node = 7,      // made for another node; at: node_id
    object = 8,    // type, size or index of an object; at: its index
    order = 9,     // objects are not sorted; at: index
    slot = 10,     // slot number, object or type of a capability; at: index in slots
    fill = 11,     // data of a fill outside the spec or its frame; at: index in fills
    tcb = 12,      // at: object's index
    name = 13,     // a name that does not end
    console = 14,  // console, log, peer or doorbell names what it cannot; at: index
    domain = 15,   // a turn of the domain schedule; at: index
};

inline constexpr uint32_t spec_max_objects = 0x10000;

template <class T>
struct SpecTable {
    const T* data = nullptr;
    uint32_t size = 0;
    const T& operator[](uint64_t i) const { return data[i]; }
    const T* begin() const { return data; }
    const T* end() const { return data + size; }
};

struct Spec {
    const mkl_spec_header* header = nullptr;
    SpecTable<mkl_spec_object> objects;
    SpecTable<mkl_spec_slot> slots;
    SpecTable<mkl_spec_fill> fills;
    SpecTable<mkl_spec_tcb> tcbs;
    SpecTable<char> names;
    SpecTable<mkl_spec_console> consoles;
    SpecTable<mkl_spec_log> logs;
    SpecTable<mkl_spec_peer> peers;
    SpecTable<mkl_spec_doorbell> doorbells;
    SpecTable<mkl_spec_bell> bells;
    SpecTable<mkl_spec_domain> domains;
    uint32_t console_notification = ~0u, fault_endpoint = ~0u;

    const char* name(uint32_t offset) const { return names.data + offset; }
    const uint8_t* bytes(uint64_t offset) const {
        return reinterpret_cast<const uint8_t*>(header) + offset;
    }
    SpecTable<mkl_spec_slot> slots_of(const mkl_spec_object& o) const {
        return {slots.data + o.first_slot, o.slot_count};
    }
    SpecTable<mkl_spec_fill> fills_of(const mkl_spec_object& o) const {
        return {fills.data + o.first_fill, o.fill_count};
    }
};

struct SpecResult {
    SpecError error = SpecError::none;
    uint64_t at = 0;
};

/// Checks [base, base + available) and fills `out`; on an error `out` is empty.
[[nodiscard]] SpecResult open_spec(const void* base, uint64_t available, uint32_t abi,
                                   uint32_t node_id, Spec& out);

const char* spec_error_text(SpecError error);

}  // namespace mkl::user
