// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"

namespace mkl::cli {

namespace {

constexpr Command table[] = {
    {"check",     "Read a system description, solve it, and report what is wrong with it",              takes_system,
     run_check                                                                                                                     },
    {"partition", "Decide who owns what, and write plan, map, device trees and boot records",
     takes_system | takes_out | takes_map_lock,                                                                       run_partition},
    {"image",     "Make the bootable image, and prove the partition over its bytes",
     takes_system | takes_out_required | takes_sign | takes_map_lock,                                                 run_image    },
    {"verify",    "Prove the partition from an image's own bytes",
     takes_image | takes_system_option | takes_key,                                                                   run_verify   },
    {"inspect",   "Print everything in an image, or a RAM dump's status table",
     takes_image | takes_status,                                                                                      run_inspect  },
    {"why",       "Tell who owns a device, an address, an interrupt or a CPU, and through which chain",
     takes_thing | takes_system | takes_node,                                                                         run_why      },
    {"explain",   "Print the page of a finding",                                                        takes_id,     run_explain  },
    {"schema",    "Print the JSON schema of the system description",                                    0,            run_schema   },
    {"qemu",      "Boot the system in QEMU and show its consoles by node",
     takes_system | takes_out | takes_qemu,                                                                           run_qemu     },
};

}  // namespace

std::span<const Command> commands() { return table; }

}  // namespace mkl::cli
