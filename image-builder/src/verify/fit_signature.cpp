// SPDX-License-Identifier: BSD-2-Clause
#include "fit_signature.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <set>

#include "mkl/support/text.hpp"

namespace mkl::verify {

namespace {

// Never part of what is signed: the hash of the data is.
constexpr std::string_view outside[] = {"data", "data-size", "data-position", "data-offset"};
constexpr uint64_t max_signature = 1024;  // bytes: RSA of 8192 bits

class Coverage {
public:
    Coverage(const FitTree& tree, const FitNode& signature) : tree_{tree} {
        for (std::string& path : signature.texts("hashed-nodes")) listed_.insert(std::move(path));
        const ByteView* strings = signature.property("hashed-strings");
        const auto size = strings ? strings->value<uint32_t>(4) : std::nullopt;
        if (size) strings_size_ = __builtin_bswap32(*size);
    }

    /// "" or what of `configuration` and its images is not covered.
    std::string flaw(const FitNode& configuration, const std::vector<const FitNode*>& used) const {
        if (strings_size_ > tree_.strings.size()) return "covers more strings than there are";
        std::vector<const FitNode*> due{&tree_.nodes[0], &configuration};
        for (const FitNode* image : used) {
            due.push_back(image);
            for (const size_t i : image->children)
                if (tree_.nodes[i].name.starts_with("hash")) due.push_back(&tree_.nodes[i]);
        }
        for (const FitNode* node : due) {
            if (!listed_.contains(node->path)) return cat("does not cover ", node->path);
            for (const FitProperty& p : node->properties)
                if (p.name_end > strings_size_)
                    return cat("does not cover the name of property '", p.name, "'");
        }
        return "";
    }

    Digest digest() const {
        std::vector<TokenSpan> spans{tree_.finish};
        add(0, listed_.contains("/") ? 2 : 0, spans);
        std::sort(spans.begin(), spans.end(),
                  [](const TokenSpan& a, const TokenSpan& b) { return a.begin < b.begin; });
        ByteView all;
        const auto append = [&](const std::optional<ByteView>& part) {
            if (part) all.append(*part);
        };
        for (const TokenSpan& s : spans) append(tree_.structure.part(s.begin, s.end - s.begin));
        append(tree_.strings.part(0, std::min(strings_size_, tree_.strings.size())));
        return sha256(all);
    }

private:
    // level 2: the node with its properties; 1: a child of such a node, its begin and end only.
    // The depth is bounded by the reader.
    void add(size_t index, int level, std::vector<TokenSpan>& spans) const {
        const FitNode& node = tree_.nodes[index];
        if (level > 0) {
            spans.push_back(node.begin);
            spans.push_back(node.end);
        }
        if (level == 2) {
            spans.insert(spans.end(), node.nops.begin(), node.nops.end());
            for (const FitProperty& p : node.properties)
                if (std::find(std::begin(outside), std::end(outside), p.name) == std::end(outside))
                    spans.push_back(p.span);
        }
        for (const size_t child : node.children)
            add(child, listed_.contains(tree_.nodes[child].path) ? 2 : std::max(level - 1, 0),
                spans);
    }

    const FitTree& tree_;
    std::set<std::string> listed_;
    uint64_t strings_size_ = 0;
};

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key read_key(std::string_view pem) {
    using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
    const auto input = [&] {
        return Bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
    };
    // No key of ours has a passphrase, and OpenSSL must not ask the terminal for one.
    const auto none = [](char*, int, int, void*) { return 0; };
    Key key{PEM_read_bio_PUBKEY(input().get(), nullptr, none, nullptr), &EVP_PKEY_free};
    if (!key) key.reset(PEM_read_bio_PrivateKey(input().get(), nullptr, none, nullptr));
    if (!key) {
        const std::unique_ptr<X509, decltype(&X509_free)> certificate{
            PEM_read_bio_X509(input().get(), nullptr, none, nullptr), &X509_free};
        if (certificate) key.reset(X509_get_pubkey(certificate.get()));
    }
    ERR_clear_error();
    return key;
}

}  // namespace

std::optional<FitSignature> read_signature(const FitTree& tree, const FitNode& configuration,
                                           const std::vector<const FitNode*>& used) {
    for (const size_t i : configuration.children) {
        const FitNode& node = tree.nodes[i];
        const ByteView* value = node.property("value");
        if (!node.name.starts_with("signature") || !value || value->size() > max_signature)
            continue;
        const Coverage coverage{tree, node};
        FitSignature out;
        out.flaw = coverage.flaw(configuration, used);
        out.covered = coverage.digest();
        out.value.resize(value->size());
        value->copy(0, out.value);
        out.algorithm = node.text("algo").value_or("");
        out.key = node.text("key-name-hint").value_or("");
        return out;
    }
    return std::nullopt;
}

std::string check_signature(const FitSignature& signature, std::string_view pem) {
    const Key key = read_key(pem);
    if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return "the key is no RSA key in PEM";
    const std::string algorithm = cat("sha256,rsa", EVP_PKEY_bits(key.get()));
    if (signature.algorithm != algorithm)
        return cat("it was made by ", signature.algorithm, ", the key is for ", algorithm);
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context{
        EVP_PKEY_CTX_new(key.get(), nullptr), &EVP_PKEY_CTX_free};
    const bool good =
        context && EVP_PKEY_verify_init(context.get()) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
        EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
        EVP_PKEY_verify(
            context.get(), reinterpret_cast<const unsigned char*>(signature.value.data()),
            signature.value.size(), signature.covered.data(), signature.covered.size()) == 1;
    ERR_clear_error();
    return good ? "" : "it is not of this key, or what it covers was changed";
}

}  // namespace mkl::verify
