// SPDX-License-Identifier: BSD-2-Clause
// The checks of a finished spec, and its JSON.
#include <set>

#include "capdl_support.hpp"
#include "mkl/capdl/write.hpp"
#include "mkl/support/json_reader.hpp"

namespace mkl::capdl::test {
namespace {

/// What check_spec says after `spoil` has changed a sound spec.
template <class Spoil>
bool survives(Spoil spoil) {
    Spec spec = adder_spec(0);
    spoil(spec);
    DiagnosticSink sink;
    return check_spec(spec, {}, sink);
}

Object& find(Spec& spec, std::string_view name) {
    for (Object& o : spec.objects)
        if (o.name == name) return o;
    throw std::runtime_error("no such object");
}

TEST(Capdl, CheckFindsWhatCapdlsOwnToolDoesNot) {
    EXPECT_TRUE(survives([](Spec&) {}));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "client_cnode").slots.back().slot = 1000; }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "client_vspace").slots.back().slot = 512; }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "s_frame_0").paddr = 0x60000800; }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "irq_sgi").irq = 16; }));
    EXPECT_FALSE(survives(
        [](Spec& s) { find(s, "client_tcb").slots.erase(find(s, "client_tcb").slots.begin()); }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "client_tcb").tcb->sp += 8; }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "irq2_irq").slots.clear(); }));
    EXPECT_FALSE(survives([](Spec& s) { find(s, "client_inbox").name = "console"; }));
    EXPECT_FALSE(survives([](Spec& s) {
        Object second = find(s, "s_frame_0");
        second.name = "twin";
        s.objects.insert(s.objects.begin() + 1, second);
        for (Object& o : s.objects)
            for (Cap& c : o.slots)
                if (c.object != 0) c.object++;
    }));
}

/// "a,b,c" of an object; the variant's name and a colon before it where it is an enum's value.
std::string members(const JsonValue& value) {
    std::string text;
    for (const JsonMember& m : value.members) text += (text.empty() ? "" : ",") + m.key;
    return text;
}
std::string shape(const JsonValue& value) {
    if (value.kind == JsonValue::Kind::text) return value.text;
    if (value.members.size() != 1) return "not one variant: " + members(value);
    return value.members[0].key + ":" + members(value.members[0].value);
}

TEST(CapdlJson, HasTheMembersOfRustSel4) {
    // Every member without a default, and no other: spec types of v5.0.0.
    const std::set<std::string> objects{
        "Endpoint",
        "Notification",
        "CNode:size_bits,slots",
        "Tcb:slots,extra",
        "Frame:size_bits,paddr,init",
        "PageTable:is_root,level,slots",
        "ArmIrq:slots,extra",
        "SGISignal:irq,target",  // the extension
    };
    const std::set<std::string> caps{
        "Endpoint:object,badge,rights",
        "Notification:object,badge,rights",
        "CNode:object,guard,guard_size",
        "Frame:object,rights,cached,executable",
        "PageTable:object",
        "ArmIrqHandler:object",
        "SGISignal:object",
    };
    const Spec spec = adder_spec(0);
    std::string error;
    const auto json = parse_json(to_json(spec), error);
    ASSERT_TRUE(json) << error;
    EXPECT_EQ(members(*json),
              "objects,irqs,domain_schedule,domain_set_start,domain_idx_shift,asid_slots,"
              "root_objects,untyped_covers");
    const auto& list = json->member("objects")->members;
    ASSERT_EQ(list.size(), spec.objects.size());
    for (const JsonMember& entry : list) {
        EXPECT_EQ(members(entry.value), "name,object");
        const JsonValue& object = *entry.value.member("object");
        EXPECT_TRUE(objects.contains(shape(object))) << shape(object);
        if (object.members.empty()) continue;
        const JsonValue& body = object.members[0].value;
        if (const JsonValue* slots = body.member("slots")) {
            for (const JsonMember& s : slots->members) {
                EXPECT_TRUE(caps.contains(shape(*s.value.member("cap"))));
                EXPECT_LT(s.value.member("cap")->members[0].value.member("object")->whole(),
                          list.size());
            }
        }
        if (shape(object).starts_with("Tcb")) {
            EXPECT_EQ(
                members(*body.member("extra")),
                "ipc_buffer_addr,affinity,prio,max_prio,fpu_disabled,resume,domain,ip,sp,gprs,"
                "master_fault_ep");
        }
    }
    EXPECT_TRUE(needs_extension(spec));
    Adder adder;
    adder.system.components.pop_back();
    adder.system.connections.clear();
    DiagnosticSink sink;
    const auto alone = build(adder, 0, sink);
    ASSERT_TRUE(alone);
    EXPECT_FALSE(needs_extension(*alone)) << "this one is v5.0.0's";
}

}  // namespace
}  // namespace mkl::capdl::test
