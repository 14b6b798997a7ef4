// SPDX-License-Identifier: BSD-2-Clause
// Good images, and ways to break them in the bytes so that every hash and checksum still agrees:
// only the meaning is wrong. Each way says beforehand which finding must name it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mkl/abi/boot_record.h"
#include "mkl/abi/capdl.h"
#include "mkl/abi/payload.h"
#include "mkl/support/file_system.hpp"
#include "mkl/verify/verify.hpp"

namespace mkl::mutation {

struct Good {
    std::string name;
    Bytes image;  ///< image.bin
    Expected expected;
    /// image.elf, image.uimg, image.itb; with a key signed.itb and split.itb, which has the nodes'
    /// files as loadables; two.itb with a second configuration. Of the first systems only.
    std::map<std::string, Bytes> containers = {};
    bool only_wiring = false;  ///< of systems/wiring: broken by wiring_operators() alone
};
/// The systems, made once. Empty with `why` if they cannot be made here (no QEMU).
const std::vector<Good>& good_images(std::string& why);

/// image.bin as writable structures. Mutators write through the pointers; finish() makes every
/// hash and checksum agree again.
class MutableImage {
public:
    explicit MutableImage(const Bytes& image) : bytes_{image} {}

    mkl_loader_params& params() { return at<mkl_loader_params>(MKL_LOADER_PARAMS_OFFSET); }
    /// Of the Image header: what firmware keeps free.
    uint64_t& image_size() { return at<uint64_t>(16); }
    mkl_payload_header& header() { return at<mkl_payload_header>(table_at()); }
    std::span<mkl_payload_node> nodes() { return table<mkl_payload_node>(header().nodes); }
    std::span<mkl_payload_entry> entries() { return table<mkl_payload_entry>(header().entries); }
    std::span<mkl_payload_segment> segments() {
        return table<mkl_payload_segment>(header().segments);
    }
    std::span<mkl_payload_interrupt> interrupts() {
        return table<mkl_payload_interrupt>(header().interrupts);
    }
    template <class T>
    std::span<T> table(const mkl_table& t) {
        return {&at<T>(table_at() + t.offset), t.count};
    }
    /// Entry of a node by role; nullptr if it has none.
    mkl_payload_entry* entry(size_t node, uint32_t role);
    std::span<std::byte> data(const mkl_payload_entry& entry);
    /// All before the archive.
    std::span<std::byte> loader() { return {&at<std::byte>(0), params().payload_offset}; }
    std::span<std::byte> archive() {
        return {&at<std::byte>(params().payload_offset), params().payload_size};
    }

    /// Elements of one record of a node's boot record (without its header); empty if absent.
    template <class T>
    std::span<T> record(size_t node, uint32_t type) {
        const auto body = record_body(node, type);
        return {reinterpret_cast<T*>(body.data()), body.size() / sizeof(T)};
    }
    /// The record itself, header included; nullptr if absent.
    template <class T>
    T* whole_record(size_t node, uint32_t type) {
        const auto body = record_body(node, type);
        return body.empty() ? nullptr : reinterpret_cast<T*>(body.data() - sizeof(mkl_boot_record));
    }
    /// The compact CapDL spec of a node; nullptr if its root image has none.
    mkl_spec_header* spec(size_t node);
    template <class T>
    std::span<T> spec_table(mkl_spec_header& spec, const mkl_spec_table& t) {
        return {reinterpret_cast<T*>(reinterpret_cast<std::byte*>(&spec) + t.offset), t.count};
    }

    /// What finish() leaves alone, for mutants of the hashes themselves.
    enum class Keep { nothing, entry_hashes, table_crc, table_hash };
    void finish(Keep keep = Keep::nothing);
    const Bytes& bytes() const { return bytes_; }

private:
    template <class T>
    T& at(uint64_t offset) {
        return *reinterpret_cast<T*>(bytes_.data() + offset);  // offsets of a good image
    }
    uint64_t table_at() { return params().payload_offset + params().table_offset; }
    std::span<std::byte> record_body(size_t node, uint32_t type);

    Bytes bytes_;
};

/// One way to break one image in one place. Returns false if the image has no such place.
struct Operator {
    std::string_view name;
    std::string_view id;  ///< the finding that must be among those reported
    /// Breaks the `site`-th place; false if there are fewer places.
    std::function<bool(MutableImage& image, size_t site)> apply;
    MutableImage::Keep keep = MutableImage::Keep::nothing;
    bool needs_expected = false;  ///< only a comparison with the plan can tell
};
const std::vector<Operator>& table_operators();
const std::vector<Operator>& record_operators();
const std::vector<Operator>& content_operators();
const std::vector<Operator>& wiring_operators();

/// One way to break one container in one place.
struct ContainerOperator {
    std::string_view name;
    std::string_view id;    ///< the finding that must be among those reported
    std::string_view file;  ///< of Good::containers
    std::function<bool(Bytes& image)> apply;
    enum class Key { none, right, other } key = Key::none;  ///< what verify is given
};
const std::vector<ContainerOperator>& container_operators();
/// PEM of the key that signed.itb and split.itb are signed with, and of another one.
const std::string& test_key(ContainerOperator::Key which);

}  // namespace mkl::mutation
