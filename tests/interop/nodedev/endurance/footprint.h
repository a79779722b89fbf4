/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "daemon-process.h"

/* What a process holds of the machine it runs on. */
typedef struct
{
  gsize heap;    /* bytes that its allocator has given out */
  gsize private; /* KiB of memory that no other process shares (Private_Dirty) */
  guint descriptors;
  guint threads;
  guint watches; /* of inotify */
} Footprint;

/*
 * Measures a daemon that was started, with heap-probe.c's library preloaded, after
 * this was made: what it needs is put into the environment.
 */
typedef struct _FootprintProbe FootprintProbe;

/* @folder: for a file of its own. */
FootprintProbe *footprint_probe_new (const char *folder);
void footprint_probe_free (FootprintProbe *probe);

/*
 * FALSE: it does not answer. It must be at rest: what is under way counts.
 */
gboolean footprint_measure (FootprintProbe *probe, GPid pid, Footprint *footprint);
