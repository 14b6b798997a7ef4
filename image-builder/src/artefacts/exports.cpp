// SPDX-License-Identifier: BSD-2-Clause
#include "exports.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "mkl/capdl/build.hpp"
#include "mkl/support/json.hpp"
#include "mkl/support/text.hpp"

namespace mkl {

namespace {

/// "irq2" of connection "irq": IRQ2; a second connection at the same end: IRQ2_1.
std::string macro_name(std::string_view end, size_t number) {
    std::string name;
    for (const char c : end)
        name += std::isalnum(static_cast<unsigned char>(c)) != 0
                    ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                    : '_';
    return number == 0 ? name : cat(name, "_", number);
}

std::string_view type_text(ConnectionType type) {
    switch (type) {
    case ConnectionType::shared_data:
        return "shared-data";
    case ConnectionType::notification:
        return "notification";
    case ConnectionType::rpc:
        return "rpc";
    case ConnectionType::queue:
        return "queue";
    }
    return "";
}

class Exports {
public:
    Exports(const Plan& plan, size_t node, const System& system)
        : plan_{plan}, node_{node}, own_{plan.nodes[node]}, system_{system} {}

    void write(NodeArtefacts& out) {
        header_ = "/* SPDX-License-Identifier: BSD-2-Clause */\n";
        header_ += cat("/* What mkl gives the root task of node '", own_.name,
                       "'. Written by mkl.\n"
                       " * Addresses are physical, SGI targets as IRQControl_IssueSGISignal takes "
                       "them. */\n#ifndef MKL_EXPORTS_H\n#define MKL_EXPORTS_H\n\n");
        json_.set("version", 1);
        json_.set("node", own_.name);
        json_.set("id", node_);
        header_ += cat("#define MKL_NODE \"", own_.name, "\"\n");
        number("NODE_ID", node_);
        address("STATUS_BASE", own_.status.base().value);
        json_.set("status", hex(own_.status.base().value));
        add_peers();
        Json connections = Json::array();
        for (size_t i = 0; i < system_.connections.size(); i++) {
            const ConnectionRequest& c = system_.connections[i];
            if (c.from.owner == own_.name) connections.add(end(i, c, c.from, c.to, false));
            if (c.to.owner == own_.name) connections.add(end(i, c, c.to, c.from, true));
        }
        json_.set("connections", std::move(connections));
        add_files();
        add_resources();
        header_ += "\n#endif\n";
        out.exports_h = std::move(header_);
        out.exports_json = json_.text() + "\n";
    }

private:
    void address(std::string_view name, uint64_t value) {
        header_ += cat("#define MKL_", name, " ", hex(value), "u\n");
    }
    void number(std::string_view name, uint64_t value) {
        header_ += cat("#define MKL_", name, " ", value, "u\n");
    }

    /// Status pages of all nodes: a reader sees there who is up.
    void add_peers() {
        Json nodes = Json::array();
        for (size_t i = 0; i < plan_.nodes.size(); i++) {
            nodes.add(Json::object()
                          .set("name", plan_.nodes[i].name)
                          .set("status", hex(plan_.nodes[i].status.base().value)));
            if (i != node_)
                address(cat(macro_name(plan_.nodes[i].name, 0), "_STATUS_BASE"),
                        plan_.nodes[i].status.base().value);
        }
        json_.set("nodes", std::move(nodes));
    }

    Json end(size_t index, const ConnectionRequest& c, const EndName& mine, const EndName& other,
             bool receives) {
        const std::string name = macro_name(mine.name, used_[mine.name]++);
        header_ += cat("\n/* ", c.name.value, ": ", type_text(c.type), ", ",
                       receives ? "from " : "to ", other.owner, ".", other.name, " */\n");
        Json json = Json::object()
                        .set("connection", c.name.value)
                        .set("end", mine.name)
                        .set("type", type_text(c.type))
                        .set("direction", receives ? "to" : "from")
                        .set("peer", other.owner);
        if (c.type != ConnectionType::notification) memory(index, c, name, json);
        if (c.type == ConnectionType::rpc || c.type == ConnectionType::queue) {
            const capdl::QueueShape shape = capdl::shape_of(c);
            number(cat(name, "_DEPTH"), shape.depth);
            number(cat(name, "_MESSAGE_MAX"), shape.message_max);
            json.set("depth", shape.depth).set("message_max", shape.message_max);
        }
        // A queue and an rpc connection signal both ways.
        for (const SgiSend& s : own_.sends)
            if (s.connection == index) send(s, name, json);
        for (const SgiReceive& r : own_.receives)
            if (r.connection == index) receive(r, name, json);
        return json;
    }

