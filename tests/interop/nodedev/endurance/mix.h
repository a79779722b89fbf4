/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * What clients do on a day: looks and lists, changes, mistakes of every kind,
 * subscriptions, comings and goings in order and without, while devices are
 * plugged and unplugged. The same seed does the same.
 */
typedef struct _Mix Mix;

typedef struct
{
  guint calls;   /* sent */
  guint answers; /* that came; a client that hangs up gets none */
  guint errors;  /* among the answers */
  guint clients; /* that connected */
  guint made;    /* mdevs created or defined */
  guint events;  /* heard */
  guint plugs;   /* devices plugged or unplugged */
} MixCounts;

Mix *mix_new (const char *socket, guint seed);
void mix_free (Mix *mix);

/* FALSE: the daemon did not do as it should; told on standard error. */
gboolean mix_run (Mix *mix, guint calls);

/* Everyone leaves, mdevs and plugged devices are taken away. On return nothing is under way. */
gboolean mix_rest (Mix *mix);

const MixCounts *mix_get_counts (const Mix *mix);
