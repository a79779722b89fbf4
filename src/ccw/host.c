/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <libudev.h>
#include <string.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/host-objects.h"
#include "ccw/sysfs.h"

/* Room for the events of some 65,536 devices that appear at once. */
#define EVENT_BUFFER_BYTES (64 * 1024 * 1024)

/* Events handled in a row before others in the main loop get their turn. */
#define EVENTS_PER_DISPATCH 256

struct _CcwHost
{
  GHashTable *subchannels; /* key of the id -> CcwSubchannel, owned */
  GHashTable *by_device;   /* key of the device id -> CcwSubchannel */
  GHashTable *devices;     /* key of the id -> CcwDevice, owned */
  GHashTable *mdevs;       /* UUID -> CcwMdev, owned */
  GHashTable *by_parent;   /* key of a subchannel's id -> the CcwMdev on it */
  guint generation;        /* of the last scan */

  CcwHostFunc listener;
  gpointer listener_data;

  struct udev *udev;
  struct udev_monitor *monitor;
  GSource *monitor_source;
};

/* --- life ---------------------------------------------------------------- */

CcwHost *
ccw_host_new (void)
{
  CcwHost *host = g_new0 (CcwHost, 1);

  host->subchannels
      = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) ccw_subchannel_free);
  host->by_device = g_hash_table_new (NULL, NULL);
  host->devices = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) ccw_device_free);
  host->mdevs
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) ccw_mdev_free);
  host->by_parent = g_hash_table_new (NULL, NULL);
  return host;
}

void
ccw_host_free (CcwHost *host)
{
  if (host == NULL)
    return;
  if (host->monitor_source != NULL)
    g_source_destroy (host->monitor_source);
  g_clear_pointer (&host->monitor_source, g_source_unref);
  g_clear_pointer (&host->monitor, udev_monitor_unref);
  g_clear_pointer (&host->udev, udev_unref);
  g_hash_table_unref (host->by_device);
  g_hash_table_unref (host->by_parent);
  g_hash_table_unref (host->subchannels);
  g_hash_table_unref (host->devices);
  g_hash_table_unref (host->mdevs);
  g_free (host);
}

void
ccw_host_set_listener (CcwHost *host, CcwHostFunc func, gpointer user_data)
{
  host->listener = func;
  host->listener_data = user_data;
}

static void
notify (CcwHost *host, CcwChange change, CcwKind kind, gconstpointer object)
{
  if (host->listener != NULL)
    host->listener (host, change, kind, object, host->listener_data);
}

/* --- look-ups ------------------------------------------------------------ */

const CcwSubchannel *
ccw_host_get_subchannel (CcwHost *host, const CcwDevId *id)
{
  return g_hash_table_lookup (host->subchannels, ccw_dev_id_hash_key (id));
}

const CcwSubchannel *
ccw_host_get_subchannel_of_device (CcwHost *host, const CcwDevId *device)
{
  return g_hash_table_lookup (host->by_device, ccw_dev_id_hash_key (device));
}

const CcwDevice *
ccw_host_get_device (CcwHost *host, const CcwDevId *id)
{
  return g_hash_table_lookup (host->devices, ccw_dev_id_hash_key (id));
}

const CcwMdev *
ccw_host_get_mdev (CcwHost *host, const char *uuid)
{
  return g_hash_table_lookup (host->mdevs, uuid);
}

const CcwMdev *
ccw_host_get_mdev_on (CcwHost *host, const CcwDevId *subchannel)
{
  return g_hash_table_lookup (host->by_parent, ccw_dev_id_hash_key (subchannel));
}

static int
compare_subchannels (gconstpointer a, gconstpointer b)
{
  const CcwSubchannel *left = *(const CcwSubchannel *const *) a;
  const CcwSubchannel *right = *(const CcwSubchannel *const *) b;

  return ccw_dev_id_compare (&left->id, &right->id);
}

static int
compare_devices (gconstpointer a, gconstpointer b)
{
  const CcwDevice *left = *(const CcwDevice *const *) a;
  const CcwDevice *right = *(const CcwDevice *const *) b;

  return ccw_dev_id_compare (&left->id, &right->id);
}

