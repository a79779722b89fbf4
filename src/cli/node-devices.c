/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/node-devices.h"

#include <string.h>

#include "ccw/error.h"
#include "ccw/xml.h"
#include "mdev/config.h"

/* For how long libvirt may take to see what it has done to an mdev. */
#define PATIENCE_MS 30000
#define LOOK_MS 100

/* --- reading ------------------------------------------------------------- */

/* The <capability> of a node device of a certain type, in *document, which the caller frees. */
static const xmlNode *
read_capability (virNodeDevice *device, const char *type, xmlDoc **document, GError **error)
{
  char *xml = virNodeDeviceGetXMLDesc (device, 0);
  const xmlNode *capability;
  g_autofree char *found = NULL;

  if (xml == NULL)
    {
      libvirt_client_fail (error, "read node device %s", virNodeDeviceGetName (device));
      return NULL;
    }
  *document = ccw_xml_parse (xml, -1, virNodeDeviceGetName (device), error);
  free (xml);
  if (*document == NULL)
    return NULL;
  capability = ccw_xml_child (xmlDocGetRootElement (*document), "capability");
  found = capability != NULL ? ccw_xml_attribute (capability, "type") : NULL;
  if (g_strcmp0 (found, type) == 0)
    return capability;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "node device %s is no %s device",
               virNodeDeviceGetName (device), type);
  return NULL;
}

static gboolean
read_number (const xmlNode *address, const char *name, guint64 *number)
{
  const xmlNode *element = ccw_xml_child (address, name);
  g_autofree char *text = element != NULL ? ccw_xml_text (element) : NULL;

  return text != NULL && ccw_xml_parse_number (text, G_MAXUINT16, name, number, NULL);
}

static gboolean
read_address (const xmlNode *address, CcwDevId *id)
{
  guint64 cssid;
  guint64 ssid;
  guint64 number;

  return address != NULL && read_number (address, "cssid", &cssid)
         && read_number (address, "ssid", &ssid) && read_number (address, "devno", &number)
         && ccw_dev_id_from_numbers (cssid, ssid, number, id, NULL);
}

static char *
read_driver (const xmlDoc *document)
{
  const xmlNode *driver = ccw_xml_child (xmlDocGetRootElement (document), "driver");
  const xmlNode *name = driver != NULL ? ccw_xml_child (driver, "name") : NULL;

  return name != NULL ? ccw_xml_text (name) : NULL;
}

gboolean
node_devices_read_subchannel (virNodeDevice *device, NodeDevicesSubchannel *subchannel)
{
  g_autoptr (xmlDoc) document = NULL;
  const xmlNode *capability = read_capability (device, "css", &document, NULL);

  if (capability == NULL || !read_address (capability, &subchannel->id))
    return FALSE;
  subchannel->driver = read_driver (document);
  subchannel->has_device
      = read_address (ccw_xml_child (capability, "channel_dev_addr"), &subchannel->device);
  return TRUE;
}

void
node_devices_subchannel_clear (NodeDevicesSubchannel *subchannel)
{
  g_clear_pointer (&subchannel->driver, g_free);
}

char *
node_devices_get_state (virNodeDevice *device)
{
  g_autoptr (xmlDoc) document = NULL;
  const xmlNode *capability = read_capability (device, "ccw", &document, NULL);
  const xmlNode *state = capability != NULL ? ccw_xml_child (capability, "state") : NULL;

  return state != NULL ? ccw_xml_text (state) : NULL;
}

/* Does @device answer on this subchannel? */
static gboolean
has_device (virNodeDevice *node, const CcwDevId *device)
{
  g_auto (NodeDevicesSubchannel) subchannel = { .driver = NULL };

  return node_devices_read_subchannel (node, &subchannel) && subchannel.has_device
         && ccw_dev_id_equal (&subchannel.device, device);
}

/* --- lists --------------------------------------------------------------- */

static void
free_node_device (gpointer device)
{
  virNodeDeviceFree (device);
}

