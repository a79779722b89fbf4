/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/libvirt-client.h"

#include <stdarg.h>

#include <libvirt/virterror.h>

#include "ccw/error.h"
#include "cli/polkit-agent.h"

/* The others are CCW_ERROR_SYSTEM. */
static const struct
{
  int code;
  CcwError ccw;
} translations[] = {
  { VIR_ERR_NO_NODE_DEVICE, CCW_ERROR_NOT_FOUND },
  { VIR_ERR_NO_DOMAIN, CCW_ERROR_NOT_FOUND },
  { VIR_ERR_RESOURCE_BUSY, CCW_ERROR_IN_USE },
  { VIR_ERR_OPERATION_INVALID, CCW_ERROR_STATE },
  { VIR_ERR_CONFIG_UNSUPPORTED, CCW_ERROR_UNSUPPORTED },
  { VIR_ERR_NO_SUPPORT, CCW_ERROR_UNSUPPORTED },
};

static CcwError
translate (int code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (translations); i++)
    if (translations[i].code == code)
      return translations[i].ccw;
  return CCW_ERROR_SYSTEM;
}

gboolean
libvirt_client_fail (GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *what = NULL;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, CCW_ERROR, (int) translate (virGetLastErrorCode ()), "could not %s: %s", what,
               virGetLastErrorMessage ());
  return FALSE;
}

/* What goes wrong is told in our words; libvirt would print it by itself. */
static void
be_silent (void *user_data, virErrorPtr problem)
{
}

const char *
libvirt_client_default_uri (void)
{
  const char *uri = g_getenv ("LIBVIRT_DEFAULT_URI");

  return uri != NULL && *uri != '\0' ? uri : LIBVIRT_CLIENT_DEFAULT_URI;
}

static virConnect *
connect_to (const char *uri, gboolean read_only)
{
  return read_only ? virConnectOpenReadOnly (uri)
                   : virConnectOpenAuth (uri, virConnectAuthPtrDefault, 0);
}

/* There was nobody whom polkit could have asked for a password; as virsh does. */
static virConnect *
connect_with_agent (const char *uri, gboolean read_only)
{
  g_autoptr (PolkitAgent) agent = polkit_agent_start ();

  return agent != NULL ? connect_to (uri, read_only) : NULL;
}

virConnect *
libvirt_client_open (const char *uri, gboolean read_only, GError **error)
{
  const char *where = uri != NULL ? uri : libvirt_client_default_uri ();
  virConnect *connection;

  virSetErrorFunc (NULL, be_silent);
  connection = connect_to (where, read_only);
  if (connection == NULL && virGetLastErrorCode () == VIR_ERR_AUTH_UNAVAILABLE)
    connection = connect_with_agent (where, read_only);
  if (connection == NULL)
    libvirt_client_fail (error, "connect to libvirt at %s", where);
  return connection;
}

static gboolean
is_name_of_this_host (const char *name)
{
  return *name == '\0' || g_str_equal (name, "localhost") || g_str_equal (name, "127.0.0.1")
         || g_str_equal (name, "::1") || g_ascii_strcasecmp (name, g_get_host_name ()) == 0;
}

gboolean
libvirt_client_uri_is_afar (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_NON_DNS, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  return host != NULL && (!is_name_of_this_host (host) || g_uri_get_port (uri) > 0);
}

gboolean
libvirt_client_is_afar (virConnect *connection)
{
  char *uri = virConnectGetURI (connection);
  gboolean is_afar = uri != NULL && libvirt_client_uri_is_afar (uri);

  free (uri);
  return is_afar;
}
