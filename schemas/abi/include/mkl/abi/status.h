/* SPDX-License-Identifier: BSD-2-Clause */
/* Status page: one 4 KiB page a node, written by the loader until it enters the kernel, then by
 * that node alone; readable by every node. A plain array over all nodes, in node order, so that
 * `mkl inspect --status` can read it from a RAM dump.
 *
 *   off    size  field            meaning                                   written by
 *   0x00   8     magic            "MKLSTAT1"                                loader
 *   0x08   4     version          1                                         loader
 *   0x0c   4     node_id                                                    loader
 *   0x10   4     node_count       nodes in the system                       loader
 *   0x14   4     stage            MKL_STAGE_*, only ever rises              loader, kernel, root task
 *   0x18   4     error            MKL_STATUS_*; 0: none                     loader, kernel, root task
 *   0x1c   4     error_stage      stage in which `error` was set
 *   0x20   16    detail[2]        two values that belong to the error
 *   0x30   8     hwid             CPU that runs the node, as it saw itself  loader
 *   0x38   8     counter_hz       of the time stamps                        loader
 *   0x40   128   stamp[16]        counter value at which each stage was reached, 0: not yet
 *   0xc0   32    name             node name                                 loader
 *   0xe0   64    text             short reason in words, NUL padded         whoever sets error
 * Stores of `stage` are release stores; readers load with acquire.
 */
#ifndef MKL_ABI_STATUS_H
#define MKL_ABI_STATUS_H

#include "mkl/abi/common.h"

#define MKL_STATUS_MAGIC 0x31544154534c4b4dull /* "MKLSTAT1" */
#define MKL_STATUS_VERSION 1u

#define MKL_STAGE_NONE 0u
#define MKL_STAGE_LOADER 1u   /* the loader has checked the payload table */
#define MKL_STAGE_STARTED 2u  /* the loader asks for its CPU, unless it is on it already */
#define MKL_STAGE_ENTERED 3u  /* the CPU runs the loader */
#define MKL_STAGE_VERIFIED 4u /* hashes of the node's entries agree */
#define MKL_STAGE_COPIED 5u   /* its memory is as the plan says */
#define MKL_STAGE_KERNEL 6u   /* the CPU is about to leave the loader */
#define MKL_STAGE_ROOT 7u     /* the kernel is about to run the root task */
#define MKL_STAGE_INIT 8u     /* the root task runs */
#define MKL_STAGE_READY 9u    /* its interrupt handlers stand: signals to it are not lost */
#define MKL_STAGE_UP 10u      /* its components run */
#define MKL_STAGE_COUNT 11u

/* Errors. 1..0x3f loader, 0x40..0x7f kernel, 0x80..0xff root task; meanings never change. */
#define MKL_STATUS_OK 0u
#define MKL_STATUS_TABLE 0x01u            /* payload table refused; detail: reason */
#define MKL_STATUS_BOUNDS 0x02u           /* an entry reaches outside; detail: address, size */
#define MKL_STATUS_OVERLAP 0x03u          /* an entry overlaps another or the loader */
#define MKL_STATUS_HASH 0x04u             /* SHA-256 of an entry differs; text: its name */
#define MKL_STATUS_CPU_ON 0x05u           /* firmware refused to start the CPU; detail: code, hwid */
#define MKL_STATUS_TIMEOUT 0x06u          /* the CPU, or its root task, did not come up in time */
#define MKL_STATUS_HWID 0x07u             /* the CPU is another one than planned; detail: is, planned */
#define MKL_STATUS_CPU_INTERFACE 0x08u    /* GICv2 interface number differs; detail: is, planned */
#define MKL_STATUS_REDISTRIBUTOR 0x09u    /* none with this affinity; detail: hwid, region base */
#define MKL_STATUS_FIRMWARE_TREE 0x0au    /* firmware's tree contradicts the plan; detail: both values */
#define MKL_STATUS_EXCEPTION_LEVEL 0x0bu  /* entered at a level the node cannot use; detail: is, wanted */
#define MKL_STATUS_INTERRUPT 0x0cu        /* a granted line did not take its setting; detail: INTID, value */
#define MKL_STATUS_LOADER_FAULT 0x0du     /* exception in the loader; detail: ESR or scause, address */
#define MKL_STATUS_RECORD 0x40u           /* kernel refused the boot record; detail: reason, record type */
#define MKL_STATUS_NO_MEMORY 0x41u        /* no region is large enough for the root task's objects */
#define MKL_STATUS_KERNEL_FAULT 0x42u     /* exception in the kernel; detail: ESR or scause, address */
#define MKL_STATUS_KERNEL_INVARIANT 0x43u /* debug-build checker; detail: line, value */
#define MKL_STATUS_SPEC 0x80u             /* root task refused its CapDL spec; detail: reason, offset */
#define MKL_STATUS_SPEC_OBJECT 0x81u      /* an operation failed; text: object, operation; detail: error, index */
#define MKL_STATUS_ROOT_FAULT 0x82u       /* the root task or a component faulted; detail: label, address */

#define MKL_STATUS_STAMPS 16u
#define MKL_STATUS_TEXT_SIZE 64u

struct mkl_status {
    uint64_t magic;
    uint32_t version, node_id, node_count, stage, error, error_stage;
    uint64_t detail[2];
    uint64_t hwid, counter_hz;
    uint64_t stamp[MKL_STATUS_STAMPS];
    char name[MKL_NAME_SIZE];
    char text[MKL_STATUS_TEXT_SIZE];
};
MKL_ABI_ASSERT(offsetof(struct mkl_status, detail) == 0x20, "detail at 0x20");
MKL_ABI_ASSERT(offsetof(struct mkl_status, stamp) == 0x40, "stamp at 0x40");
MKL_ABI_ASSERT(offsetof(struct mkl_status, name) == 0xc0, "name at 0xc0");
MKL_ABI_ASSERT(sizeof(struct mkl_status) == 0x120, "status is 0x120 bytes");

#endif
