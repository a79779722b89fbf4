/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/host-objects.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ccw/sysfs.h"

/* css_subchannel type 0, enum subchannel_type in the kernel's arch/s390 cio.h; others are CHSC,
 * message and ADM subchannels. */
#define TYPE_IO "0"
#define DRIVER_IO "io_subchannel"

#define NUMBER_SIZE 64
#define LINK_SIZE 512

static const char *
intern_link_name (const char *folder, const char *leaf)
{
  g_autofree char *path = g_build_filename (folder, leaf, NULL);
  g_autofree char *name = ccw_sysfs_read_link_name (path);

  return g_intern_string (name);
}

static const char *
intern_attribute (const char *folder, const char *leaf)
{
  g_autofree char *path = g_build_filename (folder, leaf, NULL);
  g_autofree char *value = ccw_sysfs_read (path, NULL);

  return g_intern_string (value);
}

/* --- types of mediated devices ------------------------------------------- */

static void
type_clear (gpointer data)
{
  CcwMdevType *type = data;

  g_free ((char *) type->id);
  g_free ((char *) type->name);
  g_free ((char *) type->device_api);
}

static char *
read_type_attribute (const char *folder, const char *id, const char *leaf)
{
  g_autofree char *path = g_build_filename (folder, id, leaf, NULL);

  return ccw_sysfs_read (path, NULL);
}

static guint
read_type_instances (const char *folder, const char *id)
{
  g_autofree char *text = read_type_attribute (folder, id, "available_instances");
  guint64 instances = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &instances, NULL);
  return (guint) instances;
}

static GArray *
read_types (const char *subchannel_path)
{
  g_autofree char *folder = g_build_filename (subchannel_path, "mdev_supported_types", NULL);
  g_autoptr (GPtrArray) ids = ccw_sysfs_list (folder);
  GArray *types;

  if (ids->len == 0)
    return NULL;
  types = g_array_new (FALSE, FALSE, sizeof (CcwMdevType));
  g_array_set_clear_func (types, type_clear);
  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);
      CcwMdevType type = {
        .id = g_strdup (id),
        .name = read_type_attribute (folder, id, "name"),
        .device_api = read_type_attribute (folder, id, "device_api"),
        .available_instances = read_type_instances (folder, id),
      };

      g_array_append_val (types, type);
    }
  return types;
}

static gboolean
type_equal (const CcwMdevType *a, const CcwMdevType *b)
{
  return g_strcmp0 (a->id, b->id) == 0 && g_strcmp0 (a->name, b->name) == 0
         && g_strcmp0 (a->device_api, b->device_api) == 0
         && a->available_instances == b->available_instances;
}

static gboolean
types_equal (const GArray *a, const GArray *b)
{
  guint length = a != NULL ? a->len : 0;

  if (length != (b != NULL ? b->len : 0))
    return FALSE;
  for (guint i = 0; i < length; i++)
    if (!type_equal (&g_array_index (a, CcwMdevType, i), &g_array_index (b, CcwMdevType, i)))
      return FALSE;
  return TRUE;
}

/* --- subchannels --------------------------------------------------------- */

gboolean
ccw_subchannel_read (const CcwDevId *id, CcwSubchannelState *state)
{
  g_autofree char *path = ccw_sysfs_subchannel_path (id, NULL);

  if (g_strcmp0 (intern_attribute (path, "type"), TYPE_IO) != 0)
    return FALSE;

  *state = (CcwSubchannelState){ .driver = intern_link_name (path, "driver") };
  state->has_device = ccw_sysfs_subchannel_device (id, &state->device);
  if (state->driver != NULL && !g_str_equal (state->driver, DRIVER_IO))
    state->types = read_types (path);
  return TRUE;
}

void
ccw_subchannel_state_of_device (const CcwDevId *device, CcwSubchannelState *state)
{
  *state = (CcwSubchannelState){
    .device = *device,
    .has_device = TRUE,
    .driver = g_intern_static_string (DRIVER_IO),
  };
}

gboolean
ccw_subchannel_state_equal (const CcwSubchannelState *a, const CcwSubchannelState *b)
{
  return a->has_device == b->has_device
         && (!a->has_device || ccw_dev_id_equal (&a->device, &b->device)) && a->driver == b->driver
         && types_equal (a->types, b->types);
}

