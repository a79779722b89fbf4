/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * api-error URI create|define FILE
 *
 * What virsh does not print: the number of the error that stock libvirt's
 * client library reports. Prints "CODE DOMAIN", or "0 0" when it succeeded.
 */
#include <glib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

static void
ignore (void *user_data, virErrorPtr error)
{
}

static virNodeDevicePtr
make (virConnectPtr connection, const char *how, const char *xml)
{
  if (strcmp (how, "create") == 0)
    return virNodeDeviceCreateXML (connection, xml, 0);
  return virNodeDeviceDefineXML (connection, xml, 0);
}

static void
report (virNodeDevicePtr device)
{
  const virError *error = virGetLastError ();

  if (device != NULL)
    g_print ("0 0\n");
  else
    g_print ("%d %d\n", error->code, error->domain);
}

int
main (int argc, char **argv)
{
  g_autofree char *xml = NULL;
  virConnectPtr connection;
  virNodeDevicePtr device;

  if (argc != 4 || !g_file_get_contents (argv[3], &xml, NULL, NULL))
    return 2;
  virSetErrorFunc (NULL, ignore);
  connection = virConnectOpen (argv[1]);
  if (connection == NULL)
    return 1;
  device = make (connection, argv[2], xml);
  report (device);
  if (device != NULL)
    virNodeDeviceFree (device);
  virConnectClose (connection);
  return 0;
}
