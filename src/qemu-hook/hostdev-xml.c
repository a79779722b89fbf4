/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/hostdev-xml.h"

#include <string.h>

#include "ccw/error.h"
#include "ccw/xml.h"
#include "qemu-hook/hostdev.h"

/* Guest addresses of one domain: those given, and the next one libvirt would hand out. */
typedef struct
{
  GHashTable *taken; /* ccw_dev_id_key() as pointers */
  guint32 next_devno;
} GuestAddresses;

static void
guest_addresses_init (GuestAddresses *addresses)
{
  addresses->taken = g_hash_table_new (NULL, NULL);
  addresses->next_devno = 0;
}

static void
guest_addresses_clear (GuestAddresses *addresses)
{
  g_hash_table_unref (addresses->taken);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GuestAddresses, guest_addresses_clear)

static gboolean
guest_addresses_take (GuestAddresses *addresses, const CcwDevId *id, GError **error)
{
  g_autofree char *text = NULL;

  if (g_hash_table_add (addresses->taken, GUINT_TO_POINTER (ccw_dev_id_key (id))))
    return TRUE;

  text = ccw_dev_id_to_string (id);
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "two devices have the guest address %s", text);
  return FALSE;
}

/* libvirt never goes back: a device number freed in between is not handed out again. */
static gboolean
guest_addresses_assign (GuestAddresses *addresses, CcwDevId *id, GError **error)
{
  for (; addresses->next_devno <= G_MAXUINT16; addresses->next_devno++)
    {
      *id = (CcwDevId) { HOSTDEV_GUEST_CSSID, 0, (guint16) addresses->next_devno };
      if (g_hash_table_add (addresses->taken, GUINT_TO_POINTER (ccw_dev_id_key (id))))
        return TRUE;
    }
  g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                       "no guest address in fe.0 is left for a hostdev without one");
  return FALSE;
}

/* --- attributes -------------------------------------------------------- */

static gboolean
attribute_is (const xmlNode *node, const char *name, const char *value)
{
  g_autofree char *text = ccw_xml_attribute (node, name);

  return g_strcmp0 (text, value) == 0;
}

static gboolean
parse_address_field (const xmlNode *address, const char *name, guint64 *number, GError **error)
{
  g_autofree char *text = ccw_xml_attribute (address, name);
  g_autofree char *what = g_strdup_printf ("%s of a ccw address", name);

  if (text == NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "a ccw address has no %s: give cssid, ssid and devno, or none of them", name);
      return FALSE;
    }
  return ccw_xml_parse_number (text, G_MAXUINT32, what, number, error);
}

static gboolean
is_unassigned (const xmlNode *address)
{
  return xmlHasProp (address, (const xmlChar *) "cssid") == NULL
         && xmlHasProp (address, (const xmlChar *) "ssid") == NULL
         && xmlHasProp (address, (const xmlChar *) "devno") == NULL;
}

/*
 * The guest address of @device, a child of <devices>. @found is FALSE when it
 * has none yet; @is_other TRUE when it has one that is not of type ccw.
 */
static gboolean
parse_guest_address (const xmlNode *device, CcwDevId *id, gboolean *found, gboolean *is_other,
                     GError **error)
{
  xmlNode *address;
  guint64 cssid, ssid, devno;

  *found = FALSE;
  *is_other = FALSE;
  if (!ccw_xml_only_child (device, "address", &address, error))
    return FALSE;
  if (address == NULL)
    return TRUE;
  if (!attribute_is (address, "type", "ccw"))
    {
      *is_other = TRUE;
      return TRUE;
    }
  if (is_unassigned (address))
    return TRUE;

  *found = TRUE;
  return parse_address_field (address, "cssid", &cssid, error)
         && parse_address_field (address, "ssid", &ssid, error)
         && parse_address_field (address, "devno", &devno, error)
         && ccw_dev_id_from_numbers (cssid, ssid, devno, id, error);
}

/* --- one hostdev ------------------------------------------------------- */

