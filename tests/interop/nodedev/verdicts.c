/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * verdicts URI FILE...
 *
 * What a daemon says to defining each file's device XML, by stock libvirt's client library: a
 * line of name, number of the error (virErrorNumber; 0: it was accepted), and the number when
 * it is to be validated, separated by tabs. What was defined is undefined again.
 */
#include <glib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <string.h>

static void
ignore (void *user_data, virErrorPtr error)
{
}

/* Stock libvirtd asks mdevctl for news by itself, and meanwhile may not know what it has just made. */
static void
undefine (virNodeDevicePtr device)
{
  for (int tries = 0; virNodeDeviceUndefine (device, 0) < 0; tries++)
    {
      if (tries == 100)
        g_error ("could not undefine again: %s", virGetLastErrorMessage ());
      g_usleep (100000);
    }
}

static int
try_define (virConnectPtr connection, const char *xml, unsigned int flags)
{
  virNodeDevicePtr device = virNodeDeviceDefineXML (connection, xml, flags);

  if (device == NULL)
    return virGetLastErrorCode ();
  undefine (device);
  virNodeDeviceFree (device);
  return 0;
}

static void
judge (virConnectPtr connection, const char *path)
{
  g_autofree char *file = g_path_get_basename (path);
  g_autofree char *name = g_strndup (file, strcspn (file, "."));
  g_autofree char *xml = NULL;
  int plain;

  if (!g_file_get_contents (path, &xml, NULL, NULL))
    g_error ("could not read %s", path);
  plain = try_define (connection, xml, 0);
  g_print ("%s\t%d\t%d\n", name, plain,
           try_define (connection, xml, VIR_NODE_DEVICE_DEFINE_XML_VALIDATE));
}

int
main (int argc, char **argv)
{
  virConnectPtr connection;

  if (argc < 3)
    return 2;
  virSetErrorFunc (NULL, ignore);
  connection = virConnectOpen (argv[1]);
  if (connection == NULL)
    return 1;
  for (int i = 2; i < argc; i++)
    judge (connection, argv[i]);
  virConnectClose (connection);
  return 0;
}
