/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guest finds, a line each: "ok WHAT", or "not ok WHAT" with what it
 * has got. Who runs the guest counts them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void check (bool good, const char *what);
void check_equal (uint64_t got, uint64_t wanted, const char *what);