static int
compare_mdevs (gconstpointer a, gconstpointer b)
{
  const CcwMdev *left = *(const CcwMdev *const *) a;
  const CcwMdev *right = *(const CcwMdev *const *) b;

  return strcmp (left->uuid, right->uuid);
}

static GHashTable *
table_of_kind (CcwHost *host, CcwKind kind)
{
  switch (kind)
    {
    case CCW_KIND_SUBCHANNEL:
      return host->subchannels;
    case CCW_KIND_DEVICE:
      return host->devices;
    case CCW_KIND_MDEV:
      return host->mdevs;
    }
  g_assert_not_reached ();
}

GPtrArray *
ccw_host_list (CcwHost *host, CcwKind kind)
{
  static const GCompareFunc compare[] = {
    [CCW_KIND_SUBCHANNEL] = compare_subchannels,
    [CCW_KIND_DEVICE] = compare_devices,
    [CCW_KIND_MDEV] = compare_mdevs,
  };
  GHashTable *table = table_of_kind (host, kind);
  GPtrArray *list = g_ptr_array_sized_new (g_hash_table_size (table));
  GHashTableIter iter;
  gpointer object;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    g_ptr_array_add (list, object);
  g_ptr_array_sort (list, compare[kind]);
  return list;
}

/* --- what is known of subchannels ---------------------------------------- */

static void
unlink_device_of (CcwHost *host, const CcwSubchannel *subchannel)
{
  gpointer key = ccw_dev_id_hash_key (&subchannel->state.device);

  /* The device may already answer on another subchannel. */
  if (subchannel->state.has_device && g_hash_table_lookup (host->by_device, key) == subchannel)
    g_hash_table_remove (host->by_device, key);
}

static void
link_device_of (CcwHost *host, CcwSubchannel *subchannel)
{
  if (subchannel->state.has_device)
    g_hash_table_insert (host->by_device, ccw_dev_id_hash_key (&subchannel->state.device),
                         subchannel);
}

static void
drop_subchannel (CcwHost *host, CcwSubchannel *subchannel)
{
  notify (host, CCW_CHANGE_REMOVED, CCW_KIND_SUBCHANNEL, subchannel);
  unlink_device_of (host, subchannel);
  g_hash_table_remove (host->subchannels, ccw_dev_id_hash_key (&subchannel->id));
}

/* Takes over what @state holds. */
static void
put_subchannel (CcwHost *host, const CcwDevId *id, CcwSubchannelState *state)
{
  CcwSubchannel *subchannel = g_hash_table_lookup (host->subchannels, ccw_dev_id_hash_key (id));
  gboolean is_new = subchannel == NULL;

  if (is_new)
    {
      subchannel = g_new0 (CcwSubchannel, 1);
      subchannel->id = *id;
      g_hash_table_insert (host->subchannels, ccw_dev_id_hash_key (id), subchannel);
    }
  subchannel->generation = host->generation;
  if (!is_new && ccw_subchannel_state_equal (&subchannel->state, state))
    {
      ccw_subchannel_state_clear (state);
      return;
    }
  unlink_device_of (host, subchannel);
  ccw_subchannel_state_clear (&subchannel->state);
  subchannel->state = *state;
  link_device_of (host, subchannel);
  notify (host, is_new ? CCW_CHANGE_ADDED : CCW_CHANGE_UPDATED, CCW_KIND_SUBCHANNEL, subchannel);
}

static void
update_subchannel (CcwHost *host, const CcwDevId *id)
{
  CcwSubchannel *known = g_hash_table_lookup (host->subchannels, ccw_dev_id_hash_key (id));
  CcwSubchannelState state;

  if (ccw_subchannel_read (id, &state))
    put_subchannel (host, id, &state);
  else if (known != NULL)
    drop_subchannel (host, known);
}

/* --- what is known of ccw devices ---------------------------------------- */

static void
drop_device (CcwHost *host, CcwDevice *device)
{
  notify (host, CCW_CHANGE_REMOVED, CCW_KIND_DEVICE, device);
  g_hash_table_remove (host->devices, ccw_dev_id_hash_key (&device->id));
}

