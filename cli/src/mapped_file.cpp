// SPDX-License-Identifier: BSD-2-Clause
#include "mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "mkl/support/text.hpp"

namespace mkl::cli {

std::optional<MappedFile> MappedFile::open(const std::filesystem::path& path,
                                           DiagnosticSink& sink) {
    const auto fail = [&](std::string_view why) {
        auto file = std::make_shared<SourceFile>(SourceFile{path.string(), ""});
        sink.report({.id = "E804",
                     .where = {.file = std::move(file)},
                     .message = cat("cannot be read: ", why)});
        return std::nullopt;
    };
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return fail(std::strerror(errno));
    struct stat info {};
    void* base = nullptr;
    std::string why;
    if (::fstat(fd, &info) != 0)
        why = std::strerror(errno);
    else if (!S_ISREG(info.st_mode))
        why = "not a regular file";
    else if (info.st_size > 0) {
        base = ::mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
        if (base == MAP_FAILED) why = std::strerror(errno);
    }
    ::close(fd);
    if (!why.empty()) return fail(why);
    return MappedFile{
        {static_cast<const std::byte*>(base), static_cast<size_t>(info.st_size)}
    };
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace mkl::cli
