/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/*
 * What the kernel tells of channel-attached devices. A device is named by its
 * bus id, such as "0.0.1234".
 */

#define BUS_ID_LENGTH 8 /* 0.0.1234 */

typedef char Text[128];

/* The first line of an attribute; empty where there is none. */
void read_attribute (const char *bus_id, const char *name, Text text);

bool write_attribute (const char *bus_id, const char *name, const char *value);

/* Waits until the kernel has found the device; false after a minute. */
bool wait_for_device (const char *bus_id);

/* A table of all devices, as lscss has it. */
void show_devices (void);

/* The block device that a device is, such as "dasda"; false where it is none. */
bool find_disk (const char *bus_id, Text disk);
