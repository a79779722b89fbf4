/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * inactive-xml URI NAME
 *
 * What virsh asks for only since libvirt 10.1 (nodedev-dumpxml --inactive):
 * the XML of a device as it is persisted. Older client libraries pass the
 * flag on as well.
 */
#include <glib.h>
#include <libvirt/libvirt.h>
#include <stdlib.h>

#define XML_INACTIVE (1u << 0)

static int
print_xml (virConnectPtr connection, const char *name)
{
  virNodeDevicePtr device = virNodeDeviceLookupByName (connection, name);
  char *xml = device == NULL ? NULL : virNodeDeviceGetXMLDesc (device, XML_INACTIVE);
  int status = xml == NULL ? EXIT_FAILURE : EXIT_SUCCESS;

  if (xml != NULL)
    g_print ("%s", xml);
  free (xml);
  if (device != NULL)
    virNodeDeviceFree (device);
  return status;
}

int
main (int argc, char **argv)
{
  virConnectPtr connection = argc == 3 ? virConnectOpenReadOnly (argv[1]) : NULL;
  int status;

  if (connection == NULL)
    return EXIT_FAILURE;
  status = print_xml (connection, argv[2]);
  virConnectClose (connection);
  return status;
}
