/* SPDX-License-Identifier: BSD-2-Clause */
/* struct mkl_loader_params for assembly; payload.cpp asserts every number. */
#ifndef MKL_LOADER_LAYOUT_H
#define MKL_LOADER_LAYOUT_H

#define PARAMS_MAGIC 0x3144414f4c4c4b4d /* MKL_LOADER_MAGIC */
#define PARAMS_MAJOR 1
#define PARAMS_SIZE 0x78
#define PARAMS_RUN_BASE 0x20
#define PARAMS_PAYLOAD_OFFSET 0x30
#define PARAMS_PAYLOAD_SIZE 0x38
#define PARAMS_SCRATCH_OFFSET 0x40

/* aarch64: the EFI header behind the parameters. */
#define PE_HEADER 0xc0

#endif
