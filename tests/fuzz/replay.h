/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a fuzz target offers to libFuzzer, AFL++ and replay.c. */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Tells on standard output what the input says. Not every target has one. */
void replay_show (const uint8_t *data, size_t size) __attribute__ ((weak));
