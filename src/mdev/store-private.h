/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev/store.h"

/*
 * What the files of the store share, for them alone: store.c has its life and the image in memory,
 * store-read.c the files on disk, store-watch.c changes by others, store-write.c our own.
 */

#define MDEV_STORE_FOLDER_MODE 0755

/* A definition is some hundred bytes; whatever is larger than this is none. */
#define MDEV_STORE_FILE_SIZE_MAX (64 * 1024)

struct _MdevStore
{
  char *base;             /* /etc/mdevctl.d */
  GHashTable *configs;    /* "PARENT/UUID" -> MdevConfig, both owned */
  GHashTable *by_parent;  /* key of its id -> GPtrArray of MdevConfig, owned by configs */
  GHashTable *by_uuid;    /* UUID, owned -> the same */
  GHashTable *unreadable; /* keys, owned, of files that are there and cannot be read */

  MdevStoreFunc listener;
  gpointer listener_data;

  int inotify; /* -1: not watching */
  int base_watch;
  GHashTable *watches; /* watch descriptor -> parent folder's name, owned */
  GSource *source;
};

/* "0.0.0313/7e270a25-…", below the base and in the table alike; the caller's. */
char *mdev_store_make_key (const char *uuid, const CcwDevId *parent);

/* Only the spelling that we and mdevctl would write names a subchannel's folder, or a file. */
gboolean mdev_store_is_parent_name (const char *name, CcwDevId *parent);
gboolean mdev_store_is_file_name (const char *name);

/* @reason: an errno. */
void mdev_store_set_system_error (GError **error, int reason, const char *doing, const char *path);

/* Tells the listener, if there is one. */
void mdev_store_notify (MdevStore *store, MdevStoreChange change, const MdevConfig *config);

/* Into the image, and out of it, telling the listener. The first takes @config over. */
void mdev_store_put_config (MdevStore *store, const char *key, MdevConfig *config);
void mdev_store_drop_config (MdevStore *store, const char *key);

/* Brings one entry up to date with its file; TRUE when there is one now. */
gboolean mdev_store_update_from_file (MdevStore *store, const CcwDevId *parent, const char *uuid);

/* The same for all files of a parent. @seen: keys found, owned; may be NULL. */
void mdev_store_read_parent (MdevStore *store, const CcwDevId *parent, GHashTable *seen);
