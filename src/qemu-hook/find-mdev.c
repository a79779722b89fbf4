/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/find-mdev.h"

#include "ccw/error.h"

/* UUIDs of the mdevs persisted on @subchannel; the array frees them. */
static GPtrArray *
persisted_on (MdevStore *store, const CcwDevId *subchannel)
{
  g_autoptr (GPtrArray) configs = mdev_store_list_on (store, subchannel);
  GPtrArray *uuids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < configs->len; i++)
    g_ptr_array_add (uuids, g_strdup (mdev_config_get_uuid (configs->pdata[i])));
  return uuids;
}

static void
set_ambiguous (GError **error, const char *device, GPtrArray *uuids)
{
  g_autofree char *list = NULL;

  g_ptr_array_add (uuids, NULL);
  list = g_strjoinv (", ", (char **) uuids->pdata);
  g_set_error (
      error, CCW_ERROR, CCW_ERROR_STATE,
      "device %s has several mdevs defined, none of them active: name one by its UUID (%s)", device,
      list);
}

static char *
choose_persisted (GPtrArray *uuids, const char *device, const char *subchannel, GError **error)
{
  if (uuids->len == 1)
    return g_strdup (uuids->pdata[0]);
  if (uuids->len > 1)
    set_ambiguous (error, device, uuids);
  else
    g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND,
                 "device %s has no mdev: make one on its subchannel %s with virsh nodedev-create",
                 device, subchannel);
  return NULL;
}

char *
find_mdev_of_device (CcwHost *host, MdevStore *store, const CcwDevId *device, GError **error)
{
  const CcwSubchannel *subchannel = ccw_host_get_subchannel_of_device (host, device);
  g_autofree char *device_text = ccw_dev_id_to_string (device);
  g_autofree char *subchannel_text = NULL;
  g_autoptr (GPtrArray) uuids = NULL;
  const CcwMdev *mdev;

  if (subchannel == NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND,
                   "there is no device %s on this host (lscss lists them)", device_text);
      return NULL;
    }

  mdev = ccw_host_get_mdev_on (host, ccw_subchannel_get_id (subchannel));
  if (mdev != NULL)
    return g_strdup (ccw_mdev_get_uuid (mdev));

  subchannel_text = ccw_dev_id_to_string (ccw_subchannel_get_id (subchannel));
  uuids = persisted_on (store, ccw_subchannel_get_id (subchannel));
  return choose_persisted (uuids, device_text, subchannel_text, error);
}
