// SPDX-License-Identifier: BSD-2-Clause
#include "mkl/capdl/findings.hpp"

namespace mkl {

namespace {

constexpr FindingDoc docs[] = {
    {"E521", "component-address",       Severity::error, "a component's ELF is linked at a wrong address",
     "Programs lie between 64 KiB and 4 GiB of their address space; what is above is for stack, "
     "buffers and devices (mkl/abi/component.h).",                                                                                                                                               "",                                       "Link with the component linker script that mkl ships."              },
    {"E522", "component-write-execute", Severity::error,
     "memory of a component would be writable and executable",                                             "A segment is both, or code and writable data share a 4 KiB page. mkl maps no page with both "
     "rights.",                                                                                                                    "",                                       "Link with -z separate-code, or correct the linker script."          },
    {"E523", "component-stack",         Severity::error, "a component's stack is larger than its area",
     "The stack grows down towards the IPC buffer; the area between has a fixed size.",                                                                                                          "components: {client: {stack: 1G, ...}}", "Use a smaller stack, and a heap for large data."                    },
    {"E524", "component-ends",          Severity::error, "a component's ends do not fit its startup page",
     "A component finds its ends by name in one page, with names of at most 31 bytes.",                                                                                                          "",
     "Shorten the name, or split the component."                                                                                                                                                                                                                                                                },
    {"E525", "component-badges",        Severity::error, "too many signals for one notification",
     "Incoming signals of a component, and components of a node, are told apart by the bits of a "
     "badge, of which there are 63.",                                                                                                                                                            "",                                       "Split the component, or move components to another node."           },
    {"E526", "connection-unplaced",     Severity::error, "a cross-node buffer has no memory",
     "The plan has no place for the buffer in a pool. The solver should have refused: please "
     "report it.",                                                                                                                                                                               "",                                       "Declare a pool of which both nodes are members."                    },
    {"E527", "connection-multiplexed",  Severity::error,
     "a connection would need a multiplexed interrupt",                                                    "More signals go into one node than it has inter-processor interrupts, and this version's "
     "root task cannot share one among several.",                                                                                         "",                                       "Use fewer signals into one node."                                   },
    {"E528", "connection-type",         Severity::error, "a type of connection that is not built yet",
     "This version builds shared-data and notification connections.",                                                                                                                            "",
     "Use shared-data and two notifications."                                                                                                                                                                                                                                                                   },
    {"E529", "components-do-not-fit",   Severity::error,
     "components need more memory than their node has",                                                    "Program, stack and heap of the node's components together are larger than its RAM.",
     "components: {client: {heap: 2G, ...}}",                                                                                                                                                                                              "Give the node more memory, or the component a smaller heap."        },
    {"E530", "capdl-unsound",           Severity::error, "a CapDL spec is not sound",
     "A slot lies outside its table, physical addresses overlap or are not aligned, an SGI does "
     "not exist, or a thread is incomplete. Such a spec would stop its node at boot.",                                                                                                           "",                                       "This is a bug in mkl: please report it with the system description."},
};

}  // namespace

std::span<const FindingDoc> capdl_findings() { return docs; }

}  // namespace mkl
