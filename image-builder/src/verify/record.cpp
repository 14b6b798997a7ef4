// SPDX-License-Identifier: BSD-2-Clause
#include "record.hpp"

#include <cstring>

#include "mkl/support/text.hpp"

namespace mkl::verify {

namespace {

// One record: its header and everything in it.
struct Piece {
    uint16_t type;
    std::span<const std::byte> bytes;
};

template <class T>
bool one(const Piece& piece, std::optional<T>& out) {
    if (piece.bytes.size() != sizeof(T)) return false;
    T value;
    std::memcpy(&value, piece.bytes.data(), sizeof value);
    out = value;
    return true;
}

template <class T>
bool many(const Piece& piece, std::vector<T>& out) {
    const auto body = piece.bytes.subspan(sizeof(mkl_boot_record));
    if (body.size() % sizeof(T) != 0) return false;
    out.resize(body.size() / sizeof(T));
    if (!out.empty()) std::memcpy(out.data(), body.data(), body.size());
    return true;
}

bool text(const Piece& piece, std::string& out) {
    const auto body = piece.bytes.subspan(sizeof(mkl_boot_record));
    out = fixed_text(reinterpret_cast<const char*>(body.data()), body.size());
    return true;
}

// False if the record's size is not what its type has.
bool take(Record& r, const Piece& piece, bool& known) {
    known = true;
    switch (piece.type) {
    case MKL_REC_NODE:
        return one(piece, r.node);
    case MKL_REC_KERNEL:
        return one(piece, r.kernel);
    case MKL_REC_RAM:
        return many(piece, r.ram);
    case MKL_REC_ROOT_TASK:
        return one(piece, r.root);
    case MKL_REC_DEVICES:
        return many(piece, r.devices);
    case MKL_REC_RESERVED:
        return many(piece, r.reserved);
    case MKL_REC_INTERRUPTS:
        return many(piece, r.interrupts);
    case MKL_REC_SGI_SEND:
        return many(piece, r.sends);
    case MKL_REC_SGI_RECEIVE:
        return many(piece, r.receives);
    case MKL_REC_SHARED:
        return many(piece, r.shared);
    case MKL_REC_DTB:
        return many(piece, r.dtb);
    case MKL_REC_CONSOLE:
        return one(piece, r.console);
    case MKL_REC_INTERRUPT_CONTROLLER:
        return one(piece, r.intc);
    case MKL_REC_LOG:
        return many(piece, r.log);
    case MKL_REC_STATUS:
        return many(piece, r.status);
    case MKL_REC_COMMAND_LINE:
        return text(piece, r.command_line);
    case MKL_REC_TIMER:
        return one(piece, r.timer);
    case MKL_REC_AUTHORITY:
        return many(piece, r.authority);
    default:
        known = false;
        return true;
    }
}

std::string check_header(const mkl_boot_header& h, std::span<const std::byte> all) {
    if (h.magic != MKL_BOOT_MAGIC) return "it does not start with MKLBOOT1";
    if (h.major != MKL_BOOT_MAJOR)
        return cat("its version is ", h.major, '.', h.minor, ", this mkl reads ", MKL_BOOT_MAJOR,
                   ".x");
    if (h.total_size != all.size() || h.total_size % 8 != 0)
        return cat("it says it has ", h.total_size, " bytes, the entry has ", all.size());
    const uint32_t crc =
        mkl_crc32_skipping(all.data(), all.size(), offsetof(mkl_boot_header, crc32));
    if (crc != h.crc32) return cat("its CRC-32 is ", hex(crc), ", the header says ", hex(h.crc32));
    return "";
}

std::string missing(const Record& r) {
    if (!r.node) return "node identity";
    if (!r.kernel) return "kernel";
    if (r.ram.empty()) return "RAM";
    if (!r.root) return "root task";
    if (!r.intc) return "interrupt controller";
    if (!r.timer) return "timer";
    if (r.dtb.size() > 1 || r.log.size() > 1 || r.status.size() > 1) return "one range per record";
    return "";
}

}  // namespace

std::optional<Record> read_record(const ByteView& bytes, std::string& why) {
    Record out;
    Bytes storage;
    const auto all = bytes.read(0, bytes.size(), storage);
    if (!all || all->size() < sizeof out.header || all->size() > max_record_size) {
        why = cat("it has ", bytes.size(), " bytes");
        return std::nullopt;
    }
    std::memcpy(&out.header, all->data(), sizeof out.header);
    if (why = check_header(out.header, *all); !why.empty()) return std::nullopt;
    size_t at = sizeof out.header;
    uint32_t last = 0;
    for (uint32_t i = 0; i < out.header.record_count; i++) {
        mkl_boot_record r;
        if (all->size() - at < sizeof r) {
            why = cat("record ", i, " reaches past the end");
            return std::nullopt;
        }
        std::memcpy(&r, all->data() + at, sizeof r);
        if (r.size < sizeof r || r.size % 8 != 0 || r.size > all->size() - at) {
            why = cat("record ", i, " (type ", r.type, ") has size ", r.size);
            return std::nullopt;
        }
        bool known = false;
        const bool sized = take(out, {r.type, all->subspan(at, r.size)}, known);
        if (!sized || (i != 0 && r.type <= last) || (!known && (r.flags & MKL_REC_FLAG_CRITICAL))) {
            why = !sized  ? cat("record ", i, " (type ", r.type, ") has size ", r.size)
                  : known ? cat("record ", i, " (type ", r.type, ") follows type ", last)
                          : cat("record ", i, " is critical and of unknown type ", r.type);
            return std::nullopt;
        }
        if (!known) out.unknown.push_back(r.type);
        last = r.type;
        at += r.size;
    }
    if (at != all->size()) {
        why = cat(all->size() - at, " bytes behind its last record");
        return std::nullopt;
    }
    if (const std::string what = missing(out); !what.empty()) {
        why = cat("a record it must have is absent or double: ", what);
        return std::nullopt;
    }
    return out;
}

std::optional<Elf> read_elf(const ByteView& bytes, std::string& why) {
    Elf out;
    const auto header = bytes.value<Elf64_Ehdr>(0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_phentsize != sizeof(Elf64_Phdr)) {
        why = "it is no 64-bit little-endian ELF";
        return std::nullopt;
    }
    out.header = *header;
    if (!bytes.holds(header->e_phoff, uint64_t{header->e_phnum} * sizeof(Elf64_Phdr))) {
        why = "its program headers reach past its end";
        return std::nullopt;
    }
    for (uint32_t i = 0; i < header->e_phnum; i++) {
        const auto p = bytes.value<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!p || p->p_type != PT_LOAD || p->p_memsz == 0) continue;
        if (p->p_filesz > p->p_memsz || !bytes.holds(p->p_offset, p->p_filesz) ||
            p->p_memsz > UINT64_MAX - p->p_vaddr || p->p_memsz > UINT64_MAX - p->p_paddr) {
            why = cat("program header ", i, " reaches past its end");
            return std::nullopt;
        }
        out.loads.push_back(*p);
    }
    if (out.loads.empty()) {
        why = "it has nothing to load";
        return std::nullopt;
    }
    return out;
}

}  // namespace mkl::verify
