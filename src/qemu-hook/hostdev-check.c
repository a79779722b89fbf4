/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/hostdev-check.h"

#include "ccw/error.h"
#include "ccw/xml.h"
#include "qemu-hook/domain-xml.h"

/* --- kinds --------------------------------------------------------------- */

static gboolean
check_one_of (const xmlNode *hostdev, const char *name, const char *const *values,
              const char *advice, GError **error)
{
  g_autofree char *value = domain_xml_attribute (hostdev, name);

  if (value != NULL && g_strv_contains (values, value))
    return TRUE;
  if (value == NULL)
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "it has no %s: %s", name, advice);
  else
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "%s='%s' is not known: %s", name, value,
                 advice);
  return FALSE;
}

gboolean
hostdev_check_kind (const xmlNode *hostdev, GError **error)
{
  static const char *const modes[] = { "subsystem", NULL };
  static const char *const types[] = { "mdev", "pci", "scsi", "scsi_host", "usb", NULL };
  static const char *const models[] = { "vfio-ap", "vfio-ccw", "vfio-pci", NULL };

  if (domain_xml_has_attribute (hostdev, "mode")
      && !check_one_of (hostdev, "mode", modes, "QEMU has host devices with mode='subsystem' only",
                        error))
    return FALSE;
  if (!check_one_of (hostdev, "type", types,
                     "a channel device is of type='mdev' and model='vfio-ccw'", error))
    return FALSE;
  return !domain_xml_attribute_is (hostdev, "type", "mdev")
         || check_one_of (hostdev, "model", models, "that of a channel device is 'vfio-ccw'",
                          error);
}

/* --- options of others --------------------------------------------------- */

/* Attributes that make libvirt refuse a vfio-ccw hostdev, whatever they say. */
static const struct
{
  const char *element; /* a child; NULL: the hostdev itself */
  const char *attribute;
  const char *owner;
} foreign[] = {
  { NULL, "sgio", "SCSI" },    { NULL, "rawio", "SCSI" },    { "source", "startupPolicy", "USB" },
  { "rom", "enabled", "PCI" }, { "rom", "bar", "PCI" },      { "rom", "file", "PCI" },
  { "acpi", "index", "PCI" },  { "teaming", "type", "PCI" }, { "teaming", "persistent", "PCI" },
};

static gboolean
check_foreign (const xmlNode *hostdev, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      const xmlNode *owner
          = foreign[i].element == NULL ? hostdev : ccw_xml_child (hostdev, foreign[i].element);

      if (owner == NULL || !domain_xml_has_attribute (owner, foreign[i].attribute))
        continue;
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
                   "%s of <%s> is for %s devices only: leave it out", foreign[i].attribute,
                   (const char *) owner->name, foreign[i].owner);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_switch (const xmlNode *hostdev, const char *name, GError **error)
{
  static const char *const states[] = { "off", "on", NULL };

  return !domain_xml_has_attribute (hostdev, name)
         || check_one_of (hostdev, name, states, "it is 'on' or 'off'", error);
}

static gboolean
check_master (const xmlNode *hostdev, GError **error)
{
  static const DomainXmlNumber start_port = { "startport", 10, 0, G_MAXUINT };
  const xmlNode *master = ccw_xml_child (hostdev, "master");
  guint ignored;

  return master == NULL || domain_xml_number (master, &start_port, &ignored, NULL, error);
}

gboolean
hostdev_check_options (const xmlNode *hostdev, GError **error)
{
  return check_foreign (hostdev, error) && check_switch (hostdev, "display", error)
         && check_switch (hostdev, "ramfb", error) && check_master (hostdev, error);
}