void
ccw_subchannel_state_clear (CcwSubchannelState *state)
{
  g_clear_pointer (&state->types, g_array_unref);
}

void
ccw_subchannel_free (CcwSubchannel *subchannel)
{
  ccw_subchannel_state_clear (&subchannel->state);
  g_free (subchannel->syspath);
  g_free (subchannel);
}

const CcwDevId *
ccw_subchannel_get_id (const CcwSubchannel *subchannel)
{
  return &subchannel->id;
}

const CcwDevId *
ccw_subchannel_get_device_id (const CcwSubchannel *subchannel)
{
  return subchannel->state.has_device ? &subchannel->state.device : NULL;
}

const char *
ccw_subchannel_get_driver (const CcwSubchannel *subchannel)
{
  return subchannel->state.driver;
}

/* Objects are constant to those who look; what is made when first asked for is no change to them. */
static CcwSubchannel *
subchannel_cache (const CcwSubchannel *subchannel)
{
  return (CcwSubchannel *) subchannel;
}

static char *
make_subchannel_syspath (const CcwDevId *id)
{
  return g_strdup_printf ("/sys/devices/css%x/%x.%x.%04x", id->cssid, id->cssid, id->ssid,
                          id->number);
}

const char *
ccw_subchannel_get_syspath (const CcwSubchannel *subchannel)
{
  if (subchannel->syspath == NULL)
    subchannel_cache (subchannel)->syspath = make_subchannel_syspath (&subchannel->id);
  return subchannel->syspath;
}

const CcwMdevType *
ccw_subchannel_get_mdev_types (const CcwSubchannel *subchannel, gsize *n)
{
  const GArray *types = subchannel->state.types;

  *n = types != NULL ? types->len : 0;
  return types != NULL ? (const CcwMdevType *) (gconstpointer) types->data : NULL;
}

/* --- ccw devices --------------------------------------------------------- */

/* Cuts the last part off @path and returns it; NULL when there is no slash left. */
static const char *
cut_last_part (char *path)
{
  char *slash = strrchr (path, '/');

  if (slash == NULL)
    return NULL;
  *slash = '\0';
  return slash + 1;
}

gboolean
ccw_device_read_place (int folder, const char *name, CcwDevId *subchannel, gboolean *has_subchannel)
{
  /* ../../../devices/css0/0.0.0313/0.0.2b09, or .../css0/defunct/0.0.2b09 for an orphan. */
  char target[LINK_SIZE];
  const char *parent;

  if (ccw_sysfs_read_link_name_at (folder, name, target, sizeof target) == NULL)
    return FALSE;
  parent = cut_last_part (target) != NULL ? cut_last_part (target) : NULL;
  *has_subchannel = parent != NULL && ccw_dev_id_parse (parent, subchannel, NULL);
  return TRUE;
}

void
ccw_device_read_details (const CcwDevice *device, CcwDeviceDetails *details)
{
  g_autofree char *path = ccw_sysfs_device_path (&device->id, NULL);

  details->driver = intern_link_name (path, "driver");
  details->cutype = intern_attribute (path, "cutype");
  details->devtype = intern_attribute (path, "devtype");
  details->online = g_strcmp0 (intern_attribute (path, "online"), "1") == 0;
}

void
ccw_device_free (CcwDevice *device)
{
  g_free (device->syspath);
  g_free (device);
}

static CcwDevice *
device_cache (const CcwDevice *device)
{
  return (CcwDevice *) device;
}

static const CcwDeviceDetails *
get_details (const CcwDevice *device)
{
  CcwDevice *cache = device_cache (device);

  if (!cache->has_details)
    {
      ccw_device_read_details (device, &cache->details);
      cache->has_details = TRUE;
    }
  return &cache->details;
}

const CcwDevId *
ccw_device_get_id (const CcwDevice *device)
{
  return &device->id;
}

const CcwDevId *
ccw_device_get_subchannel_id (const CcwDevice *device)
{
  return device->has_subchannel ? &device->subchannel : NULL;
}

const char *
ccw_device_get_driver (const CcwDevice *device)
{
  return get_details (device)->driver;
}

