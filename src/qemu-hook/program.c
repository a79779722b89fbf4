/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu-hook/program.h"

#include <errno.h>
#include <unistd.h>

#include "ccw/error.h"

GString *
program_read_input (GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[16 * 1024];
  ssize_t n;

  while ((n = read (STDIN_FILENO, buffer, sizeof (buffer))) != 0)
    if (n > 0)
      g_string_append_len (text, buffer, n);
    else if (errno != EINTR)
      {
        g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not read standard input: %s",
                     g_strerror (errno));
        return NULL;
      }
  return g_steal_pointer (&text);
}

/* Without a journal, what is not worth a warning is not worth anybody's time either. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED
      || level > G_LOG_LEVEL_WARNING)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_standard_streams (level, fields, n_fields, NULL);
}

void
program_log_to_journal (void)
{
  g_log_set_writer_func (write_log, NULL, NULL);
}