    void memory(size_t index, const ConnectionRequest& c, const std::string& name, Json& json) {
        for (size_t p = 0; p < plan_.pools.size(); p++)
            for (const PoolSlice& s : plan_.pools[p].slices) {
                if (s.connection != index) continue;
                const bool writes = plan_.pools[p].rights_of(node_) == Rights::read_write;
                const bool uncached = capdl::pool_is_uncached(plan_, p, system_);
                address(cat(name, "_BASE"), s.range.base().value);
                address(cat(name, "_SIZE"), c.size);
                number(cat(name, "_WRITABLE"), writes ? 1 : 0);
                number(cat(name, "_UNCACHED"), uncached ? 1 : 0);
                json.set("memory", Json::object()
                                       .set("base", hex(s.range.base().value))
                                       .set("size", hex(c.size))
                                       .set("rights", writes ? "rw" : "ro")
                                       .set("uncached", uncached));
            }
    }

    PhysRange doorbell(size_t from, size_t to) const {
        for (const PlanPool& p : plan_.pools)
            if (p.doorbell == std::pair{from, to}) return p.range;
        return {};
    }

    /// How it signals: an SGI, after counting up a word where signals share it; only the word,
    /// where the receiver watches it.
    void send(const SgiSend& s, const std::string& name, Json& json) {
        Json out = Json::object();
        if (!s.polled) {
            number(cat(name, "_SEND_SGI"), s.id);
            address(cat(name, "_SEND_TARGET"), s.target);
            out.set("sgi", s.id).set("target", hex(s.target));
        }
        if (s.word) {
            const uint64_t at = doorbell(node_, s.to).base().value + *s.word * sizeof(uint64_t);
            address(cat(name, "_SEND_WORD"), at);
            out.set("word", hex(at));
        }
        json.set("send", std::move(out));
    }

    /// How it is signalled: an edge interrupt, and a word that has changed where signals share it;
    /// only the word, which it must watch, where there can be no interrupt.
    void receive(const SgiReceive& r, const std::string& name, Json& json) {
        const uint64_t id = r.id.value_or(0);
        Json in = Json::object();
        if (!r.polled) {
            number(cat(name, "_RECEIVE_IRQ"), id);
            in.set("irq", id);
        }
        if (r.mux) {
            const uint64_t at =
                doorbell(r.from, node_).base().value + r.mux->first * sizeof(uint64_t);
            address(cat(name, "_RECEIVE_WORD"), at);
            in.set("word", hex(at));
        }
        json.set("receive", std::move(in));
    }

    /// `files:` in the node's memory; device untypeds cover them.
    void add_files() {
        Json files = Json::array();
        if (!own_.files.empty()) header_ += "\n/* files */\n";
        for (const PlanFile& f : own_.files) {
            const FileRequest& asked = system_.files[f.file];
            const std::string name = cat("FILE_", macro_name(asked.name.value, 0));
            address(cat(name, "_BASE"), f.range.base().value);
            address(cat(name, "_ROOM"), f.range.size_bytes());
            Json json = Json::object()
                            .set("name", asked.name.value)
                            .set("base", hex(f.range.base().value))
                            .set("room", hex(f.range.size_bytes()));
            if (asked.bytes) {
                address(cat(name, "_SIZE"), *asked.bytes);
                json.set("size", hex(*asked.bytes));
            }
            files.add(std::move(json));
        }
        json_.set("files", std::move(files));
    }

    void add_resources() {
        Json devices = Json::array(), interrupts = Json::array();
        for (const PhysRange r : own_.device_pages)
            devices.add(
                Json::object().set("base", hex(r.base().value)).set("size", hex(r.size_bytes())));
        for (const Irq& i : own_.interrupts)
            interrupts.add(Json::object()
                               .set("id", i.id)
                               .set("trigger", i.trigger == Trigger::edge ? "edge" : "level"));
        json_.set("devices", std::move(devices)).set("interrupts", std::move(interrupts));
    }

    const Plan& plan_;
    size_t node_;
    const PlanNode& own_;
    const System& system_;
    std::string header_;
    Json json_ = Json::object();
    std::map<std::string, size_t> used_;  ///< connections at an end so far
};

}  // namespace

void write_exports(const Plan& plan, size_t node, const System& system, NodeArtefacts& out) {
    Exports{plan, node, system}.write(out);
}

}  // namespace mkl
