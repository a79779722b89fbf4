/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/paths.h"
#include "mdev/config.h"

/*
 * The persistent mdevs whose parent is a subchannel: the files
 * /etc/mdevctl.d/PARENT/UUID, which mdevctl and stock libvirt read and write
 * too. The files are the truth; this is their image in memory, re-read file
 * by file when they change on disk. Files of other parents (PCI …) are left
 * alone; one that cannot be read costs that entry and a log line naming it.
 *
 * A UUID may be defined on several parents; UUID and parent are the key.
 * Same threading and ownership rules as CcwHost.
 */
typedef struct _MdevStore MdevStore;

typedef enum
{
  MDEV_STORE_DEFINED,
  MDEV_STORE_UNDEFINED, /* @config is still whole during the call; also told, with a stand-in for
                           it, when a file goes that could not be read */
  MDEV_STORE_UPDATED,
} MdevStoreChange;

typedef void (*MdevStoreFunc) (MdevStore *store, MdevStoreChange change, const MdevConfig *config,
                               gpointer user_data);

/* An empty one, which reads nothing yet. */
MdevStore *mdev_store_new (const CcwPaths *paths);
void mdev_store_free (MdevStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MdevStore, mdev_store_free)

/* Calls @func for each later change, our own ones too; there is one listener at most. */
void mdev_store_set_listener (MdevStore *store, MdevStoreFunc func, gpointer user_data);

/* Reads all files. A missing directory is an empty store. Errors: CCW_ERROR_SYSTEM. */
gboolean mdev_store_load (MdevStore *store, GError **error);

/*
 * Reads the files of this one UUID, of which there is one a parent at most:
 * for those who come for one mdev and go. Errors: CCW_ERROR_SYSTEM.
 */
gboolean mdev_store_load_uuid (MdevStore *store, const char *uuid, GError **error);

/* Reads the files of one parent, for those who look for nothing else. */
void mdev_store_load_on (MdevStore *store, const CcwDevId *parent);

/* Follows changes made by others, in the thread-default main context. Errors: CCW_ERROR_SYSTEM. */
gboolean mdev_store_watch (MdevStore *store, GError **error);

/* The one definition; NULL: there is none. It is the store's, as a CcwHost's objects are its own. */
const MdevConfig *mdev_store_get (MdevStore *store, const char *uuid, const CcwDevId *parent);

/*
 * The mdevs persisted on @parent, or with @uuid: the store's own MdevConfigs,
 * valid like those of mdev_store_get(). In time that does not depend on how
 * many there are. The array, in order of UUIDs, is the caller's.
 */
GPtrArray *mdev_store_list_on (MdevStore *store, const CcwDevId *parent);
GPtrArray *mdev_store_list_uuid (MdevStore *store, const char *uuid);

/*
 * Is anything persisted on @parent on disk now, also what cannot be read, such
 * as a file that is just being written?
 */
gboolean mdev_store_has_file (MdevStore *store, const CcwDevId *parent);

/* Has this one mdev a file on disk now, readable or not, also one that was not seen yet? */
gboolean mdev_store_has_file_of (MdevStore *store, const char *uuid, const CcwDevId *parent);

/* May what is persisted on @parent be changed? Errors: CCW_ERROR_SYSTEM. */
gboolean mdev_store_check_writable (MdevStore *store, const CcwDevId *parent, GError **error);

/* All, ordered by parent, then UUID; the array is the caller's. */
GPtrArray *mdev_store_list (MdevStore *store);

/* Removes what is left of files that were not written to their end. Who writes one meanwhile fails. */
void mdev_store_sweep (MdevStore *store);

/*
 * Adds or replaces one file, atomically (temporary file in the base folder,
 * where mdevctl overlooks it, fsync, rename, fsync of the folders; mode 0644,
 * folder 0755) and tells the listener. On error nothing changed. Errors: CCW_ERROR_EXISTS (put with
 * @replace FALSE), CCW_ERROR_INVALID (larger than what is read again), CCW_ERROR_SYSTEM.
 */
gboolean mdev_store_put (MdevStore *store, const MdevConfig *config, gboolean replace,
                         GError **error);

/* Removes the file (and its folder when empty). Errors: CCW_ERROR_NOT_FOUND, CCW_ERROR_SYSTEM. */
gboolean mdev_store_remove (MdevStore *store, const char *uuid, const CcwDevId *parent,
                            GError **error);
