/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/command.h"
#include "cli/hostdev-options.h"
#include "qemu-hook/hostdev.h"

static CcwExit
run (int argc, char **argv, GError **error)
{
  const GOptionEntry *lists[] = { hostdev_options_entries (), NULL };
  g_autoptr (GPtrArray) hostdevs = NULL;

  if (!cli_parse_options (&cli_command_hostdev_xml, lists, hostdev_options_description (), argc,
                          argv, error))
    return CCW_EXIT_USAGE;

  hostdevs = hostdev_options_get (error);
  if (hostdevs == NULL)
    return ccw_exit_from_error (*error);

  for (guint i = 0; i < hostdevs->len; i++)
    {
      g_autofree char *xml = hostdev_to_xml (hostdevs->pdata[i]);

      g_print ("%s", xml);
    }
  return CCW_EXIT_DONE;
}

const CliCommand cli_command_hostdev_xml = {
  .name = "hostdev-xml",
  .summary = "Print the libvirt <hostdev> element that gives an mdev to a guest",
  .is_report = TRUE,
  .run = run,
};
