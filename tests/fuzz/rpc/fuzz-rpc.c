/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target: the input is a dialogue (dialogue.h) with a session of the
 * daemon, in this process. With clang this is a libFuzzer program, with
 * afl-clang-fast one of AFL++; otherwise it is linked with ../replay.c.
 */
#include "../replay.h"
#include "dialogue.h"

/* The log is not what is looked at; what our own checks find ends the run. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer user_data)
{
  if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) == 0)
    return G_LOG_WRITER_HANDLED;
  g_log_writer_standard_streams (level, fields, n, user_data);
  g_assert_not_reached ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static gsize is_prepared;

  if (g_once_init_enter (&is_prepared))
    {
      g_log_set_writer_func (write_log, NULL, NULL);
      g_once_init_leave (&is_prepared, 1);
    }
  dialogue_run (data, size);
  return 0;
}