const char *
ccw_device_get_syspath (const CcwDevice *device)
{
  g_autofree char *name = NULL;
  g_autofree char *parent = NULL;

  if (device->syspath != NULL)
    return device->syspath;
  name = ccw_dev_id_to_string (&device->id);
  parent = device->has_subchannel
               ? make_subchannel_syspath (&device->subchannel)
               : g_strdup_printf ("/sys/devices/css%x/defunct", device->id.cssid);
  device_cache (device)->syspath = g_build_filename (parent, name, NULL);
  return device->syspath;
}

const char *
ccw_device_get_cutype (const CcwDevice *device)
{
  return get_details (device)->cutype;
}

const char *
ccw_device_get_devtype (const CcwDevice *device)
{
  return get_details (device)->devtype;
}

gboolean
ccw_device_is_online (const CcwDevice *device)
{
  g_autofree char *path = ccw_sysfs_device_path (&device->id, "online");
  g_autofree char *online = ccw_sysfs_read (path, NULL);

  return g_strcmp0 (online, "1") == 0;
}

/* --- mediated devices ---------------------------------------------------- */

static int
read_iommu_group (const char *mdev_path)
{
  g_autofree char *path = g_build_filename (mdev_path, "iommu_group", NULL);
  g_autofree char *name = ccw_sysfs_read_link_name (path);
  guint64 group;

  if (name == NULL || !g_ascii_string_to_unsigned (name, 10, 0, G_MAXINT, &group, NULL))
    return -1;
  return (int) group;
}

/*
 * The kernel announces an mdev before it has made its mdev_type link
 * (drivers/vfio/mdev: device_add() comes before the sysfs files), so an early
 * reader falls back to the one type that the parent offers.
 */
static const char *
read_mdev_type (const char *mdev_path, const char *parent_path)
{
  const char *type = intern_link_name (mdev_path, "mdev_type");
  g_autofree char *folder = g_build_filename (parent_path, "mdev_supported_types", NULL);
  g_autoptr (GPtrArray) ids = NULL;

  if (type != NULL)
    return type;
  ids = ccw_sysfs_list (folder);
  return g_intern_string (ids->len == 1 ? g_ptr_array_index (ids, 0) : "");
}

CcwMdev *
ccw_mdev_read (const char *uuid)
{
  g_autofree char *path = ccw_sysfs_mdev_path (uuid, NULL);
  g_autofree char *parent_path = NULL;
  CcwDevId parent;
  CcwMdev *mdev;

  if (!ccw_sysfs_mdev_parent (uuid, &parent))
    return NULL;
  parent_path = make_subchannel_syspath (&parent);
  mdev = g_new0 (CcwMdev, 1);
  mdev->uuid = g_strdup (uuid);
  mdev->parent = parent;
  mdev->type = read_mdev_type (path, parent_path);
  mdev->driver = intern_link_name (path, "driver");
  mdev->iommu_group = read_iommu_group (path);
  mdev->syspath = g_build_filename (parent_path, uuid, NULL);
  return mdev;
}

gboolean
ccw_mdev_equal (const CcwMdev *a, const CcwMdev *b)
{
  return g_str_equal (a->uuid, b->uuid) && ccw_dev_id_equal (&a->parent, &b->parent)
         && a->type == b->type && a->driver == b->driver && a->iommu_group == b->iommu_group;
}

void
ccw_mdev_free (CcwMdev *mdev)
{
  g_free (mdev->uuid);
  g_free (mdev->syspath);
  g_free (mdev);
}

const char *
ccw_mdev_get_uuid (const CcwMdev *mdev)
{
  return mdev->uuid;
}

const CcwDevId *
ccw_mdev_get_parent_id (const CcwMdev *mdev)
{
  return &mdev->parent;
}

const char *
ccw_mdev_get_type (const CcwMdev *mdev)
{
  return mdev->type;
}

const char *
ccw_mdev_get_syspath (const CcwMdev *mdev)
{
  return mdev->syspath;
}

const char *
ccw_mdev_get_driver (const CcwMdev *mdev)
{
  return mdev->driver;
}

int
ccw_mdev_get_iommu_group (const CcwMdev *mdev)
{
  return mdev->iommu_group;
}