GPtrArray *
node_devices_list (virConnect *connection, guint flags, GError **error)
{
  GPtrArray *devices;
  virNodeDevicePtr *list = NULL;
  int n = virConnectListAllNodeDevices (connection, &list, flags);

  if (n < 0)
    {
      libvirt_client_fail (error, "list libvirt's node devices");
      return NULL;
    }
  devices = g_ptr_array_new_with_free_func (free_node_device);
  for (int i = 0; i < n; i++)
    g_ptr_array_add (devices, list[i]);
  free (list);
  return devices;
}

/* The host's driver has it: then it is a node device of its own, on its subchannel. */
static char *
find_parent (virConnect *connection, const CcwDevId *device)
{
  g_autofree char *name = ccw_dev_id_to_name (device, CCW_NAME_PREFIX_CCW);
  g_autoptr (virNodeDevice) found = virNodeDeviceLookupByName (connection, name);
  const char *parent = found != NULL ? virNodeDeviceGetParent (found) : NULL;
  CcwDevId subchannel;

  if (parent == NULL || !ccw_dev_id_parse_name (parent, CCW_NAME_PREFIX_CSS, &subchannel))
    return NULL;
  return g_strdup (parent);
}

char *
node_devices_find_subchannel (virConnect *connection, const CcwDevId *device, GError **error)
{
  g_autoptr (GPtrArray) subchannels = NULL;
  g_autofree char *name = ccw_dev_id_to_string (device);
  char *parent = find_parent (connection, device);

  if (parent != NULL)
    return parent;
  subchannels = node_devices_list (connection, VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV, error);
  if (subchannels == NULL)
    return NULL;
  for (guint i = 0; i < subchannels->len; i++)
    if (has_device (g_ptr_array_index (subchannels, i), device))
      return g_strdup (virNodeDeviceGetName (g_ptr_array_index (subchannels, i)));
  g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "there is no device %s on the host", name);
  return NULL;
}

GPtrArray *
node_devices_list_mdevs (virConnect *connection, const char *subchannel, GError **error)
{
  GPtrArray *mdevs = node_devices_list (connection, VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV, error);

  for (guint i = mdevs != NULL ? mdevs->len : 0; i > 0; i--)
    if (g_strcmp0 (virNodeDeviceGetParent (g_ptr_array_index (mdevs, i - 1)), subchannel) != 0)
      g_ptr_array_remove_index (mdevs, i - 1);
  return mdevs;
}

/* --- mdevs --------------------------------------------------------------- */

char *
node_devices_get_uuid (virNodeDevice *mdev, GError **error)
{
  g_autoptr (xmlDoc) document = NULL;
  const xmlNode *capability = read_capability (mdev, "mdev", &document, error);
  const xmlNode *element;

  if (capability == NULL)
    return NULL;
  element = ccw_xml_child (capability, "uuid");
  if (element != NULL)
    return ccw_xml_text (element);
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "node device %s tells no UUID",
               virNodeDeviceGetName (mdev));
  return NULL;
}

/* @is: virNodeDeviceIsActive and the like; -1 counts as not: it is gone. */
static void
wait_until (virNodeDevice *mdev, int (*is) (virNodeDevice *), gboolean wanted)
{
  for (guint waited = 0; waited < PATIENCE_MS && (is (mdev) == 1) != wanted; waited += LOOK_MS)
    g_usleep (LOOK_MS * 1000);
}

int
node_devices_start (virNodeDevice *mdev)
{
  if (virNodeDeviceCreate (mdev, 0) < 0)
    return -1;
  wait_until (mdev, virNodeDeviceIsActive, TRUE);
  return 0;
}

int
node_devices_undefine (virNodeDevice *mdev)
{
  if (virNodeDeviceUndefine (mdev, 0) < 0)
    return -1;
  wait_until (mdev, virNodeDeviceIsPersistent, FALSE);
  return 0;
}

char *
node_devices_mdev_xml (const char *subchannel, const char *uuid)
{
  return g_strdup_printf ("<device>\n"
                          "  <parent>%s</parent>\n"
                          "  <capability type='mdev'>\n"
                          "    <type id='" MDEV_TYPE_VFIO_CCW "'/>\n"
                          "    <uuid>%s</uuid>\n"
                          "  </capability>\n"
                          "</device>\n",
                          subchannel, uuid);
}
