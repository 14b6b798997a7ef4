// SPDX-License-Identifier: BSD-2-Clause
// Programs of seL4's own interface (`abi:`): bound to a kernel ABI, started as C start-up code
// expects it, with capabilities to their own objects (mkl/abi/component.h).
#include <elf.h>

#include <cstring>

#include "component.hpp"
#include "mkl/support/text.hpp"

namespace mkl::capdl {

namespace {

constexpr uint64_t max_program_headers = 16;

}  // namespace

bool Component::abi_fits() {
    const std::string_view kernel = abi_name(spec_.abi);
    if (request_.abi->value == kernel) return true;
    fail("E520", request_.abi->where,
         cat("'", request_.elf.value, "' of component '", name_, "' is built for ",
             request_.abi->value, " kernels; the kernel of node '", spec_.node, "' is ", kernel),
         "build it for that kernel, or place it on another node");
    return false;
}

/// The page with the arguments is one of its own: a frame with content is small.
void Component::map_plain_stack(uint64_t size) {
    map_memory("stack", MKL_VA_STACK_TOP - size, MKL_VA_STACK_TOP - small_page);
    stack_top_ = add_object(spec_, Type::frame,
                            cat(name_, "_stack_", hex(MKL_VA_STACK_TOP - small_page)), 12);
    space_.map(MKL_VA_STACK_TOP - small_page, *stack_top_, right_read | right_write);
}

uint64_t Component::write_arguments() {
    const auto own = [&](ObjectId object, uint32_t slot) {
        Cap cap;
        cap.object = object;
        cap.rights = right_read | right_write | right_grant;
        return add_cap(cap, slot);
    };
    // read_elf() has checked the headers.
    Elf64_Ehdr header;
    std::memcpy(&header, image_.bytes->data(), sizeof header);
    if (header.e_phnum > max_program_headers) {
        fail("E520", request_.elf.where,
             cat("'", request_.elf.value, "' has ", header.e_phnum,
                 " program headers; its start page has room for ", max_program_headers),
             "link it with fewer segments");
        return MKL_VA_STACK_TOP;
    }
    const uint64_t headers_size = header.e_phnum * sizeof(Elf64_Phdr);
    const uint64_t name_at = MKL_VA_STACK_TOP - MKL_NAME_SIZE, headers_at = name_at - headers_size;
    const std::vector<uint64_t> words{1,  // argc
                                      name_at,
                                      0,  // end of the arguments
                                      0,  // end of the environment
                                      MKL_AUX_PROGRAM_HEADERS,
                                      headers_at,
                                      MKL_AUX_PROGRAM_HEADER_SIZE,
                                      sizeof(Elf64_Phdr),
                                      MKL_AUX_PROGRAM_HEADER_COUNT,
                                      header.e_phnum,
                                      MKL_AUX_PAGE_SIZE,
                                      small_page,
                                      MKL_AUX_IPC_BUFFER,
                                      MKL_VA_IPC_BUFFER,
                                      MKL_AUX_TCB,
                                      own(tcb_, MKL_PLAIN_SLOT_TCB),
                                      MKL_AUX_CNODE,
                                      own(cnode_, MKL_PLAIN_SLOT_CNODE),
                                      MKL_AUX_VSPACE,
                                      own(space_.root(), MKL_PLAIN_SLOT_VSPACE),
                                      MKL_AUX_NULL,
                                      0};
    const uint64_t sp = (headers_at - words.size() * sizeof words[0]) / 16 * 16;
    Bytes block(MKL_VA_STACK_TOP - sp);
    std::memcpy(block.data(), words.data(), words.size() * sizeof words[0]);
    std::memcpy(block.data() + (headers_at - sp), image_.bytes->data() + header.e_phoff,
                headers_size);
    std::memcpy(block.data() + (name_at - sp), name_.data(),
                std::min<size_t>(name_.size(), MKL_NAME_SIZE - 1));
    const uint64_t size = block.size();
    spec_.objects[*stack_top_].fills.push_back({small_page - size, size,
                                                std::make_shared<const Content>(std::move(block)),
                                                0, name_ + ".arguments"});
    return sp;
}

}  // namespace mkl::capdl
