// SPDX-License-Identifier: BSD-2-Clause
// Entry as an EFI application: U-Boot's bootefi, EDK2. Finds firmware's device tree, checks that
// the place the loader will move to is free, leaves boot services, and goes on as after any entry.
// UEFI Specification 2.10: 4.3 system table, 4.4 boot services, 7.2 memory map, 7.4.6 exit.
#include "arch.hpp"
#include "console.hpp"
#include "range.hpp"

namespace mkl::loader::arch {

namespace {

struct Guid {
    uint32_t a;
    uint16_t b, c;
    uint8_t d[8];
};
struct ConfigurationTable {
    Guid vendor;
    uint64_t table;
};
struct MemoryDescriptor {
    uint32_t type, pad;
    uint64_t physical, virtual_start, pages, attributes;
};
struct BootServices {
    uint8_t header[24];
    void* before_memory_map[4];  // RaiseTPL, RestoreTPL, AllocatePages, FreePages
    uint64_t (*get_memory_map)(uint64_t* size, void* map, uint64_t* key, uint64_t* descriptor_size,
                               uint32_t* version);
    void* between[21];  // AllocatePool .. UnloadImage
    uint64_t (*exit_boot_services)(void* image, uint64_t key);
};
static_assert(offsetof(BootServices, get_memory_map) == 56);
static_assert(offsetof(BootServices, exit_boot_services) == 232);
struct SystemTable {
    uint8_t header[24];
    void* vendor;
    uint64_t revision;
    void* consoles[6];
    void* runtime;
    BootServices* boot;
    uint64_t table_count;
    ConfigurationTable* tables;
};
static_assert(offsetof(SystemTable, boot) == 96 && offsetof(SystemTable, tables) == 112);

constexpr uint64_t efi_error = uint64_t{1} << 63;
constexpr uint64_t efi_load_error = efi_error | 1;
constexpr uint64_t efi_page = 4096;
constexpr uint32_t last_boot_services_type = 4;  // 1 and 2 loader, 3 and 4 boot services
constexpr uint32_t conventional_memory = 7;

/// EFI_DTB_TABLE_GUID, Embedded Base Boot Requirements 2.1, 2.3.
bool is_tree(const Guid& g) {
    const uint8_t rest[8] = {0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0};
    bool equal = g.a == 0xb1b621d5 && g.b == 0xf19c && g.c == 0x41a5;
    for (unsigned i = 0; i < 8; i++) equal = equal && g.d[i] == rest[i];
    return equal;
}

/// Memory of these types is nobody's once boot services have ended.
bool is_free_later(uint32_t type) {
    return (type >= 1 && type <= last_boot_services_type) || type == conventional_memory;
}

/// The footprint as far as the map knows it: nothing in it outlives boot services.
bool is_footprint_free(const uint8_t* map, uint64_t size, uint64_t step) {
    const mkl_loader_params& p = *own_parameters();
    for (uint64_t at = 0; at + sizeof(MemoryDescriptor) <= size; at += step) {
        const auto& d = *view<MemoryDescriptor>(map + at);
        if (d.pages > ~uint64_t{0} / efi_page) return false;
        const mkl_range r = {d.physical, d.pages * efi_page};
        if (overlaps(r, {p.run_base, p.footprint}) && !is_free_later(d.type)) return false;
    }
    return true;
}

}  // namespace

/// 0: `tree` is set (0: firmware has none) and boot services have ended. Else an EFI status.
extern "C" uint64_t loader_efi_leave(void* image, const SystemTable* system, uint64_t* tree) {
    *tree = 0;
    for (uint64_t i = 0; i < system->table_count; i++)
        if (is_tree(system->tables[i].vendor)) *tree = system->tables[i].table;
    // The memory map goes into the scratch behind this image, which is part of it (SizeOfImage).
    const mkl_loader_params& p = *own_parameters();
    auto* const map =
        const_cast<uint8_t*>(view<uint8_t>(&p)) - MKL_LOADER_PARAMS_OFFSET + p.scratch_offset;
    for (int attempt = 0; attempt < 3; attempt++) {  // the map may change under our feet
        uint64_t size = scratch_stacks, key = 0, step = 0;
        uint32_t version = 0;
        if ((system->boot->get_memory_map(&size, map, &key, &step, &version) & efi_error) != 0 ||
            step < sizeof(MemoryDescriptor) || !is_footprint_free(map, size, step))
            return efi_load_error;
        if ((system->boot->exit_boot_services(image, key) & efi_error) == 0) return 0;
    }
    return efi_load_error;
}

}  // namespace mkl::loader::arch
