/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Valid packets to start from: each procedure at least once, with arguments
 * that lead somewhere in the machine of tests/mock/default.machine. Their
 * serial numbers are 1, 2, … The array and its GBytes are the caller's.
 */
GPtrArray *rpc_samples_new (void);
