// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/manifest/findings.hpp"

#include <array>

#include "mkl/support/finding_doc.hpp"

namespace mkl {

namespace {
constexpr std::array table{
    finding_doc("E001", "yaml-unreadable", "The system description cannot be read",
                "The file does not exist, is not a regular file, may not be read, or is larger "
                "than 16 MiB.",
                "", "Check the path; paths inside a description are relative to it."),
    finding_doc("E002", "yaml-syntax", "The text is not YAML",
                "Indentation, quotes or brackets do not fit together. A quote that is never closed "
                "swallows the rest of the file, so the position is where it opens.",
                "nodes: {node0: {cpu: 0", "Repair the place that is pointed at."),
    finding_doc("E003", "key-twice", "A key stands twice in one mapping",
                "Readers differ in which of the two wins, so mkl takes neither.",
                "node0: {cpu: 0, memory: 64M, cpu: 1}", "Remove or rename one of them."),
    finding_doc("E004", "yaml-too-large", "Too many or too deeply nested values",
                "At most 100,000 values once aliases are expanded, and 64 levels. A few lines of "
                "nested aliases can stand for millions of values.",
                "a: &a [x, x]\nb: &b [*a, *a]", "Write values out instead of nesting aliases."),
    finding_doc("E005", "not-text", "The file is not UTF-8 text",
                "It holds a byte that is not part of UTF-8, or a control character.", "",
                "Save the file as UTF-8."),
    finding_doc("E006", "one-document", "A YAML feature that a system does not use",
                "A system is one document without tags.", "---\nmkl: 1\n---\nmkl: 1",
                "Remove the second document or the tag."),
    finding_doc("E007", "yaml-empty", "The file is empty",
                "There is nothing in it but comments and blanks.", "",
                "Start with `mkl: 1`; examples/ has systems to copy."),
    finding_doc(
        "E101", "unknown-key", "A key that mkl does not know",
        "A misspelt key that is passed over in silence changes a partition without anybody "
        "noticing, so every unknown key is an error.",
        "node0: {cpu: 0, memroy: 64M}",
        "Correct the spelling; `mkl schema` lists all keys, docs/system-yaml.md explains them."),
    finding_doc("E102", "missing-key", "A key that must be there is missing",
                "Some keys have no default that would be right for everybody.", "node0: {cpu: 0}",
                "Add the key."),
    finding_doc("E103", "wrong-kind", "A value of another kind was expected",
                "For example a list where a mapping belongs.", "nodes: [node0, node1]",
                "Write the value as the message says."),
    finding_doc("E104", "bad-number", "Not a number that everybody reads the same",
                "Numbers are decimal or 0x hex, with `_` between digits and K, M or G (1024) "
                "behind them where a size is meant. Leading zeros, fractions and other units are "
                "refused because readers differ in what they mean.",
                "memory: 0100", "Write what the hint says."),
    finding_doc("E105", "number-range", "A number outside its range",
                "The number was read, and the key does not allow it; the message has the range.",
                "qemu: {machine: virt, cpus: 0}", "Choose a number within the range."),
    finding_doc("E106", "not-a-choice", "A word that is not one of the choices",
                "The key takes one of a few words; the hint lists them, nearest first.",
                "s: {type: shared_data, from: a.x, to: b.x}", "Use one of the words listed."),
    finding_doc("E107", "keys-exclude", "Two keys that exclude each other",
                "Both say the same thing in different ways, or one of them has no meaning beside "
                "the other: `depth:` is of messages, and a notification has none.",
                "board: {dtb: a.dtb, dts: a.dts}", "Keep one of them."),
    finding_doc("E108", "version", "Another version of the description",
                "A description says with its first key for which version of the language it was "
                "written; this mkl knows version 1.",
                "mkl: 2", "Write `mkl: 1`, or use an mkl that knows the version."),
    finding_doc("E109", "setting", "A --set that names no place",
                "`--set KEY=VALUE` walks from key to key along the dots; a number picks an element "
                "of a list. Keys may be added to a mapping that exists.",
                "mkl check system.yaml --set nodes.node0.cpu.x=1", "Name a place that is there."),
};
}  // namespace

std::span<const FindingDoc> manifest_findings() { return table; }

}  // namespace mkl
