/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "processor.h"

/* Low core (chapter 3): where interruptions leave their codes and find PSWs. */
enum
{
  IPL_PSW = 0x0,
  IO_SUBSYSTEM_ID = 0xb8,
  IO_PARAMETER = 0xbc,
  EXTERNAL_NEW_PSW = 0x1b0,
  MACHINE_CHECK_NEW_PSW = 0x1e0,
  IO_NEW_PSW = 0x1f0,
};

#define PSW_64BIT 0x0000000180000000UL
#define PSW_SHORT 0x0008000000000000UL
#define PSW_WAIT 0x0002000000000000UL
#define PSW_ENABLE_EXTERNAL 0x0100000000000000UL
#define PSW_ENABLE_IO 0x0200000000000000UL
#define PSW_ENABLE_MACHINE_CHECK 0x0004000000000000UL

#define CR0_SERVICE_SIGNAL 0x200UL
#define CR6_ALL_IO_SUBCLASSES 0xff000000UL
#define CR14_CHANNEL_REPORT 0x10000000UL

struct psw
{
  uint64_t mask;
  uint64_t address;
};

/* What is enabled during a wait. */
struct enabled
{
  uint64_t psw_mask;
  uint64_t cr0;
  uint64_t cr6;
  uint64_t cr14;
};

/* In start.S. */
void start_again (void);

/* Where start_again goes on. */
void (*after_reset) (void);

void
fill (void *memory, uint8_t value, size_t size)
{
  volatile uint8_t *byte = memory;

  while (size-- > 0)
    *byte++ = value;
}

/*
 * Waits until the interruption whose new PSW lies at NEW_PSW; goes on after the
 * wait, with all interruptions masked again.
 */
static void
wait_for_interruption (const struct enabled *enabled, uint64_t new_psw)
{
  struct psw wait = { enabled->psw_mask | PSW_WAIT | PSW_64BIT, 0 };
  volatile struct psw *resume = (volatile struct psw *) new_psw;

  resume->mask = PSW_64BIT;
  asm volatile("lctlg	0,0,%[cr0]\n"
               "	lctlg	6,6,%[cr6]\n"
               "	lctlg	14,14,%[cr14]\n"
               "	larl	%%r1,0f\n"
               "	stg	%%r1,8(%[resume])\n"
               "	lpswe	0(%[wait])\n"
               "0:\n"
               :
               : [cr0] "Q"(enabled->cr0), [cr6] "Q"(enabled->cr6), [cr14] "Q"(enabled->cr14),
                 [resume] "a"(resume), [wait] "a"(&wait)
               : "r1", "memory", "cc");
}

void
wait_for_service_signal (void)
{
  const struct enabled enabled = { .psw_mask = PSW_ENABLE_EXTERNAL, .cr0 = CR0_SERVICE_SIGNAL };

  wait_for_interruption (&enabled, EXTERNAL_NEW_PSW);
}

struct io_interruption
wait_for_io (void)
{
  const struct enabled enabled = { .psw_mask = PSW_ENABLE_IO, .cr6 = CR6_ALL_IO_SUBCLASSES };

  wait_for_interruption (&enabled, IO_NEW_PSW);
  return (struct io_interruption){
    .subchannel = (uint16_t) * (volatile uint32_t *) IO_SUBSYSTEM_ID,
    .parameter = *(volatile uint32_t *) IO_PARAMETER,
  };
}

void
wait_for_channel_report (void)
{
  const struct enabled enabled
      = { .psw_mask = PSW_ENABLE_MACHINE_CHECK, .cr14 = CR14_CHANNEL_REPORT };

  wait_for_interruption (&enabled, MACHINE_CHECK_NEW_PSW);
}

/*
 * DIAGNOSE 308, subcode 1 (normal load reset), as Linux's diag.h tells: the
 * processor goes on with the short PSW at location 0.
 */
void
reset_machine (void (*next) (void))
{
  register uint64_t address asm("2") = 0;
  register uint64_t subcode asm("4") = 1;

  after_reset = next;
  *(volatile uint64_t *) IPL_PSW = PSW_SHORT | PSW_64BIT | (uint64_t) (uintptr_t) start_again;
  asm volatile("diag	%[address],%[subcode],0x308\n"
               :
               : [address] "d"(address), [subcode] "d"(subcode)
               : "memory", "cc");
  __builtin_unreachable ();
}
