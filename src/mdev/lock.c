/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdev/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ccw/error.h"
#include "mdev/patience.h"

#define FOLDER_MODE 0755
#define FILE_MODE 0600

/* Behind the bytes of all subchannels. */
#define FIRST_BYTE_OF_UUIDS ((goffset) 1 << 32)
#define FIRST_BYTE_OF_GUESTS ((goffset) 2 << 32)

/* As long as a transition takes of which every step needs all its time. */
guint mdev_lock_patience_ms = 60 * 1000;

static gboolean
open_file (MdevLock *lock, const CcwPaths *paths, GError **error)
{
  g_autofree char *path = g_build_filename (ccw_paths_run_dir (paths), "lock", NULL);

  if (g_mkdir_with_parents (ccw_paths_run_dir (paths), FOLDER_MODE) == 0)
    *lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
  if (*lock >= 0)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not open %s: %s", path,
               g_strerror (errno));
  return FALSE;
}

static gboolean
try_byte (MdevLock lock, goffset byte)
{
  struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

  return fcntl (lock, F_OFD_SETLK, &range) == 0;
}

/* With a limit, which fcntl() itself has not: whoever holds it may hang in the kernel for ever. */
static gboolean
take_byte (MdevLock lock, goffset byte, const char *what, GError **error)
{
  MdevPatience patience = mdev_patience_begin (mdev_lock_patience_ms);

  while (!try_byte (lock, byte))
    {
      if (errno != EAGAIN && errno != EACCES && errno != EINTR)
        {
          g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not lock %s: %s", what,
                       g_strerror (errno));
          return FALSE;
        }
      if (!mdev_patience_wait (&patience))
        {
          g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
                       "another change of %s has been under way for more than %u s; the kernel "
                       "may be waiting for its device",
                       what, mdev_lock_patience_ms / 1000);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
take_subchannel (MdevLock lock, const CcwDevId *subchannel, GError **error)
{
  g_autofree char *name = ccw_dev_id_to_string (subchannel);
  g_autofree char *what = g_strconcat ("subchannel ", name, NULL);

  return take_byte (lock, ccw_dev_id_key (subchannel), what, error);
}

/* Two UUIDs that share a byte only wait for each other. */
static gboolean
take_uuid (MdevLock lock, goffset first_byte, const char *uuid, GError **error)
{
  g_autofree char *name = g_ascii_strdown (uuid, -1);
  g_autofree char *what = g_strconcat ("mediated device ", name, NULL);

  return take_byte (lock, first_byte + g_str_hash (name), what, error);
}

/* By what is locked, so that nobody waits in a circle. */
static int
compare_bytes (gconstpointer a, gconstpointer b)
{
  guint left = g_str_hash (*(const char *const *) a);
  guint right = g_str_hash (*(const char *const *) b);

  return (left > right) - (left < right);
}

/*
 * The subchannel first, by everybody: whoever waits for a UUID has all else
 * it needs, so nobody waits in a circle.
 */
gboolean
mdev_lock_take (MdevLock *lock, const CcwPaths *paths, const CcwDevId *subchannel, const char *uuid,
                GError **error)
{
  return open_file (lock, paths, error) && take_subchannel (*lock, subchannel, error)
         && (uuid == NULL || take_uuid (*lock, FIRST_BYTE_OF_UUIDS, uuid, error));
}

/* All by one open file, in which a byte that is taken already is had at once. */
gboolean
mdev_lock_take_guests (MdevLock *lock, const CcwPaths *paths, GPtrArray *uuids, GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_sized_new (uuids->len);

  g_ptr_array_extend (sorted, uuids, NULL, NULL);
  g_ptr_array_sort (sorted, compare_bytes);
  if (!open_file (lock, paths, error))
    return FALSE;
  for (guint i = 0; i < sorted->len; i++)
    if (!take_uuid (*lock, FIRST_BYTE_OF_GUESTS, g_ptr_array_index (sorted, i), error))
      return FALSE;
  return TRUE;
}

void
mdev_lock_clear (MdevLock *lock)
{
  if (*lock >= 0)
    close (*lock);
  *lock = MDEV_LOCK_NONE;
}
