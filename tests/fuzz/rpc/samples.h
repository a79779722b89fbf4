/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* How often each call that changes something is among them, since those lead the farthest. */
#define RPC_SAMPLES_CHANGES 3

/* How many of them are answered with an error, such as what is for PCI devices alone. */
#define RPC_SAMPLES_ERRORS (9 + 5 * RPC_SAMPLES_CHANGES)

/*
 * Valid packets to start from: each procedure at least once, with arguments
 * that lead somewhere in the machine of tests/mock/default.machine. Their
 * serial numbers are 1, 2, … The array and its GBytes are the caller's.
 */
GPtrArray *rpc_samples_new (void);
