/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "qemu-hook/hostdev.h"

/* The two styles in which QEMU takes a -device argument. */
typedef enum
{
  QEMU_ARGS_CLASSIC, /* vfio-ccw,devno=fe.0.1234,sysfsdev=… as people type it */
  QEMU_ARGS_JSON,    /* {"driver":"vfio-ccw",…} as libvirt writes it, same keys, same order */
} QemuArgsFormat;

/* "classic" or "json". Errors: CCW_ERROR_INVALID. */
gboolean qemu_args_parse_format (const char *text, QemuArgsFormat *format, GError **error);

/*
 * The value of QEMU's -device option for @hostdev; the caller frees it.
 *
 * JSON always has an id, as libvirt's has: the alias, else "hostdevN". The
 * classic style has one only when @hostdev has an alias. Without a guest
 * address devno is left out and QEMU takes the first that is free. (QEMU,
 * hw/vfio/ccw.c: properties of device vfio-ccw; libvirt 11.3, qemu_command.c:
 * order of keys.)
 */
char *qemu_args_device (const Hostdev *hostdev, QemuArgsFormat format);