static void
add_device (CcwHost *host, const CcwDevId *id, const CcwDevId *subchannel)
{
  CcwDevice *device = g_new0 (CcwDevice, 1);

  device->id = *id;
  device->generation = host->generation;
  device->has_subchannel = subchannel != NULL;
  if (subchannel != NULL)
    device->subchannel = *subchannel;
  g_hash_table_insert (host->devices, ccw_dev_id_hash_key (id), device);
  notify (host, CCW_CHANGE_ADDED, CCW_KIND_DEVICE, device);
}

static gboolean
move_device (CcwDevice *device, const CcwDevId *subchannel)
{
  gboolean has_subchannel = subchannel != NULL;

  if (device->has_subchannel == has_subchannel
      && (!has_subchannel || ccw_dev_id_equal (&device->subchannel, subchannel)))
    return FALSE;

  device->has_subchannel = has_subchannel;
  if (has_subchannel)
    device->subchannel = *subchannel;
  g_clear_pointer (&device->syspath, g_free);
  return TRUE;
}

static gboolean
details_equal (const CcwDeviceDetails *a, const CcwDeviceDetails *b)
{
  return a->driver == b->driver && a->cutype == b->cutype && a->devtype == b->devtype
         && a->online == b->online;
}

/* Reads again what someone asked for before; what nobody asked for has not changed for anyone. */
static gboolean
renew_details (CcwDevice *device)
{
  CcwDeviceDetails details;

  if (!device->has_details)
    return FALSE;
  ccw_device_read_details (device, &details);
  if (details_equal (&details, &device->details))
    return FALSE;
  device->details = details;
  return TRUE;
}

static void
put_device (CcwHost *host, const CcwDevId *id, const CcwDevId *subchannel)
{
  CcwDevice *device = g_hash_table_lookup (host->devices, ccw_dev_id_hash_key (id));
  gboolean moved, renewed;

  if (device == NULL)
    {
      add_device (host, id, subchannel);
      return;
    }
  device->generation = host->generation;
  moved = move_device (device, subchannel);
  renewed = renew_details (device);
  if (moved || renewed)
    notify (host, CCW_CHANGE_UPDATED, CCW_KIND_DEVICE, device);
}

static void
update_device (CcwHost *host, const CcwDevId *id)
{
  CcwDevice *known = g_hash_table_lookup (host->devices, ccw_dev_id_hash_key (id));
  g_autofree char *path = ccw_sysfs_device_path (id, NULL);
  CcwDevId subchannel;
  gboolean has_subchannel;

  if (!ccw_device_read_place (AT_FDCWD, path, &subchannel, &has_subchannel))
    {
      if (known != NULL)
        drop_device (host, known);
      return;
    }
  /* Parents come before children. */
  if (has_subchannel)
    update_subchannel (host, &subchannel);
  put_device (host, id, has_subchannel ? &subchannel : NULL);
}

/* --- what is known of mediated devices ----------------------------------- */

static void
unlink_mdev (CcwHost *host, const CcwMdev *mdev)
{
  gpointer key = ccw_dev_id_hash_key (&mdev->parent);

  /* Its successor may be there already. */
  if (g_hash_table_lookup (host->by_parent, key) == mdev)
    g_hash_table_remove (host->by_parent, key);
}

static void
drop_mdev (CcwHost *host, CcwMdev *mdev)
{
  notify (host, CCW_CHANGE_REMOVED, CCW_KIND_MDEV, mdev);
  unlink_mdev (host, mdev);
  g_hash_table_remove (host->mdevs, mdev->uuid);
}

/* One that was on the same subchannel has gone, whether or not its event has come. */
static void
drop_predecessor (CcwHost *host, const CcwMdev *mdev)
{
  CcwMdev *there = g_hash_table_lookup (host->by_parent, ccw_dev_id_hash_key (&mdev->parent));

  if (there != NULL)
    drop_mdev (host, there);
}

