// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/support/file_system.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "mkl/support/text.hpp"

namespace mkl {

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_{fd} {}
    Descriptor(Descriptor&& other) noexcept : fd_{other.release()} {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

struct RegularFile {
    Descriptor descriptor;
    uint64_t size = 0;
};

std::string too_large(uint64_t size, uint64_t limit) {
    return cat("it has ", size, " bytes, the limit is ", limit);
}

std::optional<RegularFile> open_regular(const std::filesystem::path& path, uint64_t max_bytes,
                                        std::string& error) {
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
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
    return RegularFile{std::move(file), size};
}

std::optional<Bytes> read_all(const RegularFile& file, std::string& error) {
    Bytes content;
    try {
        content.resize(file.size);
    } catch (const std::bad_alloc&) {
        error = cat("there is no memory for its ", size_text(file.size));
        return std::nullopt;
    }
    size_t done = 0;
    while (done < content.size()) {
        const ssize_t n =
            ::read(file.descriptor.get(), content.data() + done, content.size() - done);
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

SharedBytes shared(std::optional<Bytes> bytes) {
    return bytes ? std::make_shared<const Content>(std::move(*bytes)) : nullptr;
}

}  // namespace

SharedBytes FileSystem::share(const std::filesystem::path& path, uint64_t max_bytes,
                              std::string& error) {
    return shared(read(path, max_bytes, error));
}

std::optional<Bytes> HostFileSystem::read(const std::filesystem::path& path, uint64_t max_bytes,
                                          std::string& error) {
    asked_.insert(path);
    const auto file = open_regular(path, max_bytes, error);
    return file ? read_all(*file, error) : std::nullopt;
}

SharedBytes HostFileSystem::share(const std::filesystem::path& path, uint64_t max_bytes,
                                  std::string& error) {
    constexpr uint64_t worth_mapping = uint64_t{64} << 10;
    asked_.insert(path);
    auto file = open_regular(path, max_bytes, error);
    if (!file) return nullptr;
    if (file->size >= worth_mapping) {
        if (auto mapped = Content::map(file->descriptor.get(), static_cast<size_t>(file->size))) {
            file->descriptor.release();
            return mapped;
        }
    }
    return shared(read_all(*file, error));
}

bool HostFileSystem::exists(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0) return true;
    return errno != ENOENT &&
           errno != ENOTDIR;  // a loop of links, a directory that may not be read
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
