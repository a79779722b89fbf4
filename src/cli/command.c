/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/command.h"

gboolean
cli_parse_options (const CliCommand *command, const GOptionEntry *const *entry_lists,
                   const char *description, int argc, char **argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree char *program = g_strconcat ("virt-ccw ", command->name, NULL);
  g_autoptr (GError) problem = NULL;

  g_set_prgname (program);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_description (context, description);
  for (; *entry_lists != NULL; entry_lists++)
    g_option_context_add_main_entries (context, *entry_lists, NULL);

  if (!g_option_context_parse (context, &argc, &argv, &problem))
    {
      g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID, problem->message);
      return FALSE;
    }
  if (argc > 1)
    {
      g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "unexpected argument '%s'", argv[1]);
      return FALSE;
    }
  return TRUE;
}
