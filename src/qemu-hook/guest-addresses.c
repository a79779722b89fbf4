/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/guest-addresses.h"

#include "ccw/error.h"
#include "ccw/xml.h"
#include "qemu-hook/domain-xml.h"
#include "qemu-hook/hostdev-xml.h"
#include "qemu-hook/hostdev.h"

/* Where a device says that its address is. */
typedef enum
{
  ADDRESS_NONE,       /* nowhere */
  ADDRESS_UNASSIGNED, /* in the channel subsystem: <address type='ccw'/> */
  ADDRESS_GIVEN,      /* there, and which */
  ADDRESS_OTHER,      /* on another bus */
} AddressKind;

typedef struct
{
  GPtrArray *devices;
  GHashTable *addresses; /* node to CcwDevId */
  GHashTable *owners;    /* ccw_dev_id_key() to node */
  guint32 next_devno;
} Assignment;

/* --- an <address> -------------------------------------------------------- */

static const DomainXmlNumber fields[]
    = { { "cssid", 0, 0, HOSTDEV_MAX_CSSID }, { "ssid", 0, 0, 3 }, { "devno", 0, 0, G_MAXUINT16 } };

static gboolean
parse_ccw_address (const xmlNode *address, CcwDevId *id, AddressKind *kind, GError **error)
{
  guint values[G_N_ELEMENTS (fields)] = { 0 };
  const char *missing = NULL;
  guint n_given = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      gboolean given;

      if (!domain_xml_number (address, &fields[i], &values[i], &given, error))
        return FALSE;
      n_given += given;
      if (!given)
        missing = fields[i].name;
    }
  if (n_given != 0 && missing != NULL)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "%s is missing in its address of type 'ccw': give cssid, ssid and devno, or none"
                   " of them",
                   missing);
      return FALSE;
    }
  *kind = n_given == 0 ? ADDRESS_UNASSIGNED : ADDRESS_GIVEN;
  *id = (CcwDevId){ (guint8) values[0], (guint8) values[1], (guint16) values[2] };
  return TRUE;
}

static gboolean
check_address_type (const char *type, GError **error)
{
  static const char *const types[]
      = { "ccid",      "ccw",        "dimm", "drive",       "isa",           "pci",
          "spapr-vio", "unassigned", "usb",  "virtio-mmio", "virtio-serial", NULL };

  if (type != NULL && g_strv_contains (types, type))
    return TRUE;
  if (type == NULL)
    g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                         "<address> has no type: that of a channel device is 'ccw'");
  else
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                 "type='%s' of <address> is not known: that of a channel device is 'ccw'", type);
  return FALSE;
}

static gboolean
is_mdev_of (const xmlNode *device, const char *model)
{
  return ccw_xml_is_element (device, "hostdev") && domain_xml_attribute_is (device, "type", "mdev")
         && domain_xml_attribute_is (device, "model", model);
}

/* The guest sees an mdev on the bus that its model belongs to. */
static gboolean
check_model (const xmlNode *device, const char *type, GError **error)
{
  static const struct
  {
    const char *model;
    const char *type;
  } buses[] = { { HOSTDEV_MODEL, "ccw" }, { "vfio-pci", "pci" } };

  for (gsize i = 0; i < G_N_ELEMENTS (buses); i++)
    if (is_mdev_of (device, buses[i].model) && !g_str_equal (type, buses[i].type))
      {
        g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                     "the address of a hostdev with model='%s' is of type '%s', and not '%s'",
                     buses[i].model, buses[i].type, type);
        return FALSE;
      }
  return TRUE;
}

static gboolean
parse_address (const xmlNode *device, CcwDevId *id, AddressKind *kind, GError **error)
{
  const xmlNode *address = ccw_xml_child (device, "address");
  g_autofree char *type = NULL;

  *kind = ADDRESS_NONE;
  if (address == NULL)
    return TRUE;
  type = domain_xml_attribute (address, "type");
  if (!check_address_type (type, error) || !check_model (device, type, error))
    return FALSE;
  *kind = ADDRESS_OTHER;
  if (g_str_equal (type, "ccw") && !parse_ccw_address (address, id, kind, error))
    return FALSE;
  /* libvirt takes the address from an AP matrix, whatever it is: it has none. */
  if (is_mdev_of (device, "vfio-ap"))
    *kind = ADDRESS_OTHER;
  return TRUE;
}

/* --- addresses that are given ---------------------------------------------- */

static void
insert (Assignment *assignment, const xmlNode *device, const CcwDevId *id)
{
  g_hash_table_insert (assignment->owners, ccw_dev_id_hash_key (id), (gpointer) device);
  g_hash_table_insert (assignment->addresses, (gpointer) device, g_memdup2 (id, sizeof *id));
}