/* Takes @mdev over. */
static void
put_mdev (CcwHost *host, CcwMdev *mdev)
{
  CcwMdev *known = g_hash_table_lookup (host->mdevs, mdev->uuid);

  mdev->generation = host->generation;
  if (known != NULL && ccw_mdev_equal (known, mdev))
    {
      known->generation = host->generation;
      ccw_mdev_free (mdev);
      return;
    }
  if (known != NULL)
    unlink_mdev (host, known);
  drop_predecessor (host, mdev);
  /* The key lives in the value: both are replaced. */
  g_hash_table_replace (host->mdevs, mdev->uuid, mdev);
  g_hash_table_insert (host->by_parent, ccw_dev_id_hash_key (&mdev->parent), mdev);
  notify (host, known == NULL ? CCW_CHANGE_ADDED : CCW_CHANGE_UPDATED, CCW_KIND_MDEV, mdev);
}

/* An mdev that comes or goes also changes what its parent offers. */
static void
update_mdev (CcwHost *host, const char *uuid)
{
  CcwMdev *known = g_hash_table_lookup (host->mdevs, uuid);
  CcwMdev *mdev = ccw_mdev_read (uuid);
  CcwDevId parent;

  if (mdev == NULL && known == NULL)
    return;
  parent = mdev != NULL ? mdev->parent : known->parent;
  if (mdev == NULL)
    drop_mdev (host, known);
  update_subchannel (host, &parent);
  if (mdev != NULL)
    put_mdev (host, mdev);
}

static gboolean
is_uuid (const char *name)
{
  return strlen (name) == 36 && g_uuid_string_is_valid (name);
}

/* --- refresh ------------------------------------------------------------- */

static void
refresh_known_children (CcwHost *host, const CcwDevId *subchannel)
{
  const CcwMdev *mdev = ccw_host_get_mdev_on (host, subchannel);
  g_autofree char *uuid = mdev == NULL ? NULL : g_strdup (mdev->uuid); /* gone with it */
  const CcwSubchannel *known;
  CcwDevId device;

  if (uuid != NULL)
    update_mdev (host, uuid);
  known = ccw_host_get_subchannel (host, subchannel);
  if (known == NULL || !known->state.has_device)
    return;
  device = known->state.device;
  update_device (host, &device);
}

static void
refresh_children_in_sysfs (CcwHost *host, const CcwDevId *subchannel)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (subchannel, NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (path);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      CcwDevId device;

      if (ccw_dev_id_parse (name, &device, NULL))
        update_device (host, &device);
      else if (is_uuid (name))
        update_mdev (host, name);
    }
}

void
ccw_host_refresh (CcwHost *host, const CcwDevId *subchannel)
{
  CcwDevId id = *subchannel; /* may be owned by an object that goes away here */

  refresh_known_children (host, &id);
  update_subchannel (host, &id);
  refresh_children_in_sysfs (host, &id);
}

/* --- scan ---------------------------------------------------------------- */

/* What one pass over the buses found, before it is compared with what is known. */
typedef struct
{
  CcwDevId id;
  CcwDevId subchannel;
  gboolean has_subchannel;
} FoundDevice;

typedef struct
{
  GArray *subchannels;   /* of CcwDevId */
  GArray *devices;       /* of FoundDevice */
  GPtrArray *mdevs;      /* of CcwMdev */
  GHashTable *device_of; /* key of a subchannel -> 1 + position in devices of the one on it */
} Found;

static void
found_clear (Found *found)
{
  g_array_unref (found->subchannels);
  g_array_unref (found->devices);
  g_ptr_array_unref (found->mdevs);
  g_hash_table_unref (found->device_of);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

typedef void (*FoundFunc) (Found *found, int folder, const char *name);

/* Calls @func for each name in @path; a folder that is not there has none. */
static gboolean
walk_bus (const char *path, FoundFunc func, Found *found, GError **error)
{
  DIR *folder = opendir (path);
  struct dirent *entry;

  if (folder == NULL && errno == ENOENT)
    return TRUE;
  if (folder == NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not read %s: %s", path,
                   g_strerror (errno));
      return FALSE;
    }
  while ((entry = readdir (folder)) != NULL)
    func (found, dirfd (folder), entry->d_name);
  closedir (folder);
  return TRUE;
}

