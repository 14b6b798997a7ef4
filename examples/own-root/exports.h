/* SPDX-License-Identifier: BSD-2-Clause */
/* What mkl gives the root task of node 'node1'. Written by mkl.
 * Addresses are physical, SGI targets as IRQControl_IssueSGISignal takes them. */
#ifndef MKL_EXPORTS_H
#define MKL_EXPORTS_H

#define MKL_NODE "node1"
#define MKL_NODE_ID 1u
#define MKL_STATUS_BASE 0x64211000u
#define MKL_NODE0_STATUS_BASE 0x64210000u

/* s: shared-data, to client.d */
#define MKL_D_BASE 0x60000000u
#define MKL_D_SIZE 0x1000u
#define MKL_D_WRITABLE 1u
#define MKL_D_UNCACHED 0u

/* irq: notification, from client.irq2 */
#define MKL_IRQ_RECEIVE_IRQ 0u

/* irq2: notification, to client.irq */
#define MKL_IRQ2_SEND_SGI 0u
#define MKL_IRQ2_SEND_TARGET 0x0u

/* calls: rpc, from caller.calc */
#define MKL_CALC_BASE 0x60001000u
#define MKL_CALC_SIZE 0x400u
#define MKL_CALC_WRITABLE 1u
#define MKL_CALC_UNCACHED 0u
#define MKL_CALC_DEPTH 4u
#define MKL_CALC_MESSAGE_MAX 88u
#define MKL_CALC_SEND_SGI 1u
#define MKL_CALC_SEND_TARGET 0x0u
#define MKL_CALC_RECEIVE_IRQ 1u

/* bulk: queue, to consumer.in */
#define MKL_OUT_BASE 0x60002000u
#define MKL_OUT_SIZE 0x10000u
#define MKL_OUT_WRITABLE 1u
#define MKL_OUT_UNCACHED 0u
#define MKL_OUT_DEPTH 16u
#define MKL_OUT_MESSAGE_MAX 4080u
#define MKL_OUT_SEND_SGI 2u
#define MKL_OUT_SEND_TARGET 0x0u
#define MKL_OUT_RECEIVE_IRQ 2u

#endif
