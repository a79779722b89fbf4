/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"
#include "ccw/paths.h"
#include "ccw/system-use.h"

/*
 * What there is on this host, as people ask for it: one entry for each
 * subchannel, with its device, its mdevs and who uses it.
 */

/* A subchannel's paths: a bit in each mask, a byte in the list of chpids (Principles of
 * Operation, "Subchannel-Information Block"). */
#define INVENTORY_PATHS 8

typedef struct
{
  char *uuid;
  gboolean active;
  gboolean defined;
  gboolean autostart;         /* only of one that is defined */
  gboolean autostart_unknown; /* libvirt does not tell it to those who may only look */
} InventoryMdev;

typedef struct
{
  CcwDevId subchannel;
  CcwDevId device; /* when has_device */
  gboolean has_device;
  char *devtype;       /* "3390/0c"; NULL: it has none, or vfio_ccw has the subchannel */
  char *cutype;        /* "3990/e9"; NULL: not known */
  char *driver;        /* of the subchannel; NULL: none */
  gboolean has_online; /* only a device that the host has is online or offline */
  gboolean online;
  gboolean has_paths; /* after inventory_read_paths() */
  guint8 pim;         /* path installed, available and operational mask: bit 0x80 is path 0 */
  guint8 pam;
  guint8 pom;
  guint8 chpids[INVENTORY_PATHS]; /* of the paths installed */
  GPtrArray *mdevs;               /* of InventoryMdev: first the active one, then by UUID */
  gboolean from_afar;             /* libvirt told of it: types, paths and user are not known */
  gboolean
      has_node; /* of one from afar: its device is a node device, so the host's driver has it */
} InventoryEntry;

/*
 * All I/O subchannels as GPtrArray of InventoryEntry, which it frees: those
 * with a device by device number, then the others. Errors: CCW_ERROR_SYSTEM.
 */
GPtrArray *inventory_read (const CcwPaths *paths, GError **error);

/* Reads path masks and channel path ids of these entries, of this host. */
void inventory_read_paths (const GPtrArray *entries);

/*
 * What the host uses an entry's device for, "/dev/dasda1 is mounted on /";
 * NULL, without an error, for nothing. The caller frees it. @use: the same for
 * all of them. Errors: CCW_ERROR_SYSTEM when that cannot be found out.
 */
char *inventory_find_user (const InventoryEntry *entry, CcwSystemUse *use, GError **error);

/* --- for those who read it from elsewhere -------------------------------- */

/* An empty one, and one with an entry more, which it owns and which is otherwise empty. */
GPtrArray *inventory_new (void);
InventoryEntry *inventory_add (GPtrArray *entries, const CcwDevId *subchannel);

/* The mdev of this UUID, a new one when there is none; the entry's. */
InventoryMdev *inventory_entry_get_mdev (InventoryEntry *entry, const char *uuid);

/* Brings them into the order that inventory_read() promises. */
void inventory_sort (GPtrArray *entries);