static void
find_device (Found *found, int folder, const char *name)
{
  FoundDevice device = { 0 };

  if (!ccw_dev_id_parse (name, &device.id, NULL)
      || !ccw_device_read_place (folder, name, &device.subchannel, &device.has_subchannel))
    return;
  g_array_append_val (found->devices, device);
  if (device.has_subchannel)
    g_hash_table_insert (found->device_of, ccw_dev_id_hash_key (&device.subchannel),
                         GUINT_TO_POINTER (found->devices->len));
}

static void
find_subchannel (Found *found, int folder, const char *name)
{
  CcwDevId id;

  if (ccw_dev_id_parse (name, &id, NULL))
    g_array_append_val (found->subchannels, id);
}

static void
find_mdev (Found *found, int folder, const char *name)
{
  CcwMdev *mdev = is_uuid (name) ? ccw_mdev_read (name) : NULL;

  if (mdev != NULL)
    g_ptr_array_add (found->mdevs, mdev);
}

static gboolean
find_all (Found *found, GError **error)
{
  return walk_bus (CCW_SYSFS_CCW_BUS "/devices", find_device, found, error)
         && walk_bus (CCW_SYSFS_CSS_BUS "/devices", find_subchannel, found, error)
         && walk_bus (CCW_SYSFS_MDEV_BUS "/devices", find_mdev, found, error);
}

/* A ccw device below it tells all about a subchannel; only the others cost a look of their own. */
static gboolean
read_found_subchannel (const Found *found, const CcwDevId *id, CcwSubchannelState *state)
{
  gpointer key = ccw_dev_id_hash_key (id);
  guint position = GPOINTER_TO_UINT (g_hash_table_lookup (found->device_of, key));

  if (position == 0)
    return ccw_subchannel_read (id, state);
  ccw_subchannel_state_of_device (&g_array_index (found->devices, FoundDevice, position - 1).id,
                                  state);
  return TRUE;
}

static void
put_found (CcwHost *host, Found *found)
{
  for (guint i = 0; i < found->subchannels->len; i++)
    {
      const CcwDevId *id = &g_array_index (found->subchannels, CcwDevId, i);
      CcwSubchannelState state;

      if (read_found_subchannel (found, id, &state))
        put_subchannel (host, id, &state);
    }
  for (guint i = 0; i < found->devices->len; i++)
    {
      const FoundDevice *device = &g_array_index (found->devices, FoundDevice, i);

      put_device (host, &device->id, device->has_subchannel ? &device->subchannel : NULL);
    }
  for (guint i = 0; i < found->mdevs->len; i++)
    put_mdev (host, g_ptr_array_index (found->mdevs, i));
}

/* What this scan has not seen is gone; children go before parents. */
static void
drop_unseen (CcwHost *host)
{
  g_autoptr (GPtrArray) mdevs = ccw_host_list (host, CCW_KIND_MDEV);
  g_autoptr (GPtrArray) devices = ccw_host_list (host, CCW_KIND_DEVICE);
  g_autoptr (GPtrArray) subchannels = ccw_host_list (host, CCW_KIND_SUBCHANNEL);

  for (guint i = 0; i < mdevs->len; i++)
    if (((CcwMdev *) g_ptr_array_index (mdevs, i))->generation != host->generation)
      drop_mdev (host, g_ptr_array_index (mdevs, i));
  for (guint i = 0; i < devices->len; i++)
    if (((CcwDevice *) g_ptr_array_index (devices, i))->generation != host->generation)
      drop_device (host, g_ptr_array_index (devices, i));
  for (guint i = 0; i < subchannels->len; i++)
    if (((CcwSubchannel *) g_ptr_array_index (subchannels, i))->generation != host->generation)
      drop_subchannel (host, g_ptr_array_index (subchannels, i));
}

gboolean
ccw_host_scan (CcwHost *host, GError **error)
{
  g_auto (Found) found = {
    .subchannels = g_array_new (FALSE, FALSE, sizeof (CcwDevId)),
    .devices = g_array_new (FALSE, FALSE, sizeof (FoundDevice)),
    .mdevs = g_ptr_array_new (),
    .device_of = g_hash_table_new (NULL, NULL),
  };

  if (!find_all (&found, error))
    return FALSE;
  host->generation++;
  put_found (host, &found);
  drop_unseen (host);
  return TRUE;
}

