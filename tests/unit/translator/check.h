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

void check_make_orb (guint8 *orb, guint32 flags, guint32 cpa);
int check_translate (Machine *machine, struct ccw_xlat *x, const guint8 *orb);
char *check_invariant (Machine *machine, const struct ccw_xlat *x);
ChannelResult *check_run_guest (Machine *machine, const guint8 *orb, const ChannelStep *steps,
                                guint n_steps);
ChannelResult *check_run_host (Machine *machine, const struct ccw_xlat *x,
                               const ChannelStep *steps, guint n_steps);
char *check_same_run (Machine *machine, const struct ccw_xlat *x, const guint8 *orb,
                      const ChannelStep *steps, guint n_steps);
