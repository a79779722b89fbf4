/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Channel programs, and the instructions for a subchannel.
 *
 * Layouts and bits are those of the Principles of Operation, chapters 15 and
 * 16. Functions that issue an instruction return 0 or the errno with which the
 * driver refuses it.
 */
#pragma once

#include "client.h"

/* command codes that every device knows, and one that none knows */
#define CMD_NOP 0x03
#define CMD_SENSE_ID 0xe4
#define CMD_TIC 0x08
#define CMD_UNKNOWN 0xff

/* CCW flags */
#define CCW_DC 0x80
#define CCW_CC 0x40
#define CCW_SLI 0x20
#define CCW_SKIP 0x10
#define CCW_PCI 0x08
#define CCW_IDA 0x04
#define CCW_SUSPEND 0x02

/* word 1 of the ORB */
#define ORB_SUSPEND 0x08000000u
#define ORB_FORMAT1 0x00800000u
#define ORB_PREFETCH 0x00400000u
#define ORB_NO_SUSPEND_INTERRUPT 0x00080000u
#define ORB_TRANSPORT 0x00040000u
#define ORB_IDA64 0x00020000u
#define ORB_IDA2K 0x00010000u
#define ORB_ANY_PATH 0x0000ff00u
#define ORB_USUAL (ORB_FORMAT1 | ORB_PREFETCH | ORB_IDA64 | ORB_ANY_PATH)

/* function, activity and status control */
#define FCTL_START 0x4
#define FCTL_HALT 0x2
#define FCTL_CLEAR 0x1
#define ACTL_RESUME_PENDING 0x40
#define ACTL_START_PENDING 0x20
#define ACTL_SUSPENDED 0x01
#define STCTL_ALERT 0x10
#define STCTL_INTERMEDIATE 0x08
#define STCTL_PRIMARY 0x04
#define STCTL_SECONDARY 0x02
#define STCTL_PENDING 0x01

/* where the subchannel-information block has its SCSW */
#define SCHIB_SCSW 28

/* device status */
#define DSTAT_CHANNEL_END 0x08
#define DSTAT_DEVICE_END 0x04
#define DSTAT_UNIT_CHECK 0x02

/* what an SCSW says */
typedef struct
{
  unsigned cc; /* deferred condition code */
  unsigned fctl;
  unsigned actl;
  unsigned stctl;
  unsigned dstat;
  unsigned cstat;
  unsigned count;
  uint32_t cpa;
  uint8_t esw[20];
  uint8_t ecw[32];
} Status;

/* a channel program that is being written */
typedef struct
{
  Client *client;
  uint32_t orb_flags; /* word 1 of the ORB */
  uint32_t start;     /* guest address of its first CCW */
  uint32_t next;      /* and of the next to be written */
} Program;

Program program_begin (Client *client, uint32_t start, uint32_t orb_flags);
uint32_t program_add (Program *program, uint8_t command, uint8_t flags, uint16_t count,
                      uint32_t address);
void program_tic (Program *program, uint32_t target);

int start_subchannel (const Program *program);
int resume_subchannel (const Program *program);
int halt_subchannel (Client *client);
int clear_subchannel (Client *client);
void store_subchannel (Client *client, uint8_t schib[SCHIB_AREA_SIZE]);
Status test_subchannel (Client *client);
Status peek_status (Client *client);

bool wait_for_status (Client *client, Status *status);
Status run_program (const Program *program);
bool is_normal_end (const Status *status);
const char *status_text (const Status *status);

unsigned sense_id (Client *client, uint8_t *data, unsigned size);
