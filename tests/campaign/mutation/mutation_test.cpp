// SPDX-License-Identifier: BSD-2-Clause
// Every mutant of every good image is found, and by the finding that was named beforehand.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>

#include "mkl/render/render.hpp"
#include "mutation.hpp"

namespace mkl::mutation {
namespace {

constexpr size_t sites_per_operator = 4;  // of each image: more sites show nothing new

std::vector<Operator> all_operators() {
    std::vector<Operator> out;
    for (const auto* list :
         {&table_operators(), &record_operators(), &content_operators(), &wiring_operators()})
        out.insert(out.end(), list->begin(), list->end());
    return out;
}

DiagnosticSink verify(const Bytes& image, const Good& good, bool with_plan) {
    DiagnosticSink sink;
    VerifyReport report;
    VerifyOptions options;
    options.name = good.name;
    if (with_plan) options.expected = good.expected;
    verify_image(std::span<const std::byte>{image}, options, sink, report);
    return sink;
}

TEST(Mutation, GoodImagesAreProved) {
    std::string why;
    const auto& images = good_images(why);
    if (images.empty()) GTEST_SKIP() << why;
    EXPECT_EQ(why, "");
    EXPECT_GE(images.size(), 6u);
    for (const Good& good : images) {
        const auto sink = verify(good.image, good, true);
        EXPECT_TRUE(sink.all().empty()) << render::text(sink.all(), {});
        // Rehashing a good image changes nothing: mutants differ in what the operator did only.
        MutableImage same{good.image};
        same.finish();
        EXPECT_TRUE(same.bytes() == good.image) << good.name;
    }
}

DiagnosticSink verify_container(const Bytes& image, std::string_view name,
                                ContainerOperator::Key key) {
    DiagnosticSink sink;
    VerifyReport report;
    VerifyOptions options;
    options.name = name;
    if (key != ContainerOperator::Key::none) options.key = test_key(key);
    verify_image(std::span<const std::byte>{image}, options, sink, report);
    return sink;
}

TEST(Mutation, EveryMutantOfAContainerIsFound) {
    std::string why;
    const auto& images = good_images(why);
    if (images.empty()) GTEST_SKIP() << why;
    size_t mutants = 0, killed = 0;
    for (const Good& good : images) {
        for (const auto& [name, image] : good.containers) {
            const bool is_signed = name == "signed.itb" || name == "split.itb";
            const auto sink = verify_container(image, name,
                                               is_signed ? ContainerOperator::Key::right
                                                         : ContainerOperator::Key::none);
            EXPECT_TRUE(sink.all().empty()) << name << render::text(sink.all(), {});
        }
        for (const ContainerOperator& op : container_operators()) {
            const auto it = good.containers.find(std::string{op.file});
            if (it == good.containers.end()) continue;
            Bytes mutant = it->second;
            ASSERT_TRUE(op.apply(mutant)) << op.name << " never applied";
            mutants++;
            const auto sink = verify_container(mutant, op.file, op.key);
            const bool found = sink.has(op.id);
            killed += found;
            EXPECT_TRUE(found) << good.name << ": " << op.name << ": expected " << op.id
                               << ", reported:\n"
                               << render::text(sink.all(), {});
        }
    }
    std::printf("mutation score of containers: %zu of %zu mutants found, %zu operators\n", killed,
                mutants, container_operators().size());
}

TEST(Mutation, EveryMutantIsFoundByTheFindingNamedBeforehand) {
    std::string why;
    const auto& images = good_images(why);
    if (images.empty()) GTEST_SKIP() << why;
    size_t mutants = 0, killed = 0;
    std::map<std::string_view, size_t> by_operator;
    for (const Good& good : images)
        for (const Operator& op : good.only_wiring ? wiring_operators() : all_operators())
            for (size_t site = 0; site < sites_per_operator; site++) {
                MutableImage mutant{good.image};
                if (!op.apply(mutant, site)) break;
                mutant.finish(op.keep);
                mutants++;
                by_operator[op.name]++;
                const auto sink = verify(mutant.bytes(), good, op.needs_expected);
                const bool found = sink.has(op.id);
                killed += found;
                EXPECT_TRUE(found) << good.name << ": " << op.name << ", site " << site
                                   << ": expected " << op.id << ", reported:\n"
                                   << render::text(sink.all(), {});
            }
    std::printf("mutation score: %zu of %zu mutants found, %zu operators, %zu systems\n", killed,
                mutants, by_operator.size(), images.size());
    EXPECT_GE(mutants, 200u);
    EXPECT_GE(by_operator.size(), 20u);
    for (const Operator& op : all_operators())
        EXPECT_TRUE(by_operator.contains(op.name)) << op.name << " never applied";
}

}  // namespace
}  // namespace mkl::mutation
