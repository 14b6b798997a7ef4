/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIGNALS_SIGNALS_H
#define SIGNALS_SIGNALS_H

#define SENDERS 3u
#define MAX_SIGNALS 7u /* of each */
#define LAST 50000u    /* value each word ends with: a million signals over 20 edges */

#endif
