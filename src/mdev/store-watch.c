/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "ccw/sysfs.h"
#include "mdev/store-private.h"

/* Changes to the list of parents, and to the files of one parent. mdevctl
 * writes in place, so a file is read when it is closed, not when it is made. */
#define BASE_EVENTS (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)
#define PARENT_EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)

static gboolean
watch_parent (MdevStore *store, const CcwDevId *parent)
{
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_autofree char *path = g_build_filename (store->base, name, NULL);
  int watch;

  if (store->inotify < 0)
    return FALSE;
  watch = inotify_add_watch (store->inotify, path, PARENT_EVENTS);
  if (watch < 0)
    {
      if (errno != ENOENT && errno != ENOTDIR)
        g_warning ("could not watch %s: %s", path, g_strerror (errno));
      return FALSE;
    }
  g_hash_table_replace (store->watches, GINT_TO_POINTER (watch), g_steal_pointer (&name));
  return TRUE;
}

static gboolean
watch_base (MdevStore *store, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;
  CcwDevId parent;

  if (g_mkdir_with_parents (store->base, MDEV_STORE_FOLDER_MODE) == 0)
    store->base_watch = inotify_add_watch (store->inotify, store->base, BASE_EVENTS);
  if (store->base_watch < 0)
    {
      mdev_store_set_system_error (error, errno, "watch", store->base);
      return FALSE;
    }
  names = ccw_sysfs_list (store->base);
  for (guint i = 0; i < names->len; i++)
    if (mdev_store_is_parent_name (g_ptr_array_index (names, i), &parent))
      watch_parent (store, &parent);
  return TRUE;
}

/* Somebody removed the folder itself: there may be definitions again tomorrow. */
static void
watch_base_again (MdevStore *store)
{
  g_autoptr (GError) error = NULL;

  store->base_watch = -1;
  if (!watch_base (store, &error) || !mdev_store_load (store, &error))
    g_warning ("changes to persistent mediated devices are no longer seen: %s", error->message);
}

static void
reload_after_loss (MdevStore *store)
{
  g_autoptr (GError) error = NULL;

  if (!mdev_store_load (store, &error))
    g_warning ("could not read all persistent mediated devices again: %s", error->message);
}

/* A folder came or went below the base. Files may have been written to it
 * before it was watched: it is read after that. */
static void
handle_base_event (MdevStore *store, const char *name)
{
  CcwDevId parent;

  if (!mdev_store_is_parent_name (name, &parent))
    return;
  if (watch_parent (store, &parent))
    mdev_store_read_parent (store, &parent, NULL);
  else
    reload_after_loss (store);
}

static void
handle_event (MdevStore *store, const struct inotify_event *event)
{
  const char *folder = g_hash_table_lookup (store->watches, GINT_TO_POINTER (event->wd));
  CcwDevId parent;

  if (event->mask & IN_Q_OVERFLOW)
    reload_after_loss (store);
  else if (event->wd == store->base_watch && (event->mask & IN_IGNORED))
    watch_base_again (store);
  else if (event->mask & IN_IGNORED)
    g_hash_table_remove (store->watches, GINT_TO_POINTER (event->wd));
  else if (event->wd == store->base_watch && event->len > 0)
    handle_base_event (store, event->name);
  else if (folder != NULL && event->len > 0 && mdev_store_is_file_name (event->name)
           && mdev_store_is_parent_name (folder, &parent))
    mdev_store_update_from_file (store, &parent, event->name);
}

static gboolean
on_inotify_readable (int fd, GIOCondition condition, gpointer user_data)
{
  _Alignas(struct inotify_event) char buffer[16 * 1024];
  gssize length = read (fd, buffer, sizeof buffer);
  gssize offset = 0;

  while (offset < length)
    {
      const struct inotify_event *event = (gconstpointer) (buffer + offset);

      offset += (gssize) (sizeof *event + event->len);
      handle_event (user_data, event);
    }
  return G_SOURCE_CONTINUE;
}

gboolean
mdev_store_watch (MdevStore *store, GError **error)
{
  if (store->inotify >= 0)
    return TRUE;

  store->inotify = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (store->inotify < 0)
    {
      mdev_store_set_system_error (error, errno, "watch", store->base);
      return FALSE;
    }
  if (!watch_base (store, error))
    {
      close (store->inotify);
      store->inotify = -1;
      return FALSE;
    }
  store->source = g_unix_fd_source_new (store->inotify, G_IO_IN);
  g_source_set_callback (store->source, G_SOURCE_FUNC (on_inotify_readable), store, NULL);
  g_source_attach (store->source, g_main_context_get_thread_default ());
  return TRUE;
}
