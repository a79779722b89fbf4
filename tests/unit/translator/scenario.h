/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A guest, its channel program and its driver, made from a string of bytes, and
 * what must hold of them: a fuzzer's input and a random one are alike.
 *
 * The bytes are a small language, most sentences of which are nearly right
 * programs, which is where the mistakes are; scenario.c tells it. Bytes that end
 * too early read as zeros.
 *
 * A scenario chooses: the ORB, guest memory and its size, holes, pages that
 * cannot be pinned, the arena, the sink, what the device does, how memory
 * changes behind each read, which suspend flags change before a resume, when
 * pinning fails, and the order in which the driver calls the translator.
 *
 * Each is held against the invariant and, wherever it is translated, against
 * the channel model; what is refused must be refused for a reason.
 */
#pragma once

#include "check.h"

typedef struct
{
  gboolean translated;
  gboolean cut;
  gboolean stopped;  /* the host's run stopped at what was cut */
  gboolean compared; /* ran side by side */
  gboolean resumed;
  gboolean meddled;
  int ret; /* of the step that failed, or 0 */
} ScenarioResult;

ScenarioResult scenario_run (const guint8 *bytes, gsize len);
void scenario_show (const guint8 *bytes, gsize len);

/* First byte: bits of the ORB, and what else may be. */
#define SCENARIO_F 0x01
#define SCENARIO_H 0x02
#define SCENARIO_T 0x04
#define SCENARIO_P 0x08
#define SCENARIO_L 0x10
#define SCENARIO_S 0x20
#define SCENARIO_MEDDLE 0x40  /* each read changes memory */
#define SCENARIO_RAW_ORB 0x80 /* four bytes follow the header, to be turned over in the ORB */

/* Fourth byte: the driver's script. */
#define SCRIPT_ASK 0x01         /* questions after every step */
#define SCRIPT_UNPIN_EARLY 0x02 /* the guest takes its pages back before build */
#define SCRIPT_PIN_TWICE 0x04
#define SCRIPT_NO_PIN 0x08
#define SCRIPT_UNPIN_BUILT 0x10 /* ...and behind it */
#define SCRIPT_RESUME 0x20
#define SCRIPT_RESUME_MEDDLED 0x40
#define SCRIPT_AGAIN 0x80 /* the same program once more, with the same struct */

/* Statements: low four bits; the others are an argument. */
enum
{
  OP_AT,         /* address: what follows goes there */
  OP_CCW,        /* code by argument, flags, count, address */
  OP_RAW,        /* eight bytes */
  OP_TIC,        /* argument odd: by CCWs from here; else address */
  OP_IDAWS,      /* argument: how many more, up or (8) down; address of the first */
  OP_REPEAT,     /* the doubleword before: count */
  OP_HOLE,       /* address */
  OP_UNPINNABLE, /* address */
  OP_STEP,       /* argument 1: status modifier, 2: unit check, 4: all; else 16 bits */
  OP_GAP,        /* argument: doublewords */
  OP_PAGE,       /* address of one beyond the end of memory */
  OP_MEDDLE,     /* address, eight bytes */
  OP_FLIP,       /* argument: which CCW's suspend flag changes before the resume */
  OP_PIN_FAILS,  /* argument: call; byte: error */
  OP_CODE,       /* CCW with any code: code, flags, count, address */
  OP_SEGMENTS,   /* argument + 1: runs of NOP and TIC, a page of guest memory apart */
};

/* Addresses: a base, and what is added to it. */
enum
{
  ADDRESS_PLAIN = 0x00,    /* nothing */
  ADDRESS_SLOT = 0x10,     /* one byte, times 8 */
  ADDRESS_OFFSET = 0x20,   /* two bytes */
  ADDRESS_BLOCK = 0x30,    /* one byte, times 2048 */
  ADDRESS_BACKWARD = 0x40, /* less one */
  ADDRESS_EXPLICIT = 0x0f, /* base: eight bytes */
};