static gboolean
take (Assignment *assignment, const xmlNode *device, const CcwDevId *id, GError **error)
{
  const xmlNode *owner = g_hash_table_lookup (assignment->owners, ccw_dev_id_hash_key (id));
  g_autofree char *other = NULL;
  g_autofree char *text = NULL;

  if (owner == NULL)
    {
      insert (assignment, device, id);
      return TRUE;
    }
  other = domain_xml_describe (assignment->devices, owner);
  text = ccw_dev_id_to_string (id);
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "%s has the guest address %s, too", other,
               text);
  return FALSE;
}

static gboolean
take_given (Assignment *assignment, GError **error)
{
  for (guint i = 0; i < assignment->devices->len; i++)
    {
      const xmlNode *device = assignment->devices->pdata[i];
      g_autofree char *what = NULL;
      AddressKind kind;
      CcwDevId id;

      if (parse_address (device, &id, &kind, error)
          && (kind != ADDRESS_GIVEN || take (assignment, device, &id, error)))
        continue;
      what = domain_xml_describe (assignment->devices, device);
      g_prefix_error (error, "%s: ", what);
      return FALSE;
    }
  return TRUE;
}

/* --- addresses to be assigned ---------------------------------------------- */

static gboolean
is_virtio_disk (const xmlNode *disk)
{
  const xmlNode *target = ccw_xml_child (disk, "target");
  g_autofree char *dev = target == NULL ? NULL : domain_xml_attribute (target, "dev");

  if (target == NULL)
    return FALSE;
  if (domain_xml_has_attribute (target, "bus"))
    return domain_xml_attribute_is (target, "bus", "virtio");
  /* Without a bus, libvirt goes by the name's prefix. */
  return dev != NULL && g_str_has_prefix (dev, "vd");
}

static gboolean
is_virtio_interface (const xmlNode *interface)
{
  static const char *const models[]
      = { "virtio", "virtio-transitional", "virtio-non-transitional" };
  const xmlNode *model = ccw_xml_child (interface, "model");
  g_autofree char *type = model == NULL ? NULL : domain_xml_attribute (model, "type");

  /* virtio is the default on s390x, but an interface that is itself a host device has none. */
  if (domain_xml_attribute_is (interface, "type", "hostdev"))
    return FALSE;
  if (type == NULL || *type == '\0')
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    if (g_ascii_strcasecmp (type, models[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Of libvirt 10.4 and later. */
static gboolean
is_virtio_sound (const xmlNode *sound)
{
  return domain_xml_attribute_is (sound, "model", "virtio");
}

static gboolean
is_ccw_hostdev (const xmlNode *hostdev)
{
  return hostdev_node_is_vfio_ccw (hostdev)
         || domain_xml_attribute_is (hostdev, "type", "scsi_host");
}

/* Device kinds that take a ccw address, in the order in which libvirt goes through them, as far as
 * hostdevs (libvirt 11.3, virDomainDeviceInfoIterate); what comes later does not matter to us. */
static const struct
{
  const char *element;
  gboolean (*takes_ccw_address) (const xmlNode *device);
} order[] = {
  { "disk", is_virtio_disk },
  { "interface", is_virtio_interface },
  { "sound", is_virtio_sound },
  { "hostdev", is_ccw_hostdev },
};

/* libvirt never goes back: a device number freed in between is not handed out again. */
static gboolean
assign (Assignment *assignment, const xmlNode *device, GError **error)
{
  for (; assignment->next_devno <= G_MAXUINT16; assignment->next_devno++)
    {
      const CcwDevId id = { HOSTDEV_GUEST_CSSID, 0, (guint16) assignment->next_devno };

      if (g_hash_table_contains (assignment->owners, ccw_dev_id_hash_key (&id)))
        continue;
      insert (assignment, device, &id);
      return TRUE;
    }
  g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                       "no guest address from fe.0.0000 to fe.0.ffff is left for a device"
                       " without one");
  return FALSE;
}

static gboolean
wants_address (const xmlNode *device, gboolean (*takes_ccw_address) (const xmlNode *device))
{
  AddressKind kind;
  CcwDevId id;

  /* It was parsed before, and found to be right. */
  if (!parse_address (device, &id, &kind, NULL))
    return FALSE;
  return kind == ADDRESS_UNASSIGNED || (kind == ADDRESS_NONE && takes_ccw_address (device));
}

static gboolean
assign_missing (Assignment *assignment, GError **error)
{
  for (gsize kind = 0; kind < G_N_ELEMENTS (order); kind++)
    for (guint i = 0; i < assignment->devices->len; i++)
      {
        const xmlNode *device = assignment->devices->pdata[i];

        if (ccw_xml_is_element (device, order[kind].element)
            && wants_address (device, order[kind].takes_ccw_address)
            && !assign (assignment, device, error))
          return FALSE;
      }
  return TRUE;
}

GHashTable *
guest_addresses (GPtrArray *devices, GError **error)
{
  g_autoptr (GHashTable) addresses = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_autoptr (GHashTable) owners = g_hash_table_new (NULL, NULL);
  Assignment assignment = { .devices = devices, .addresses = addresses, .owners = owners };

  if (!take_given (&assignment, error) || !assign_missing (&assignment, error))
    return NULL;
  return g_steal_pointer (&addresses);
}
