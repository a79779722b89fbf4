/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/progress.h"

#include <unistd.h>

#include "cli/terminal.h"

/* Before that nobody wonders. */
#define SILENCE_S 1

/* ECMA-48: erases to the end of the line. */
#define ERASE "\033[K"

/* DEC's autowrap mode: what is too long for the line must not begin another at each tick. */
#define WRAP_OFF "\033[?7l"
#define WRAP_ON "\033[?7h"

struct _Progress
{
  GThread *thread;
  GMutex lock; /* of what follows */
  GCond ended;
  gboolean is_over;
  char *what;
};

/* Ticks each second, for whoever waits blocks in a call of libvirt's. */
static gpointer
tell (gpointer data)
{
  Progress *progress = data;
  guint waited = 0;

  g_mutex_lock (&progress->lock);
  while (!progress->is_over)
    {
      gint64 next = g_get_monotonic_time () + G_TIME_SPAN_SECOND;

      while (!progress->is_over && g_cond_wait_until (&progress->ended, &progress->lock, next))
        ;
      if (!progress->is_over && ++waited >= SILENCE_S)
        g_printerr ("\r" WRAP_OFF "waiting (%u s): %s" ERASE WRAP_ON, waited, progress->what);
    }
  if (waited >= SILENCE_S)
    g_printerr ("\r" ERASE);
  g_mutex_unlock (&progress->lock);
  return NULL;
}

Progress *
progress_begin (const char *what)
{
  Progress *progress;

  if (!terminal_can_draw (STDERR_FILENO))
    return NULL;
  progress = g_new0 (Progress, 1);
  g_mutex_init (&progress->lock);
  g_cond_init (&progress->ended);
  progress->what = g_strdup (what);
  progress->thread = g_thread_new ("progress", tell, progress);
  return progress;
}

void
progress_end (Progress *progress)
{
  if (progress == NULL)
    return;
  g_mutex_lock (&progress->lock);
  progress->is_over = TRUE;
  g_cond_signal (&progress->ended);
  g_mutex_unlock (&progress->lock);
  g_thread_join (progress->thread);
  g_mutex_clear (&progress->lock);
  g_cond_clear (&progress->ended);
  g_free (progress->what);
  g_free (progress);
}
