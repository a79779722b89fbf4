/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/host-view.h"

#include <string.h>

#include "ccw/error.h"
#include "cli/domains.h"
#include "cli/inventory-afar.h"
#include "cli/progress.h"

/* A daemon of node devices alone has no domains, and says so. */
static gboolean
read_domains (HostView *view, virConnect *connection, GError **error)
{
  g_autoptr (GError) problem = NULL;

  view->domains = domains_by_mdev (connection, &problem);
  if (view->domains != NULL || g_error_matches (problem, CCW_ERROR, CCW_ERROR_UNSUPPORTED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* From afar libvirt tells some things only to those who may also change them: if we may, we ask so. */
static virConnect *
connect_to (const char *uri, GError **error)
{
  virConnect *connection
      = libvirt_client_uri_is_afar (uri) ? libvirt_client_open (uri, FALSE, NULL) : NULL;

  return connection != NULL ? connection : libvirt_client_open (uri, TRUE, error);
}

/* One call after the other for each device takes its time. */
static GPtrArray *
read_afar (virConnect *connection, GError **error)
{
  g_autoptr (Progress) progress = progress_begin ("read the devices of another host");

  return inventory_read_afar (connection, error);
}

static gboolean
read_from_libvirt (HostView *view, const char *uri, gboolean with_domains, GError **error)
{
  g_autoptr (virConnect) connection = connect_to (uri, error);

  if (connection == NULL || (with_domains && !read_domains (view, connection, error)))
    return FALSE;
  view->is_afar = libvirt_client_is_afar (connection);
  if (view->is_afar)
    view->entries = read_afar (connection, error);
  return !view->is_afar || view->entries != NULL;
}

gboolean
host_view_read (HostView *view, const CcwPaths *paths, const char *uri, gboolean with_domains,
                GError **error)
{
  const char *where = uri != NULL ? uri : libvirt_client_default_uri ();
  /* The usual one may be missing, and then there are no domains. */
  gboolean must_answer = uri != NULL || strcmp (where, LIBVIRT_CLIENT_DEFAULT_URI) != 0;
  g_autoptr (GError) problem = NULL;

  if ((must_answer || with_domains) && !read_from_libvirt (view, where, with_domains, &problem)
      && (must_answer || view->is_afar))
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if (!view->is_afar)
    view->entries = inventory_read (paths, error);
  return view->entries != NULL;
}

void
host_view_clear (HostView *view)
{
  g_clear_pointer (&view->entries, g_ptr_array_unref);
  g_clear_pointer (&view->domains, g_hash_table_unref);
}

void
host_view_explain (const HostView *view, const char *what)
{
  if (view->is_afar)
    g_printerr ("%s: %s cannot be known from afar\n", g_get_prgname (), what);
}
