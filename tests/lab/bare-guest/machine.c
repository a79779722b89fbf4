/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine.h"

/* Low core: where the processor takes a new PSW from (chapter 3). */
enum
{
  EXTERNAL_NEW_PSW = 0x1b0,
  IO_NEW_PSW = 0x1f0,
};

#define PSW_64BIT 0x0000000180000000UL
#define PSW_WAIT 0x0002000000000000UL
#define PSW_ENABLE_EXTERNAL 0x0100000000000000UL
#define PSW_ENABLE_IO 0x0200000000000000UL

#define CR0_SERVICE_SIGNAL 0x200UL
#define CR6_ALL_IO_SUBCLASSES 0xff000000UL

/* Service-call interface of QEMU's and z/VM's ASCII console. */
enum
{
  SCLP_WRITE_EVENT_DATA = 0x00760005,
  SCLP_WRITE_EVENT_MASK = 0x00780005,
  SCLP_EVENT_ASCII = 0x1a,
  SCLP_MASK_ASCII = 0x00000040,
};

struct psw
{
  uint64_t mask;
  uint64_t address;
};

struct sccb
{
  uint16_t length;
  uint8_t header[6];
  union
  {
    struct
    {
      uint16_t length;
      uint8_t type;
      uint8_t reserved[3];
      char text[4000];
    } __attribute__ ((packed)) event;
    struct
    {
      uint16_t reserved;
      uint16_t mask_length;
      uint32_t receive;
      uint32_t send;
      uint32_t answers[2];
    } __attribute__ ((packed)) mask;
  };
} __attribute__ ((packed, aligned (4096)));

enum
{
  SCCB_HEADER = 8,
  EVENT_HEADER = 6,
  LINE_LENGTH = 160,
};

static struct sccb sccb;
static char line[LINE_LENGTH];
static size_t line_length;

void
fill (void *memory, uint8_t value, size_t size)
{
  volatile uint8_t *byte = memory;

  while (size-- > 0)
    *byte++ = value;
}

/*
 * Waits in a wait state with MASK until the interruption whose new PSW lies at
 * NEW_PSW; it resumes after the wait, with all interruptions masked again.
 */
static void
wait_for_interruption (uint64_t mask, uint64_t new_psw, uint64_t cr0, uint64_t cr6)
{
  struct psw wait = { mask | PSW_WAIT | PSW_64BIT, 0 };
  volatile struct psw *resume = (volatile struct psw *) new_psw;

  resume->mask = PSW_64BIT;
  asm volatile ("lctlg	0,0,%[cr0]\n"
                "	lctlg	6,6,%[cr6]\n"
                "	larl	%%r1,0f\n"
                "	stg	%%r1,8(%[resume])\n"
                "	lpswe	0(%[wait])\n"
                "0:\n"
                :
                : [cr0] "Q"(cr0), [cr6] "Q"(cr6), [resume] "a"(resume), [wait] "a"(&wait)
                : "r1", "memory", "cc");
}

/* SERVICE CALL is not in the Principles of Operation; Linux's sclp.h tells. */
static void
service_call (uint32_t command)
{
  enum { BUSY = 2 };
  int cc;

  do
    asm volatile (".insn	rre,0xb2200000,%[command],%[sccb]\n"
                  "	ipm	%[cc]\n"
                  "	srl	%[cc],28\n"
                  : [cc] "=d"(cc)
                  : [command] "d"(command), [sccb] "a"(&sccb)
                  : "memory", "cc");
  while (cc == BUSY);
  if (cc == 0)
    wait_for_interruption (PSW_ENABLE_EXTERNAL, EXTERNAL_NEW_PSW, CR0_SERVICE_SIGNAL, 0);
}

void
console_open (void)
{
  fill (&sccb, 0, sizeof sccb);
  sccb.length = SCCB_HEADER + sizeof sccb.mask;
  sccb.mask.mask_length = sizeof (uint32_t);
  sccb.mask.receive = SCLP_MASK_ASCII;
  sccb.mask.send = SCLP_MASK_ASCII;
  service_call (SCLP_WRITE_EVENT_MASK);
}

static void
console_character (char character)
{
  if (line_length < LINE_LENGTH)
    line[line_length++] = character;
}

void
console_text (const char *text)
{
  while (*text != '\0')
    console_character (*text++);
}

void
console_hex (uint64_t value, int digits)
{
  while (digits-- > 0)
    console_character ("0123456789abcdef"[(value >> (4 * digits)) & 15]);
}

void
console_end_line (void)
{
  console_text ("\r\n");
  fill (&sccb, 0, SCCB_HEADER + EVENT_HEADER + line_length);
  sccb.length = SCCB_HEADER + EVENT_HEADER + line_length;
  sccb.event.length = EVENT_HEADER + line_length;
  sccb.event.type = SCLP_EVENT_ASCII;
  for (size_t i = 0; i < line_length; i++)
    sccb.event.text[i] = line[i];
  line_length = 0;
  service_call (SCLP_WRITE_EVENT_DATA);
}

/*
 * The I/O instructions take the subsystem identification in general register 1
 * (chapter 14): bit 15 is always one, bits 16-31 are the subchannel number.
 */
#define IO_INSTRUCTION(mnemonic, number, operand)                             \
  ({                                                                          \
    register uint64_t subsystem_id asm ("1") = 0x10000UL | (number);          \
    int cc;                                                                   \
    asm volatile (mnemonic "	0(%[address])\n"                               \
                           "	ipm	%[cc]\n"                                   \
                           "	srl	%[cc],28\n"                                \
                  : [cc] "=d"(cc)                                             \
                  : [address] "a"(operand), "d"(subsystem_id)                 \
                  : "memory", "cc");                                          \
    cc;                                                                       \
  })

int
store_subchannel (uint16_t number, struct schib *schib)
{
  return IO_INSTRUCTION ("stsch", number, schib);
}

int
modify_subchannel (uint16_t number, struct schib *schib)
{
  return IO_INSTRUCTION ("msch", number, schib);
}

/* Operation-request block and format-1 CCW (chapter 15). */
struct orb
{
  uint32_t interruption_parameter;
  uint32_t flags;
  uint32_t program;
  uint32_t rest[5];
} __attribute__ ((aligned (4)));

struct ccw
{
  uint8_t command;
  uint8_t flags;
  uint16_t count;
  uint32_t data;
} __attribute__ ((aligned (8)));

enum
{
  ORB_FORMAT_1 = 0x00800000,
  ORB_PREFETCH = 0x00400000,
  ORB_ALL_PATHS = 0x0000ff00,
  CCW_SUPPRESS_LENGTH_INDICATION = 0x20,
};

int
run_command (uint16_t number, uint8_t command, void *buffer, uint16_t count, struct irb *irb)
{
  struct ccw ccw = { command, CCW_SUPPRESS_LENGTH_INDICATION, count,
                     (uint32_t) (uintptr_t) buffer };
  struct orb orb = { .flags = ORB_FORMAT_1 | ORB_PREFETCH | ORB_ALL_PATHS,
                     .program = (uint32_t) (uintptr_t) &ccw };
  int cc = IO_INSTRUCTION ("ssch", number, &orb);

  if (cc != 0)
    return cc;
  do
    wait_for_interruption (PSW_ENABLE_IO, IO_NEW_PSW, 0, CR6_ALL_IO_SUBCLASSES);
  while (IO_INSTRUCTION ("tsch", number, irb) != 0);
  return 0;
}
