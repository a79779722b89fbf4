/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/interrupt.h"

#include <signal.h>
#include <string.h>

#include "ccw/error.h"

static volatile sig_atomic_t caught;

static void
note_signal (int number)
{
  caught = number;
}

/* What was to be ignored, as nohup(1) wants it, stays so. */
static void
catch_signal (int number)
{
  /* What libvirt's client waits for goes on. */
  const struct sigaction action = { .sa_handler = note_signal, .sa_flags = SA_RESTART };
  struct sigaction former;

  if (sigaction (number, NULL, &former) == 0 && former.sa_handler != SIG_IGN)
    sigaction (number, &action, NULL);
}

void
interrupt_catch (void)
{
  catch_signal (SIGINT);
  catch_signal (SIGTERM);
  catch_signal (SIGHUP);
  /* "| head" must not end it in the middle. */
  signal (SIGPIPE, SIG_IGN);
}

gboolean
interrupt_check (GError **error)
{
  if (caught == 0)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "interrupted by SIG%s", sigabbrev_np (caught));
  return FALSE;
}
