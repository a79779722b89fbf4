/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channel programs that several scenarios use, and what they must end with. */
#pragma once

#include "channel.h"

/* A device tells 256 bytes of itself; there is room for more. */
enum
{
  IDENTITY_LENGTH = 256,
  IDENTITY_ROOM = 300,
};

/*
 * Starts a program that is suspended at once and without an interruption, so
 * that it does not end by itself. Returns the condition code.
 */
int start_endless (uint16_t number);

/* Says whether Sense ID gives what any device gives, and as WHAT. */
void check_device_works (uint16_t number, const char *what);

/* Enables a device and prints what it tells of itself, see identify.c. */
void identify (uint16_t number, const struct schib *schib);

/* Finds and enables a device; says so and gives false if that cannot be. */
bool take_device (uint16_t device_number, uint16_t *number);
