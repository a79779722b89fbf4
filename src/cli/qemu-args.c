/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/qemu-args.h"
#include "cli/command.h"
#include "cli/hostdev-options.h"

static char *format_text;

static const GOptionEntry entries[] = {
  { "format", 'f', 0, G_OPTION_ARG_STRING, &format_text,
    "'classic' (the default) or 'json', as libvirt writes it", "FORMAT" },
  G_OPTION_ENTRY_NULL,
};

static const char description[]
    = "One argument a line, to be handed to QEMU as they are:\n"
      "  mapfile -t args < <(virt-ccw qemu-args --devno 0.0.2b09 --guest-devno fe.0.1234)\n"
      "  qemu-system-s390x … \"${args[@]}\"\n";

static CcwExit
run (int argc, char **argv, GError **error)
{
  const GOptionEntry *lists[] = { hostdev_options_entries (), entries, NULL };
  g_autofree char *help = g_strconcat (hostdev_options_description (), "\n\n", description, NULL);
  g_autoptr (GPtrArray) hostdevs = NULL;
  QemuArgsFormat format = QEMU_ARGS_CLASSIC;

  if (!cli_parse_options (&cli_command_qemu_args, lists, help, argc, argv, error)
      || (format_text != NULL && !qemu_args_parse_format (format_text, &format, error)))
    return CCW_EXIT_USAGE;

  hostdevs = hostdev_options_get (error);
  if (hostdevs == NULL)
    return ccw_exit_from_error (*error);

  for (guint i = 0; i < hostdevs->len; i++)
    {
      g_autofree char *device = qemu_args_device (hostdevs->pdata[i], format);

      g_print ("-device\n%s\n", device);
    }
  return CCW_EXIT_DONE;
}

const CliCommand cli_command_qemu_args = {
  .name = "qemu-args",
  .summary = "Print the QEMU arguments that give an mdev to a guest",
  .is_report = TRUE,
  .run = run,
};
