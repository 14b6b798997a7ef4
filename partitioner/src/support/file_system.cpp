// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/file_system.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "mkl/support/text.hpp"

namespace mkl {

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_{fd} {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

std::string too_large(uint64_t size, uint64_t limit) {
    return cat("it has ", size, " bytes, the limit is ", limit);
}

}  // namespace

std::optional<Bytes> HostFileSystem::read(const std::filesystem::path& path, uint64_t max_bytes,
                                          std::string& error) {
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) {
        error = std::strerror(errno);
        return std::nullopt;
    }
    if (!S_ISREG(info.st_mode)) {
        error = "not a regular file";
        return std::nullopt;
    }
    const auto size = static_cast<uint64_t>(info.st_size);
    if (size > max_bytes) {
        error = too_large(size, max_bytes);
        return std::nullopt;
    }
    Bytes content;
    try {
        content.resize(size);
    } catch (const std::bad_alloc&) {
        error = cat("there is no memory for its ", size_text(size));
        return std::nullopt;
    }
    size_t done = 0;
    while (done < content.size()) {
        const ssize_t n = ::read(file.get(), content.data() + done, content.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            error = std::strerror(errno);
            return std::nullopt;
        }
        if (n == 0) break;  // shrank meanwhile: what is there is what it is
        done += static_cast<size_t>(n);
    }
    content.resize(done);
    return content;
}

bool HostFileSystem::exists(const std::filesystem::path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0;
}

std::optional<uint64_t> HostFileSystem::size(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
    return static_cast<uint64_t>(info.st_size);
}

std::optional<Bytes> MemoryFileSystem::read(const std::filesystem::path& path, uint64_t max_bytes,
                                            std::string& error) {
    const auto it = files.find(path);
    if (it == files.end()) {
        error = std::strerror(ENOENT);
        return std::nullopt;
    }
    if (it->second.size() > max_bytes) {
        error = too_large(it->second.size(), max_bytes);
        return std::nullopt;
    }
    return it->second;
}

bool MemoryFileSystem::exists(const std::filesystem::path& path) { return files.contains(path); }

std::optional<uint64_t> MemoryFileSystem::size(const std::filesystem::path& path) {
    const auto it = files.find(path);
    if (it == files.end()) return std::nullopt;
    return it->second.size();
}

}  // namespace mkl
