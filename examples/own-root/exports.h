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

#endif
