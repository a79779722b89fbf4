/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What must hold for every translation. Used by the unit tests, the vectors,
 * the random programs and the fuzz target alike.
 */
#pragma once

#include "channel-model.h"
#include "machine.h"

#define ORB_SIZE CCW_XLAT_ORB_SIZE

/* ORB word 1, as in the Principles of Operation. */
#define ORB_S 0x08000000u
#define ORB_C 0x04000000u
#define ORB_M 0x02000000u
#define ORB_Y 0x01000000u
#define ORB_F 0x00800000u
#define ORB_P 0x00400000u
#define ORB_I 0x00200000u
#define ORB_A 0x00100000u
#define ORB_U 0x00080000u
#define ORB_B 0x00040000u
#define ORB_H 0x00020000u
#define ORB_T 0x00010000u
#define ORB_L 0x00000080u
#define ORB_D 0x00000040u
#define ORB_X 0x00000001u

/* The guest's program and its translation, run side by side. */
typedef struct
{
  Machine *machine;
  const struct ccw_xlat *x;
  guint8 orb[ORB_SIZE];
  ChannelDevice device;
  ChannelMemory guest_memory;
  ChannelMemory host_memory;
  gboolean stopped_early; /* the host's run, at what was cut: comparison_may_stop() */
  ChannelRun guest;
  ChannelRun host;
} Comparison;

void check_make_orb (guint8 *orb, guint32 flags, guint32 cpa);
int check_translate (Machine *machine, struct ccw_xlat *x, const guint8 *orb);
char *check_pages (Machine *machine, const struct ccw_xlat *x);
char *check_invariant (Machine *machine, const struct ccw_xlat *x);
char *check_only_suspends (Machine *machine, const guint8 *before, gboolean may_change);
ChannelMemory check_guest_memory (Machine *machine);

char *comparison_start (Comparison *comparison, Machine *machine, const struct ccw_xlat *x,
                        const guint8 *orb, const ChannelDevice *device);
char *comparison_resume (Comparison *comparison);
gboolean comparison_may_stop (Comparison *comparison);