gboolean
hostdev_node_is_vfio_ccw (const xmlNode *hostdev)
{
  return attribute_is (hostdev, "type", "mdev") && attribute_is (hostdev, "model", HOSTDEV_MODEL);
}

char *
hostdev_node_get_uuid (const xmlNode *hostdev, GError **error)
{
  xmlNode *source, *address;
  char *uuid;

  if (!ccw_xml_only_child (hostdev, "source", &source, error))
    return NULL;
  address = source == NULL ? NULL : ccw_xml_child (source, "address");
  uuid = address == NULL ? NULL : ccw_xml_attribute (address, "uuid");
  if (uuid == NULL)
    g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                         "a vfio-ccw hostdev needs <source><address uuid='…'/></source>");
  return uuid;
}

static gboolean
parse_alias (Hostdev *hostdev, const xmlNode *node, GError **error)
{
  xmlNode *alias;
  g_autofree char *name = NULL;

  if (!ccw_xml_only_child (node, "alias", &alias, error))
    return FALSE;
  name = alias == NULL ? NULL : ccw_xml_attribute (alias, "name");
  return name == NULL || hostdev_set_alias (hostdev, name, error);
}

static gboolean
parse_boot (Hostdev *hostdev, const xmlNode *node, GError **error)
{
  xmlNode *boot;
  g_autofree char *order = NULL;
  g_autofree char *loadparm = NULL;
  guint64 number;

  if (!ccw_xml_only_child (node, "boot", &boot, error))
    return FALSE;
  if (boot == NULL)
    return TRUE;

  order = ccw_xml_attribute (boot, "order");
  if (order == NULL)
    {
      g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID, "<boot> has no order");
      return FALSE;
    }
  if (!ccw_xml_parse_number (order, G_MAXINT, "boot order", &number, error)
      || !hostdev_set_boot_order (hostdev, (guint) number, error))
    return FALSE;

  loadparm = ccw_xml_attribute (boot, "loadparm");
  return loadparm == NULL || hostdev_set_loadparm (hostdev, loadparm, error);
}

static gboolean
check_mode (const xmlNode *node, GError **error)
{
  if (attribute_is (node, "mode", "subsystem"))
    return TRUE;
  g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                       "a vfio-ccw hostdev must have mode='subsystem'");
  return FALSE;
}

static Hostdev *
parse_hostdev (const xmlNode *node, GError **error)
{
  g_autoptr (Hostdev) hostdev = NULL;
  g_autofree char *uuid = NULL;
  gboolean has_address, is_other;
  CcwDevId guest;

  if (!check_mode (node, error))
    return NULL;
  uuid = hostdev_node_get_uuid (node, error);
  if (uuid == NULL || !parse_guest_address (node, &guest, &has_address, &is_other, error))
    return NULL;
  if (is_other)
    {
      g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                           "the address of a vfio-ccw hostdev must be of type 'ccw'");
      return NULL;
    }
  hostdev = hostdev_new (uuid, has_address ? &guest : NULL, error);
  if (hostdev == NULL || !parse_alias (hostdev, node, error) || !parse_boot (hostdev, node, error))
    return NULL;
  return g_steal_pointer (&hostdev);
}

/* --- the whole document ------------------------------------------------ */

