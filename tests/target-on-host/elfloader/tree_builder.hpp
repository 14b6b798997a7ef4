// SPDX-License-Identifier: BSD-2-Clause
// Flattened device trees, byte by byte (Devicetree Specification 0.4, chapter 5).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mkl::loader::test {

class TreeBuilder {
public:
    TreeBuilder& begin(const std::string& name) {
        word(structs_, 1);
        text(structs_, name);
        return *this;
    }
    TreeBuilder& end() {
        word(structs_, 2);
        return *this;
    }
    TreeBuilder& cells(const std::string& name, const std::vector<uint32_t>& values) {
        std::vector<uint8_t> bytes;
        for (const uint32_t v : values) word(bytes, v);
        return property(name, bytes);
    }
    TreeBuilder& string(const std::string& name, const std::string& value) {
        std::vector<uint8_t> bytes(value.begin(), value.end());
        bytes.push_back(0);
        return property(name, bytes);
    }
    TreeBuilder& property(const std::string& name, const std::vector<uint8_t>& value) {
        word(structs_, 3);
        word(structs_, static_cast<uint32_t>(value.size()));
        word(structs_, static_cast<uint32_t>(strings_.size()));
        strings_.insert(strings_.end(), name.begin(), name.end());
        strings_.push_back(0);
        structs_.insert(structs_.end(), value.begin(), value.end());
        pad(structs_);
        return *this;
    }
    TreeBuilder& reserve(uint64_t base, uint64_t size) {
        reserves_.emplace_back(base, size);
        return *this;
    }
    std::vector<uint8_t> blob() const {
        std::vector<uint8_t> rsv;
        for (const auto& r : reserves_)
            for (const uint64_t v : {r.first, r.second}) {
                word(rsv, static_cast<uint32_t>(v >> 32));
                word(rsv, static_cast<uint32_t>(v));
            }
        rsv.resize(rsv.size() + 16);
        std::vector<uint8_t> s = structs_;
        word(s, 9);
        const auto rsv_at = uint32_t{40};
        const auto structs_at = static_cast<uint32_t>(rsv_at + rsv.size());
        const auto strings_at = static_cast<uint32_t>(structs_at + s.size());
        std::vector<uint8_t> out;
        for (const uint32_t v :
             {0xd00dfeedu, static_cast<uint32_t>(strings_at + strings_.size()), structs_at,
              strings_at, rsv_at, 17u, 16u, 0u, static_cast<uint32_t>(strings_.size()),
              static_cast<uint32_t>(s.size())})
            word(out, v);
        out.insert(out.end(), rsv.begin(), rsv.end());
        out.insert(out.end(), s.begin(), s.end());
        out.insert(out.end(), strings_.begin(), strings_.end());
        return out;
    }

private:
    static void word(std::vector<uint8_t>& out, uint32_t v) {
        for (int shift = 24; shift >= 0; shift -= 8)
            out.push_back(static_cast<uint8_t>(v >> shift));
    }
    static void pad(std::vector<uint8_t>& out) { out.resize((out.size() + 3) / 4 * 4); }
    static void text(std::vector<uint8_t>& out, const std::string& t) {
        out.insert(out.end(), t.begin(), t.end());
        out.push_back(0);
        pad(out);
    }
    std::vector<uint8_t> structs_, strings_;
    std::vector<std::pair<uint64_t, uint64_t>> reserves_;
};

}  // namespace mkl::loader::test