/* --- events -------------------------------------------------------------- */

/*
 * Every event, whatever its action, means: look at this object. Its link on
 * the bus appears before the kernel says "add" and is gone before it says
 * "remove" (device_add() and device_del() in drivers/base/core.c), so sysfs
 * tells the truth, and an event that comes late finds nothing new.
 */
static void
handle_device_event (CcwHost *host, const CcwDevId *id)
{
  const CcwDevice *known = ccw_host_get_device (host, id);
  gboolean had_subchannel = known != NULL && known->has_subchannel;
  CcwDevId subchannel = had_subchannel ? known->subchannel : (CcwDevId){ 0 };

  update_device (host, id);
  if (had_subchannel)
    update_subchannel (host, &subchannel);
}

static void
handle_event (CcwHost *host, const char *subsystem, const char *name)
{
  CcwDevId id;

  if (g_strcmp0 (subsystem, "mdev") == 0 && is_uuid (name))
    update_mdev (host, name);
  else if (!ccw_dev_id_parse (name, &id, NULL))
    return;
  else if (g_strcmp0 (subsystem, "css") == 0)
    update_subchannel (host, &id);
  else if (g_strcmp0 (subsystem, "ccw") == 0)
    handle_device_event (host, &id);
}

static void
rescan_after_loss (CcwHost *host)
{
  g_autoptr (GError) error = NULL;

  g_info ("events were lost: reading all devices again");
  if (!ccw_host_scan (host, &error))
    g_warning ("could not read all devices again: %s", error->message);
}

/* FALSE when there is nothing more to receive. */
static gboolean
receive_event (CcwHost *host)
{
  struct udev_device *device;

  errno = 0;
  device = udev_monitor_receive_device (host->monitor);
  if (device == NULL && errno == ENOBUFS)
    {
      rescan_after_loss (host);
      return TRUE;
    }
  if (device == NULL)
    return FALSE;
  handle_event (host, udev_device_get_subsystem (device), udev_device_get_sysname (device));
  udev_device_unref (device);
  return TRUE;
}

static gboolean
on_monitor_readable (int fd, GIOCondition condition, gpointer user_data)
{
  for (guint i = 0; i < EVENTS_PER_DISPATCH && receive_event (user_data); i++)
    ;
  return G_SOURCE_CONTINUE;
}

static struct udev_monitor *
open_monitor (struct udev *udev)
{
  static const char *const subsystems[] = { "css", "ccw", "mdev" };
  struct udev_monitor *monitor = udev_monitor_new_from_netlink (udev, "udev");

  if (monitor == NULL)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (subsystems); i++)
    udev_monitor_filter_add_match_subsystem_devtype (monitor, subsystems[i], NULL);
  /* Larger than the system's limit only with CAP_NET_ADMIN; without it, a loss means a rescan. */
  udev_monitor_set_receive_buffer_size (monitor, EVENT_BUFFER_BYTES);
  if (udev_monitor_enable_receiving (monitor) < 0)
    g_clear_pointer (&monitor, udev_monitor_unref);
  return monitor;
}

gboolean
ccw_host_watch (CcwHost *host, GError **error)
{
  if (host->monitor != NULL)
    return TRUE;

  host->udev = udev_new ();
  host->monitor = host->udev != NULL ? open_monitor (host->udev) : NULL;
  if (host->monitor == NULL)
    {
      g_clear_pointer (&host->udev, udev_unref);
      g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not listen to udev's events: %s",
                   g_strerror (errno));
      return FALSE;
    }
  host->monitor_source = g_unix_fd_source_new (udev_monitor_get_fd (host->monitor), G_IO_IN);
  g_source_set_callback (host->monitor_source, G_SOURCE_FUNC (on_monitor_readable), host, NULL);
  g_source_attach (host->monitor_source, g_main_context_get_thread_default ());
  return TRUE;
}
