/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the guest can do, each for the device with a given number. */
#pragma once

#include <stdint.h>

/* Prints the identity of all devices, whatever their number. */
void identify_devices (uint16_t device_number);

/* Every I/O instruction in every state of the subchannel. */
void try_instructions (uint16_t device_number);

/* Waits until the device, a 3270, tells that somebody has sat down at it. */
void await_user (uint16_t device_number);

/* Waits, in the middle of a program, until the device has been taken away. */
void lose_device (uint16_t device_number);

/* Tells of each device that comes or goes, without an end. */
void watch_devices (uint16_t device_number);

/* Resets the machine in the middle of a program. */
void reset_in_program (uint16_t device_number);

/* Waits, in the middle of a program, until somebody else resets the machine. */
void await_reset (uint16_t device_number);
