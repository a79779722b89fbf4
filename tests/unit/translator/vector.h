/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Channel programs in files, NAME.ccw, each with what must come of it. One statement
 * a line; # begins a comment; numbers as in C.
 *
 *   memory BYTES               guest memory from 0 on (0x40000)
 *   arena BYTES                (65536)
 *   page ADDRESS               one more page, anywhere
 *   hole ADDRESS               a page that is not there
 *   unpinnable ADDRESS         a page that can be read, but not pinned
 *   orb BITS... ADDRESS        letters of PoP: F P H T S I A U L Y ..., - for none
 *   at ADDRESS                 what follows is stored from here on
 *   ccw CODE FLAGS COUNT ADDRESS   in the ORB's format; FLAGS of cd cc sli skp pci
 *                              ida s mida, joined by +, or -
 *   tic ADDRESS
 *   idaw ADDRESS...            in the ORB's format
 *   zeros N                    CCWs of zeros
 *   repeat N                   repeats the line before N times more
 *   device BYTES|all [sm] [uc] what the device does with the next command
 *   resume                     the guest turns off the flag it is suspended at
 *   shared-lists               an IDAL is read again: CCWs share it, or it is next to the program
 *   expect error REASON-TEXT   the translation fails
 *   expect where ADDRESS       at this guest CCW
 *   expect cut REASON-TEXT     a speculative CCW was cut
 *   expect outcome NAME        how the run ends
 *   expect commands CODE...    what it executes
 *   expect moved BYTES         to or from memory in all
 *   expect data ADDRESS+BYTES...  in this order; ADDRESS-BYTES for backward
 *   expect interruptions N     how often a PCI flag was met
 *   expect residual BYTES      the count left of the last CCW used
 *   expect stops ADDRESS       guest address of the last CCW used
 *   expect pages ADDRESS...    what is pinned, in order
 *   expect block BYTES         of a host IDAW
 */
#pragma once

#include "channel-model.h"
#include "machine.h"

typedef struct
{
  const char *name;
  guint line_number;
  Machine *machine; /* whose memory the program is in */
  guint64 memory;
  guint32 arena;
  guint32 orb_flags;
  guint32 cpa;
  guint64 at;
  GArray *steps;
  guint resumes;
  gboolean shared_lists;
  char *last_line;
  GPtrArray *expectations; /* of char **, words behind "expect" */
} Vector;

void vector_read (Vector *vector, const char *path);
void vector_clear (Vector *vector);
void vector_orb (const Vector *vector, guint8 *orb);
void vector_broken (const Vector *vector, const char *format, ...) G_GNUC_PRINTF (2, 3) G_NORETURN;
