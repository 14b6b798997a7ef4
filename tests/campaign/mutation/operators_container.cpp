// SPDX-License-Identifier: BSD-2-Clause
// Mutants of what firmware reads: FIT, signed or not, ELF and uImage. Their own checksums agree.
#include <elf.h>
#include <libfdt.h>
#include <openssl/evp.h>

#include <cstring>

#include "mutation.hpp"

namespace mkl::mutation {

namespace {

// ---- FIT ----

constexpr int room = 4096;  // for properties that a mutant adds

// Calls `change(fdt)` on a copy with room; false if it finds nothing to change.
template <class Change>
auto on_fit(Change change) {
    return [change](Bytes& image) {
        Bytes work(image.size() + room);
        void* fdt = work.data();
        if (fdt_open_into(image.data(), fdt, static_cast<int>(work.size())) != 0) return false;
        if (!change(fdt)) return false;
        fdt_pack(fdt);
        work.resize(fdt_totalsize(fdt));
        image = std::move(work);
        return true;
    };
}

int node_at(const void* fdt, const std::string& path) { return fdt_path_offset(fdt, path.c_str()); }

std::string first_configuration(const void* fdt) {
    const int all = node_at(fdt, "/configurations");
    const auto* name = static_cast<const char*>(fdt_getprop(fdt, all, "default", nullptr));
    return std::string{"/configurations/"} + name;
}

// The image that the configuration names as `role`, its path.
std::string image_of(const void* fdt, const std::string& configuration, const char* role) {
    const int node = node_at(fdt, configuration);
    const auto* name = static_cast<const char*>(fdt_getprop(fdt, node, role, nullptr));
    return name ? std::string{"/images/"} + name : std::string{};
}
std::string kernel(const void* fdt) { return image_of(fdt, first_configuration(fdt), "kernel"); }

bool add_to_number(void* fdt, const std::string& path, const char* property, uint32_t add) {
    int length = 0;
    auto* cells = static_cast<fdt32_t*>(fdt_getprop_w(fdt, node_at(fdt, path), property, &length));
    if (!cells || length < 4) return false;
    fdt32_t& last = cells[length / 4 - 1];
    last = cpu_to_fdt32(fdt32_to_cpu(last) + add);
    return true;
}

bool set_text(void* fdt, const std::string& path, const char* property, const char* text) {
    return fdt_setprop(fdt, node_at(fdt, path), property, text,
                       static_cast<int>(std::strlen(text)) + 1) == 0;
}

// A byte of the image's data, and its hash with it: only the meaning is wrong.
bool flip_and_hash(void* fdt, const std::string& path, size_t from_end) {
    int length = 0;
    auto* data = static_cast<uint8_t*>(fdt_getprop_w(fdt, node_at(fdt, path), "data", &length));
    const int hash = node_at(fdt, path + "/hash-1");
    if (!data || hash < 0 || static_cast<size_t>(length) <= from_end) return false;
    data[static_cast<size_t>(length) - 1 - from_end] ^= 1;
    uint8_t sum[32];
    EVP_Digest(data, static_cast<size_t>(length), sum, nullptr, EVP_sha256(), nullptr);
    return fdt_setprop_inplace(fdt, hash, "value", sum, sizeof sum) == 0;
}

// Takes one text out of a list of texts.
bool drop_text(void* fdt, const std::string& path, const char* property, size_t index) {
    const int node = node_at(fdt, path);
    int length = 0;
    const auto* all = static_cast<const char*>(fdt_getprop(fdt, node, property, &length));
    if (!all) return false;
    std::string left;
    bool dropped = false;
    for (int at = 0; at < length;) {
        const std::string_view text{all + at};
        if (index-- == 0)
            dropped = true;
        else
            left += std::string{text} + '\0';
        at += static_cast<int>(text.size()) + 1;
    }
    return dropped &&
           fdt_setprop(fdt, node, property, left.data(), static_cast<int>(left.size())) == 0;
}

std::string signature(const void* fdt) { return first_configuration(fdt) + "/signature"; }

std::string last_configuration(const void* fdt) {
    std::string out;
    int node = 0;
    fdt_for_each_subnode(node, fdt, node_at(fdt, "/configurations")) out =
        std::string{"/configurations/"} + fdt_get_name(fdt, node, nullptr);
    return out;
}

std::vector<ContainerOperator> fit_operators() {
    return {
        {"FIT: kernel loaded elsewhere", "E617", "image.itb",
         on_fit([](void* f) { return add_to_number(f, kernel(f), "load", 0x200000); })},
        {"FIT: kernel entered elsewhere", "E617", "image.itb",
         on_fit([](void* f) { return add_to_number(f, kernel(f), "entry", 4); })},
        {"FIT: kernel without an entry", "E617", "image.itb",
         on_fit([](void* f) { return fdt_delprop(f, node_at(f, kernel(f)), "entry") == 0; })},
        {"FIT: kernel of another architecture", "E617", "image.itb",
         on_fit([](void* f) { return set_text(f, kernel(f), "arch", "x86_64"); })},
        {"FIT: kernel without a hash", "E618", "image.itb",
         on_fit([](void* f) { return fdt_del_node(f, node_at(f, kernel(f) + "/hash-1")) == 0; })},
        {"FIT: kernel with a weak hash", "E601", "image.itb",
         on_fit([](void* f) { return set_text(f, kernel(f) + "/hash-1", "algo", "md5"); })},
        {"FIT: kernel with another hash", "E601", "image.itb",
         on_fit([](void* f) { return add_to_number(f, kernel(f) + "/hash-1", "value", 1); })},
        {"FIT: kernel said to be compressed", "E618", "image.itb",
         on_fit([](void* f) { return set_text(f, kernel(f), "compression", "gzip"); })},
        {"FIT: tree loaded over a node", "E618", "image.itb", on_fit([](void* f) {
             const auto tree = image_of(f, first_configuration(f), "fdt");
             return fdt_setprop_u64(f, node_at(f, tree), "load", 0x40000000) == 0;
         })},
        {"FIT: tree changed, its hash not", "E601", "image.itb", on_fit([](void* f) {
             const auto tree = image_of(f, first_configuration(f), "fdt");
             return add_to_number(f, tree, "data", 1);
         })},
        {"FIT: default configuration that is not there", "E600", "image.itb",
         on_fit([](void* f) { return set_text(f, "/configurations", "default", "other"); })},
        {"FIT: kernel that is not there", "E600", "image.itb",
         on_fit([](void* f) { return set_text(f, first_configuration(f), "kernel", "other"); })},
        {"FIT: the tree as kernel", "E602", "image.itb",
         on_fit([](void* f) { return set_text(f, first_configuration(f), "kernel", "fdt"); })},
        {"FIT: payload changed, FIT hash with it", "E606", "image.itb",
         on_fit([](void* f) { return flip_and_hash(f, kernel(f), 1000); })},
        {"FIT: second configuration loaded elsewhere", "E617", "two.itb", on_fit([](void* f) {
             return add_to_number(f, image_of(f, last_configuration(f), "kernel"), "load", 4096);
         })},
        {"FIT: payload of the second configuration changed", "E606", "two.itb", on_fit([](void* f) {
             return flip_and_hash(f, image_of(f, last_configuration(f), "kernel"), 1000);
         })},
        {"FIT: loadable moved by a page", "E607", "split.itb", on_fit([](void* f) {
             return add_to_number(f, image_of(f, first_configuration(f), "loadables"), "load",
                                  4096);
         })},
        {"FIT: loadable forgotten", "E607", "split.itb",
         on_fit([](void* f) { return drop_text(f, first_configuration(f), "loadables", 1); })},
        {"FIT: loadable changed, FIT hash with it", "E606", "split.itb", on_fit([](void* f) {
             return flip_and_hash(f, image_of(f, first_configuration(f), "loadables"), 100);
         })},
    };
}

std::vector<ContainerOperator> signature_operators() {
    std::vector<ContainerOperator> out{
        {"signed FIT: signature removed", "E619", "signed.itb",
         on_fit([](void* f) { return fdt_del_node(f, node_at(f, signature(f))) == 0; })},
        {"signed FIT: signature changed", "E619", "signed.itb",
         on_fit([](void* f) { return add_to_number(f, signature(f), "value", 1); })},
        {"signed FIT: signature of another size", "E619", "signed.itb",
         on_fit([](void* f) { return set_text(f, signature(f), "algo", "sha256,rsa4096"); })},
        {"signed FIT: code changed, FIT hash with it", "E619", "signed.itb", on_fit([](void* f) {
             int length = 0;  // the loader's code, of which no table holds a hash
             (void)fdt_getprop(f, node_at(f, kernel(f)), "data", &length);
             return flip_and_hash(f, kernel(f), static_cast<size_t>(length) - 0x201);
         })},
        {"signed FIT: hash of the kernel is not covered", "E619", "signed.itb",
         on_fit([](void* f) { return drop_text(f, signature(f), "hashed-nodes", 3); })},
        {"signed FIT: the configuration is not covered", "E619", "signed.itb",
         on_fit([](void* f) { return drop_text(f, signature(f), "hashed-nodes", 1); })},
        {"signed FIT: fewer names are covered", "E619", "signed.itb", on_fit([](void* f) {
             return add_to_number(f, signature(f), "hashed-strings", static_cast<uint32_t>(-64));
         })},
        {"signed FIT: configuration renamed for people", "E619", "signed.itb",
         on_fit([](void* f) { return set_text(f, first_configuration(f), "description", "x"); })},
        {"signed FIT: kernel's place changed with the loader", "E619", "signed.itb",
         on_fit([](void* f) { return add_to_number(f, kernel(f), "load", 0x200000); })},
        {"signed FIT: another property in the configuration", "E619", "signed.itb",
         on_fit([](void* f) {
             return set_text(f, first_configuration(f), "compatible", "other,board");
         })},
        {"signed FIT: loadables swapped", "E619", "split.itb", on_fit([](void* f) {
             const std::string conf = first_configuration(f);
             int length = 0;
             const auto* all =
                 static_cast<const char*>(fdt_getprop(f, node_at(f, conf), "loadables", &length));
             if (!all) return false;
             const std::string first{all},
                 rest{all + first.size() + 1, static_cast<size_t>(length) - first.size() - 1};
             const std::string swapped = rest + first + '\0';
             return fdt_setprop(f, node_at(f, conf), "loadables", swapped.data(), length) == 0;
         })},
    };
    for (ContainerOperator& op : out) op.key = ContainerOperator::Key::right;
    out.push_back({"signed FIT: by another key", "E619", "signed.itb", [](Bytes&) { return true; },
                   ContainerOperator::Key::other});
    out.push_back({"unsigned FIT where a signed one is due", "E619", "image.itb",
                   [](Bytes&) { return true; }, ContainerOperator::Key::right});
    out.push_back({"ELF where a signed FIT is due", "E619", "image.elf",
                   [](Bytes&) { return true; }, ContainerOperator::Key::right});
    return out;
}

// ---- ELF, uImage ----

template <class Change>
auto on_elf(Change change) {
    return [change](Bytes& image) {
        auto* header = reinterpret_cast<Elf64_Ehdr*>(image.data());
        auto* segments = reinterpret_cast<Elf64_Phdr*>(image.data() + header->e_phoff);
        change(*header, segments[0]);
        return true;
    };
}

constexpr size_t uimage_header = 64;

uint32_t big(uint32_t value) { return __builtin_bswap32(value); }

// Calls `change(words)` on the header, then makes both checksums agree.
template <class Change>
auto on_uimage(Change change) {
    return [change](Bytes& image) {
        uint32_t words[uimage_header / 4];
        std::memcpy(words, image.data(), sizeof words);
        change(words);
        const uint32_t size = big(words[3]);
        words[6] = big(mkl_crc32(0, image.data() + uimage_header, size));
        words[1] = 0;
        words[1] = big(mkl_crc32(0, words, sizeof words));
        std::memcpy(image.data(), words, sizeof words);
        return true;
    };
}

std::vector<ContainerOperator> plain_operators() {
    return {
        {"ELF: segment loaded elsewhere", "E617", "image.elf",
         on_elf([](Elf64_Ehdr&, Elf64_Phdr& p) { p.p_paddr += 0x200000; })},
        {"ELF: entered elsewhere", "E617", "image.elf",
         on_elf([](Elf64_Ehdr& h, Elf64_Phdr&) { h.e_entry += 4; })},
        {"ELF: for another machine", "E617", "image.elf",
         on_elf([](Elf64_Ehdr& h, Elf64_Phdr&) { h.e_machine = EM_X86_64; })},
        {"ELF: segment starts in its header", "E600", "image.elf",
         on_elf([](Elf64_Ehdr&, Elf64_Phdr& p) { p.p_offset += 0x7f000000; })},
        {"ELF: less memory than bytes", "E600", "image.elf",
         on_elf([](Elf64_Ehdr&, Elf64_Phdr& p) { p.p_memsz = p.p_filesz - 1; })},
        {"ELF: a page of the payload left out", "E602", "image.elf",
         on_elf([](Elf64_Ehdr&, Elf64_Phdr& p) { p.p_filesz = p.p_memsz -= 4096; })},
        {"uImage: loaded elsewhere", "E617", "image.uimg",
         on_uimage([](uint32_t* w) { w[4] = big(big(w[4]) + 0x200000); })},
        {"uImage: entered elsewhere", "E617", "image.uimg",
         on_uimage([](uint32_t* w) { w[5] = big(big(w[5]) + 4); })},
        {"uImage: for another architecture", "E617", "image.uimg",
         on_uimage([](uint32_t* w) { w[7] = big(big(w[7]) ^ 0x10000); })},
        {"uImage: a page of the payload left out", "E602", "image.uimg",
         on_uimage([](uint32_t* w) { w[3] = big(big(w[3]) - 4096); })},
        {"uImage: payload changed, its checksum not", "E601", "image.uimg",
         [](Bytes& image) {
             image[image.size() / 2] ^= std::byte{1};
             return true;
         }},
    };
}

}  // namespace

const std::vector<ContainerOperator>& container_operators() {
    static const std::vector<ContainerOperator> all = [] {
        std::vector<ContainerOperator> out = fit_operators();
        for (auto list : {signature_operators(), plain_operators()})
            out.insert(out.end(), list.begin(), list.end());
        return out;
    }();
    return all;
}

}  // namespace mkl::mutation
