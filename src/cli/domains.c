/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/domains.h"

#include <string.h>

#include "ccw/error.h"
#include "qemu-hook/hostdev-xml.h"

/* A domain may end while we look; one without vfio-ccw devices has none either. */
static GPtrArray *
read_hostdevs (virDomain *domain, guint flags)
{
  char *xml = virDomainGetXMLDesc (domain, flags);
  GPtrArray *hostdevs = NULL;
  g_autoptr (GError) problem = NULL;

  if (xml != NULL && strstr (xml, HOSTDEV_MODEL) != NULL)
    hostdevs = hostdevs_from_xml (xml, -1, virDomainGetName (domain), &problem);
  free (xml);
  if (problem != NULL && !ccw_error_is_not_found (problem))
    g_printerr ("%s: which devices domain %s has is not known: %s\n", g_get_prgname (),
                virDomainGetName (domain), problem->message);
  return hostdevs != NULL ? hostdevs : g_ptr_array_new ();
}

/* Out of the array: it is the caller's. */
static Hostdev *
take_hostdev (GPtrArray *hostdevs, const char *uuid)
{
  for (guint i = 0; i < hostdevs->len; i++)
    if (strcmp (hostdev_get_uuid (g_ptr_array_index (hostdevs, i)), uuid) == 0)
      return g_ptr_array_steal_index (hostdevs, i);
  return NULL;
}

guint
domains_get_use (virDomain *domain, const char *uuid, Hostdev **hostdev)
{
  g_autoptr (GPtrArray) running
      = virDomainIsActive (domain) == 1 ? read_hostdevs (domain, 0) : g_ptr_array_new ();
  g_autoptr (GPtrArray) defined = virDomainIsPersistent (domain) == 1
                                      ? read_hostdevs (domain, VIR_DOMAIN_XML_INACTIVE)
                                      : g_ptr_array_new ();
  g_autoptr (Hostdev) now = take_hostdev (running, uuid);
  g_autoptr (Hostdev) later = take_hostdev (defined, uuid);
  guint use = (now != NULL ? DOMAINS_RUNNING : 0) | (later != NULL ? DOMAINS_DEFINED : 0);

  if (hostdev != NULL)
    *hostdev = now != NULL ? g_steal_pointer (&now) : g_steal_pointer (&later);
  return use;
}

static void
free_domain (gpointer domain)
{
  virDomainFree (domain);
}

GPtrArray *
domains_list (virConnect *connection, GError **error)
{
  GPtrArray *domains;
  virDomainPtr *list = NULL;
  int n = virConnectListAllDomains (connection, &list, 0);

  if (n < 0)
    {
      libvirt_client_fail (error, "list libvirt's domains");
      return NULL;
    }
  domains = g_ptr_array_new_with_free_func (free_domain);
  for (int i = 0; i < n; i++)
    g_ptr_array_add (domains, list[i]);
  free (list);
  return domains;
}

/* --- all at once --------------------------------------------------------- */

/* Is @name in the list already? A domain may have the mdev both running and defined. */
static gboolean
is_last_of (const char *names, const char *name)
{
  const char *separator = strrchr (names, *DOMAINS_SEPARATOR);

  return strcmp (separator != NULL ? separator + 1 : names, name) == 0;
}

static void
note_domain (GHashTable *table, const char *uuid, const char *name)
{
  const char *others = g_hash_table_lookup (table, uuid);

  if (others == NULL)
    g_hash_table_insert (table, g_strdup (uuid), g_strdup (name));
  else if (!is_last_of (others, name))
    g_hash_table_replace (table, g_strdup (uuid),
                          g_strjoin (DOMAINS_SEPARATOR, others, name, NULL));
}

static void
note_hostdevs (GHashTable *table, virDomain *domain, guint flags)
{
  g_autoptr (GPtrArray) hostdevs = read_hostdevs (domain, flags);

  for (guint i = 0; i < hostdevs->len; i++)
    note_domain (table, hostdev_get_uuid (g_ptr_array_index (hostdevs, i)),
                 virDomainGetName (domain));
}

GHashTable *
domains_by_mdev (virConnect *connection, GError **error)
{
  g_autoptr (GPtrArray) domains = domains_list (connection, error);
  GHashTable *table;

  if (domains == NULL)
    return NULL;
  table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < domains->len; i++)
    {
      virDomain *domain = g_ptr_array_index (domains, i);

      note_hostdevs (table, domain, 0);
      if (virDomainIsActive (domain) == 1 && virDomainIsPersistent (domain) == 1)
        note_hostdevs (table, domain, VIR_DOMAIN_XML_INACTIVE);
    }
  return table;
}
