/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/domains.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "ccw/error.h"
#include "qemu-hook/hostdev-xml.h"
#include "qemu-hook/hostdev.h"

typedef virConnect Connection;

static void
connection_close (Connection *connection)
{
  virConnectClose (connection);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Connection, connection_close)

/* What goes wrong is told in our words; libvirt would print it by itself. */
static void
be_silent (void *user_data, virErrorPtr problem)
{
}

static void
set_error (GError **error, const char *what)
{
  const char *reason = virGetLastErrorMessage ();

  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not %s: %s", what, reason);
}

static void
note_domain (GHashTable *domains, const char *uuid, const char *name)
{
  const char *others = g_hash_table_lookup (domains, uuid);

  g_hash_table_replace (domains, g_strdup (uuid),
                        others == NULL ? g_strdup (name)
                                       : g_strjoin (",", others, name, NULL));
}

static void
read_domain (GHashTable *domains, virDomain *domain)
{
  char *xml = virDomainGetXMLDesc (domain, 0);
  g_autoptr (GPtrArray) hostdevs = NULL;

  /* A domain may end while we read; one without vfio-ccw devices is an error here as well. */
  if (xml != NULL)
    hostdevs = hostdevs_from_xml (xml, -1, virDomainGetName (domain), NULL);
  for (guint i = 0; hostdevs != NULL && i < hostdevs->len; i++)
    note_domain (domains, hostdev_get_uuid (g_ptr_array_index (hostdevs, i)),
                 virDomainGetName (domain));
  free (xml);
}

static gboolean
read_domains (GHashTable *domains, Connection *connection)
{
  virDomainPtr *list = NULL;
  int n = virConnectListAllDomains (connection, &list, 0);

  for (int i = 0; i < n; i++)
    {
      read_domain (domains, list[i]);
      virDomainFree (list[i]);
    }
  free (list);
  return n >= 0;
}

GHashTable *
domains_read (const char *uri, GError **error)
{
  g_autoptr (GHashTable) domains = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (Connection) connection = NULL;

  virSetErrorFunc (NULL, be_silent);
  connection = virConnectOpenReadOnly (uri);
  if (connection == NULL || !read_domains (domains, connection))
    {
      set_error (error, connection == NULL ? "connect to libvirt" : "list libvirt's domains");
      return NULL;
    }
  return g_steal_pointer (&domains);
}
