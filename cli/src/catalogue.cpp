// SPDX-License-Identifier: BSD-2-Clause
// Every library's findings in one catalogue, and the findings of the commands themselves.
#include "mkl/render/catalogue.hpp"

#include "mkl/artefacts/findings.hpp"
#include "mkl/capdl/findings.hpp"
#include "mkl/emit/findings.hpp"
#include "mkl/formats/findings.hpp"
#include "mkl/hardware/findings.hpp"
#include "mkl/image/findings.hpp"
#include "mkl/manifest/findings.hpp"
#include "mkl/partition/findings.hpp"
#include "mkl/qemu/findings.hpp"
#include "mkl/rules/findings.hpp"
#include "mkl/sel4/findings.hpp"
#include "mkl/support/finding_doc.hpp"
#include "mkl/support/outputs.hpp"
#include "mkl/verify/findings.hpp"

namespace mkl::render {

namespace {

constexpr FindingDoc docs[] = {
    finding_doc(
        "E801", "no-such-finding", "There is no finding with this id",
        "`mkl explain` knows the ids that findings end with, such as E203.", "mkl explain E2O3",
        "Copy the id from the brackets at the end of a finding; docs/diagnostics.md lists all."),
    finding_doc("E803", "no-such-node", "The system has no node of this name",
                "`--node` names a node of the system description.",
                "mkl why \"irq 33\" system.yaml --node nod1",
                "Use one of the names under `nodes:`."),
    finding_doc(
        "E804", "file-unreadable", "A file given on the command line cannot be read",
        "It does not exist, is not a regular file, may not be read, or is larger than mkl accepts.",
        "mkl verify missing.bin", "Check the path and its permissions."),
    finding_doc("E805", "no-status-table", "The dump holds no status table",
                "The loader writes one status page a node, which starts with the bytes MKLSTAT1. "
                "None was found: the dump is of other memory, or the loader did not get that far.",
                "mkl inspect --status dump.bin",
                "Dump the pages that plan.json lists as reserved \"status\"."),
    finding_doc(
        "E806", "bad-signing-key", "The key of --sign cannot be used",
        "--sign signs the FIT's configuration (kernel, loadables and fdt together) with an RSA key "
        "of 2048, 3072 or 4096 bits in an unencrypted PEM file, whose name without its suffix is "
        "the name that U-Boot knows it by.",
        "mkl image system.yaml -o out --sign ec.key",
        "`openssl genrsa -out dev.key 2048` makes one. For a key in a token or under a passphrase "
        "sign image.its with mkimage: `mkimage -f image.its -k KEYS -r image.itb`."),
    finding_doc("N810", "lock-moved", "A locked address has moved",
                "The description no longer fits what SYSTEM.lock had: a size changed, or something "
                "fixed is in the way.",
                "mkl partition system.yaml --lock -o out",
                "Nothing, if that was meant: the lock file has the new address. Else take back the "
                "change."),
    finding_doc("W811", "lock-line", "A line of the lock file is not one",
                "SYSTEM.lock holds a KEY=VALUE a line, and comments.", "",
                "Delete the file to let mkl choose again, or restore it from version control."),
    finding_doc("E812", "lock-unwritable", "The lock file cannot be written",
                "--lock keeps addresses in SYSTEM.lock beside the YAML.", "",
                "Make the directory writable, or leave --lock out."),
    finding_doc("W813", "lock-out-of-date", "The plan is not the one that was locked",
                "SYSTEM.lock beside the YAML keeps addresses, with or without --lock. This one "
                "could not be kept: its size changed, or the YAML fixes another.",
                "mkl check system.yaml",
                "Take back the change, or write the new address down with --lock."),
    finding_doc("E814", "lock-unreadable", "The lock file cannot be read",
                "SYSTEM.lock beside the YAML keeps addresses, and something of that name is there. "
                "Without it they would move.",
                "chmod 000 system.lock; mkl check system.yaml",
                "Make it readable, or remove it to let mkl choose again."),
};

}  // namespace

Catalogue joined_catalogue() {
    std::vector<FindingDoc> all;
    for (const auto table :
         {manifest_findings(), hardware_findings(), rules_findings(), partition_findings(),
          emit_findings(), formats_findings(), sel4_findings(), capdl_findings(),
          artefacts_findings(), image_findings(), verify_findings(), qemu_findings(),
          outputs_findings(), std::span<const FindingDoc>{docs}})
        all.insert(all.end(), table.begin(), table.end());
    return Catalogue{std::move(all)};
}

}  // namespace mkl::render