static gboolean
take_given_addresses (const xmlNode *devices, GuestAddresses *addresses, GError **error)
{
  for (const xmlNode *device = devices->children; device != NULL; device = device->next)
    {
      CcwDevId id;
      gboolean found, is_other;

      if (device->type != XML_ELEMENT_NODE)
        continue;
      if (!parse_guest_address (device, &id, &found, &is_other, error))
        return FALSE;
      if (found && !guest_addresses_take (addresses, &id, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_virtio_disk (const xmlNode *disk)
{
  const xmlNode *target = ccw_xml_child (disk, "target");
  g_autofree char *dev = target == NULL ? NULL : ccw_xml_attribute (target, "dev");

  if (target == NULL)
    return FALSE;
  if (xmlHasProp (target, (const xmlChar *) "bus") != NULL)
    return attribute_is (target, "bus", "virtio");
  /* Without a bus, libvirt goes by the name's prefix. */
  return dev != NULL && g_str_has_prefix (dev, "vd");
}

static gboolean
is_virtio_interface (const xmlNode *interface)
{
  const xmlNode *model = ccw_xml_child (interface, "model");
  g_autofree char *type = model == NULL ? NULL : ccw_xml_attribute (model, "type");

  /* virtio is the default on s390x, but an interface that is itself a host device has none. */
  if (type == NULL)
    return !attribute_is (interface, "type", "hostdev");
  return g_str_has_prefix (type, "virtio");
}

static gboolean
is_virtio_sound (const xmlNode *sound)
{
  return attribute_is (sound, "model", "virtio");
}

static gboolean
is_ccw_hostdev (const xmlNode *hostdev)
{
  return hostdev_node_is_vfio_ccw (hostdev) || attribute_is (hostdev, "type", "scsi_host");
}

/* Device kinds that take a ccw address, in the order in which libvirt goes through them, as far as
 * hostdevs (libvirt 11.3, virDomainDeviceInfoIterate); what comes later does not matter to us. */
static const struct
{
  const char *element;
  gboolean (*takes_ccw_address) (const xmlNode *device);
} address_order[] = {
  { "disk", is_virtio_disk },
  { "interface", is_virtio_interface },
  { "sound", is_virtio_sound },
  { "hostdev", is_ccw_hostdev },
};

/* Hands an address to each @element under @devices that has none; @assigned maps node to devno. */
static gboolean
assign_to_kind (const xmlNode *devices, gsize kind, GuestAddresses *addresses,
                GHashTable *assigned, GError **error)
{
  const xmlNode *device = ccw_xml_child (devices, address_order[kind].element);

  for (; device != NULL; device = ccw_xml_next_same (device))
    {
      CcwDevId id;
      gboolean found, is_other;

      if (!address_order[kind].takes_ccw_address (device))
        continue;
      if (!parse_guest_address (device, &id, &found, &is_other, error))
        return FALSE;
      if (found || is_other)
        continue;
      if (!guest_addresses_assign (addresses, &id, error))
        return FALSE;
      g_hash_table_insert (assigned, (gpointer) device, GUINT_TO_POINTER (id.number));
    }
  return TRUE;
}

/* Maps the nodes without an address to the device number in fe.0 that libvirt would give them. */
static GHashTable *
assign_addresses (const xmlNode *devices, GError **error)
{
  g_auto (GuestAddresses) addresses;
  g_autoptr (GHashTable) assigned = g_hash_table_new (NULL, NULL);

  guest_addresses_init (&addresses);
  if (!take_given_addresses (devices, &addresses, error))
    return NULL;
  for (gsize kind = 0; kind < G_N_ELEMENTS (address_order); kind++)
    if (!assign_to_kind (devices, kind, &addresses, assigned, error))
      return NULL;
  return g_steal_pointer (&assigned);
}

/* The number of a "hostdevN" alias, -1 for any other. */
static gint64
alias_index (const char *alias)
{
  guint64 index;

  if (alias == NULL || !g_str_has_prefix (alias, "hostdev")
      || !g_ascii_string_to_unsigned (alias + strlen ("hostdev"), 10, 0, G_MAXINT, &index, NULL))
    return -1;
  return (gint64) index;
}

static gint64
highest_alias_index (const xmlNode *devices, const char *element)
{
  gint64 highest = -1;

  for (const xmlNode *device = ccw_xml_child (devices, element); device != NULL;
       device = ccw_xml_next_same (device))
    {
      const xmlNode *alias = ccw_xml_child (device, "alias");
      g_autofree char *name = alias == NULL ? NULL : ccw_xml_attribute (alias, "name");

      highest = MAX (highest, alias_index (name));
    }
  return highest;
}

static gboolean
is_interface_hostdev (const xmlNode *interface)
{
  return attribute_is (interface, "type", "hostdev");
}

/*
 * The number that libvirt's next hostdev alias gets before any <hostdev>
 * element is named: interfaces that are host devices have a share in these
 * names and come first.
 */
static guint
first_index (const xmlNode *devices)
{
  gint64 next = 1 + MAX (highest_alias_index (devices, "hostdev"),
                         highest_alias_index (devices, "interface"));

  for (const xmlNode *interface = ccw_xml_child (devices, "interface"); interface != NULL;
       interface = ccw_xml_next_same (interface))
    if (is_interface_hostdev (interface) && ccw_xml_child (interface, "alias") == NULL)
      next++;
  return (guint) next;
}

/* Gives @hostdev the address that was assigned to its element, if one was. */
static gboolean
complete_address (Hostdev *hostdev, const xmlNode *node, GHashTable *assigned, GError **error)
{
  CcwDevId guest = { HOSTDEV_GUEST_CSSID, 0, 0 };
  gpointer devno;

  if (!g_hash_table_lookup_extended (assigned, node, NULL, &devno))
    return TRUE;
  guest.number = (guint16) GPOINTER_TO_UINT (devno);
  return hostdev_set_guest_id (hostdev, &guest, error);
}

static gboolean
check_uuid_is_new (GPtrArray *hostdevs, const Hostdev *hostdev, GError **error)
{
  for (guint i = 0; i < hostdevs->len; i++)
    if (strcmp (hostdev_get_uuid (hostdevs->pdata[i]), hostdev_get_uuid (hostdev)) == 0)
      {
        g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "two hostdevs use the mdev %s",
                     hostdev_get_uuid (hostdev));
        return FALSE;
      }
  return TRUE;
}

/* @devices: the parent of the <hostdev> elements. */
static GPtrArray *
parse_hostdevs (const xmlNode *devices, GError **error)
{
  g_autoptr (GPtrArray) hostdevs = g_ptr_array_new_with_free_func ((GDestroyNotify) hostdev_free);
  g_autoptr (GHashTable) assigned = assign_addresses (devices, error);
  guint next_index;

  if (assigned == NULL)
    return NULL;
  next_index = first_index (devices);

  for (const xmlNode *node = ccw_xml_child (devices, "hostdev"); node != NULL;
       node = ccw_xml_next_same (node))
    {
      guint index = ccw_xml_child (node, "alias") == NULL ? next_index++ : 0;
      g_autoptr (Hostdev) hostdev = NULL;

      if (!hostdev_node_is_vfio_ccw (node))
        continue;
      hostdev = parse_hostdev (node, error);
      if (hostdev == NULL || !check_uuid_is_new (hostdevs, hostdev, error)
          || !complete_address (hostdev, node, assigned, error))
        return NULL;
      hostdev_set_index (hostdev, index);
      g_ptr_array_add (hostdevs, g_steal_pointer (&hostdev));
    }
  return g_steal_pointer (&hostdevs);
}

/* The parent of the hostdevs: <devices> of a domain, the document of a lone <hostdev>. */
static const xmlNode *
find_devices (const xmlDoc *doc, const char *what, GError **error)
{
  const xmlNode *root = xmlDocGetRootElement (doc);
  xmlNode *devices;

  if (ccw_xml_is_element (root, "hostdev"))
    return (const xmlNode *) doc;
  if (!ccw_xml_is_element (root, "domain"))
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "%s holds <%s>, neither <domain> nor <hostdev>", what,
                   (const char *) root->name);
      return NULL;
    }
  if (!ccw_xml_only_child (root, "devices", &devices, error))
    return NULL;
  if (devices == NULL)
    g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "%s has no vfio-ccw hostdev", what);
  return devices;
}

GPtrArray *
hostdevs_from_xml (const char *text, gssize length, const char *what, GError **error)
{
  g_autoptr (xmlDoc) doc = ccw_xml_parse (text, length, what, error);
  g_autoptr (GPtrArray) hostdevs = NULL;
  const xmlNode *devices = doc == NULL ? NULL : find_devices (doc, what, error);

  hostdevs = devices == NULL ? NULL : parse_hostdevs (devices, error);
  if (hostdevs != NULL && hostdevs->len == 0)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND, "%s has no vfio-ccw hostdev", what);
      return NULL;
    }
  return g_steal_pointer (&hostdevs);
}
