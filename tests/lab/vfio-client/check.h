/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of single properties of driver and device. A case is a function that
 * returns if the property holds and calls die () if not; the device must then
 * be as after open.
 */
#pragma once

#include "subchannel.h"

typedef struct
{
  const char *name;
  const char *property;
  void (*run) (Client *client);
} Case;

/* what cases may use of the guest's memory, a mebibyte for each */
#define CASE_PROGRAM MEMORY_START
#define CASE_LISTS (MEMORY_START + 0x100000)
#define CASE_DATA (MEMORY_START + 0x200000)

/* of a program that is to be suspended, without an interrupt for that */
#define ORB_SUSPENDING (ORB_USUAL | ORB_SUSPEND | ORB_NO_SUSPEND_INTERRUPT)

/* most that a device tells about itself */
#define ID_MAX 256

/* fails unless the condition holds */
#define expect(condition)                                                                          \
  do                                                                                               \
    {                                                                                              \
      if (!(condition))                                                                            \
        die ("%s:%d: not so: %s", __FILE__, __LINE__, #condition);                                 \
    }                                                                                              \
  while (0)

extern const Case data_cases[];
extern const Case refusal_cases[];
extern const Case signal_cases[];
extern const Case interface_cases[];
extern const Case thread_cases[];
extern const Case history_cases[];

Program start_suspended (Client *client);
Status next_status (Client *client);
void check_list (void);
