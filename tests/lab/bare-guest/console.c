/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "console.h"
#include "processor.h"

/* Service-call interface of QEMU's and z/VM's ASCII console. */
enum
{
  SCLP_WRITE_EVENT_DATA = 0x00760005,
  SCLP_WRITE_EVENT_MASK = 0x00780005,
  SCLP_EVENT_ASCII = 0x1a,
  SCLP_MASK_ASCII = 0x00000040,
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

/* SERVICE CALL is not in the Principles of Operation; Linux's sclp.h tells. */
static void
service_call (uint32_t command)
{
  enum
  {
    BUSY = 2
  };
  int cc;

  do
    asm volatile(".insn	rre,0xb2200000,%[command],%[sccb]\n"
                 "	ipm	%[cc]\n"
                 "	srl	%[cc],28\n"
                 : [cc] "=d"(cc)
                 : [command] "d"(command), [sccb] "a"(&sccb)
                 : "memory", "cc");
  while (cc == BUSY);
  if (cc == 0)
    wait_for_service_signal ();
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
  console_text ("\n");
  fill (&sccb, 0, SCCB_HEADER + EVENT_HEADER + line_length);
  sccb.length = SCCB_HEADER + EVENT_HEADER + line_length;
  sccb.event.length = EVENT_HEADER + line_length;
  sccb.event.type = SCLP_EVENT_ASCII;
  for (size_t i = 0; i < line_length; i++)
    sccb.event.text[i] = line[i];
  line_length = 0;
  service_call (SCLP_WRITE_EVENT_DATA);
}

void
console_line (const char *text)
{
  console_text (text);
  console_end_line ();
}
