/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that move data in every way there is. What the device tells about
 * itself must arrive where the program says, byte by byte, and nowhere else.
 */
#include "check.h"

#include <string.h>

#define FILLER 0xee

/* Sense ID answers short blocks; what fits into these has known bytes */
#define SMALL 7
#define FAR_AWAY 0x8000u

typedef struct
{
  uint8_t bytes[ID_MAX];
  unsigned length;
} Answer;

static Answer
ask (Client *client)
{
  Answer answer;

  answer.length = sense_id (client, answer.bytes, sizeof answer.bytes);
  expect (answer.length >= SMALL);
  memset (guest (client, CASE_DATA, 0x100000), FILLER, 0x100000);
  return answer;
}

static bool
all_filler (Client *client, uint32_t from, uint32_t to)
{
  const uint8_t *byte = guest (client, from, to - from);
  const uint8_t *end = byte + (to - from);

  while (byte < end && *byte == FILLER)
    byte++;
  return byte == end;
}

static bool
has_bytes (Client *client, uint32_t address, const uint8_t *bytes, unsigned length)
{
  return !memcmp (guest (client, address, length), bytes, length);
}

static void
expect_bytes (Client *client, uint32_t address, const uint8_t *bytes, unsigned length)
{
  const uint8_t *got = guest (client, address, length);
  unsigned i;

  for (i = 0; i < length; i++)
    {
      if (got[i] != bytes[i])
        die ("byte %u of %u at %x is %02x, not %02x", i, length, address, got[i], bytes[i]);
    }
}

/*
 * An answer that is cut after HEAD bytes, the rest being somewhere else. QEMU's
 * own channel subsystem begins anew with the answer's first byte there; which
 * places are written, and how much, is right all the same.
 */
static void
expect_halves (Client *client, const Answer *answer, unsigned head, uint32_t first, uint32_t second)
{
  unsigned tail = answer->length - head;

  expect_bytes (client, first, answer->bytes, head);
  if (!has_bytes (client, second, answer->bytes, tail))
    expect_bytes (client, second, answer->bytes + head, tail);
}

/* Bytes at ADDRESS, and FILLER in what is around them. */
static void
expect_alone (Client *client, uint32_t address, const uint8_t *bytes, unsigned length)
{
  expect_bytes (client, address, bytes, length);
  expect (all_filler (client, CASE_DATA, address));
  expect (all_filler (client, address + length, CASE_DATA + 0x100000));
}

static Status
run_to_normal_end (const Program *program)
{
  Status status = run_program (program);

  if (!is_normal_end (&status))
    die ("ended with %s", status_text (&status));
  /* The CCW address is the guest's: behind the last CCW. */
  expect (status.cpa == program->next);
  return status;
}

static void
ask_directly (Client *client, const Answer *answer, uint32_t orb_flags, uint32_t data)
{
  Program program = program_begin (client, CASE_PROGRAM, orb_flags);
  Status status;

  program_add (&program, CMD_SENSE_ID, CCW_SLI, ID_MAX, data);
  status = run_to_normal_end (&program);
  expect (status.count == ID_MAX - answer->length);
  expect (all_filler (client, CASE_DATA, data));
  expect (all_filler (client, data + answer->length, CASE_DATA + 0x100000));
}

static void
run_direct (Client *client, uint32_t orb_flags, uint32_t data)
{
  Answer answer = ask (client);

  ask_directly (client, &answer, orb_flags, data);
  expect_bytes (client, data, answer.bytes, answer.length);
}

static void
direct_format1 (Client *client)
{
  run_direct (client, ORB_USUAL, CASE_DATA);
}

static void
direct_format0 (Client *client)
{
  run_direct (client, ORB_USUAL & ~ORB_FORMAT1, CASE_DATA);
}

static void
direct_without_prefetch (Client *client)
{
  run_direct (client, ORB_USUAL & ~ORB_PREFETCH, CASE_DATA);
}

static void
direct_odd_address (Client *client)
{
  run_direct (client, ORB_USUAL, CASE_DATA + 0x123);
}

static void
direct_across_pages (Client *client)
{
  const unsigned head = 3;
  uint32_t page = CASE_DATA + 0x1000;
  Answer answer = ask (client);

  ask_directly (client, &answer, ORB_USUAL, page - head);
  expect_halves (client, &answer, head, page - head, page);
}

static void
command_chaining (Client *client)
{
  Answer answer = ask (client);
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_NOP, CCW_CC | CCW_SLI, 1, 0);
  program_add (&program, CMD_SENSE_ID, CCW_CC | CCW_SLI, SMALL, CASE_DATA);
  program_add (&program, CMD_SENSE_ID, CCW_SLI, SMALL, CASE_DATA + FAR_AWAY);
  run_to_normal_end (&program);
  expect_bytes (client, CASE_DATA, answer.bytes, SMALL);
  expect_bytes (client, CASE_DATA + FAR_AWAY, answer.bytes, SMALL);
  expect (all_filler (client, CASE_DATA + SMALL, CASE_DATA + FAR_AWAY));
}

static void
run_tic (Client *client, uint32_t start, uint32_t target, uint32_t orb_flags)
{
  Answer answer = ask (client);
  Program program = program_begin (client, start, orb_flags);

  program_add (&program, CMD_NOP, CCW_CC | CCW_SLI, 1, 0);
  program_tic (&program, target);
  program_add (&program, CMD_SENSE_ID, CCW_SLI, ID_MAX, CASE_DATA);
  run_to_normal_end (&program);
  expect_alone (client, CASE_DATA, answer.bytes, answer.length);
}

static void
tic_forward (Client *client)
{
  run_tic (client, CASE_PROGRAM, CASE_PROGRAM + FAR_AWAY, ORB_USUAL);
}

static void
tic_backward (Client *client)
{
  run_tic (client, CASE_PROGRAM + FAR_AWAY, CASE_PROGRAM, ORB_USUAL);
}

static void
tic_next (Client *client)
{
  run_tic (client, CASE_PROGRAM, CASE_PROGRAM + 16, ORB_USUAL);
}

static void
tic_format0 (Client *client)
{
  run_tic (client, CASE_PROGRAM, CASE_PROGRAM + FAR_AWAY, ORB_USUAL & ~ORB_FORMAT1);
}

static void
skipping (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  ask (client);
  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_SKIP, ID_MAX, CASE_DATA);
  run_to_normal_end (&program);
  expect (all_filler (client, CASE_DATA, CASE_DATA + 0x100000));
}

/* Where a command moves nothing its address does not matter. */
static void
no_data (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);

  program_add (&program, CMD_NOP, CCW_SLI, 0xffff, 0x7ffff000);
  run_to_normal_end (&program);
}

static void
put_idaw (Client *client, uint32_t orb_flags, unsigned index, uint32_t address)
{
  if (orb_flags & ORB_IDA64)
    put_be64 (guest (client, CASE_LISTS + 8 * index, 8), address);
  else
    put_be32 (guest (client, CASE_LISTS + 4 * index, 4), address);
}

/*
 * The first IDAW designates the last bytes of a block, the second another
 * block further down: the data must be cut there and nowhere else.
 */
static void
run_indirect (Client *client, uint32_t orb_flags, uint32_t block)
{
  const unsigned head = 5;
  Answer answer = ask (client);
  Program program = program_begin (client, CASE_PROGRAM, orb_flags);
  uint32_t first = CASE_DATA + 0x9000 + block - head, second = CASE_DATA + 0x3000;

  put_idaw (client, orb_flags, 0, first);
  put_idaw (client, orb_flags, 1, second);
  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_IDA, ID_MAX, CASE_LISTS);
  run_to_normal_end (&program);
  expect_halves (client, &answer, head, first, second);
  expect (all_filler (client, first + head, CASE_DATA + 0x100000));
  expect (all_filler (client, CASE_DATA, second));
  expect (all_filler (client, second + answer.length - head, first));
}

static void
indirect_format1 (Client *client)
{
  run_indirect (client, ORB_USUAL & ~ORB_IDA64, 0x800);
}

static void
indirect_format2_2k (Client *client)
{
  run_indirect (client, ORB_USUAL | ORB_IDA2K, 0x800);
}

static void
indirect_format2_4k (Client *client)
{
  run_indirect (client, ORB_USUAL, 0x1000);
}

static void
indirect_format0_ccw (Client *client)
{
  run_indirect (client, ORB_USUAL & ~ORB_FORMAT1, 0x1000);
}

/* 64 KiB in pages of descending addresses: the longest list of 4 KiB IDAWs. */
static void
indirect_longest (Client *client)
{
  Answer answer = ask (client);
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);
  unsigned i;

  for (i = 0; i < 16; i++)
    put_idaw (client, ORB_USUAL, i, CASE_DATA + (15 - i) * 0x1000);
  program_add (&program, CMD_SENSE_ID, CCW_SLI | CCW_IDA, 0xffff, CASE_LISTS);
  run_to_normal_end (&program);
  expect_alone (client, CASE_DATA + 15 * 0x1000, answer.bytes, answer.length);
}

static void
run_long_chain (Client *client, unsigned ccws)
{
  Answer answer = ask (client);
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);
  unsigned i;

  for (i = 1; i < ccws; i++)
    program_add (&program, CMD_NOP, CCW_CC | CCW_SLI, 1, 0);
  program_add (&program, CMD_SENSE_ID, CCW_SLI, ID_MAX, CASE_DATA);
  run_to_normal_end (&program);
  expect_alone (client, CASE_DATA, answer.bytes, answer.length);
}

static void
ccws_255 (Client *client)
{
  run_long_chain (client, 255);
}

static void
ccws_256 (Client *client)
{
  run_long_chain (client, 256);
}

static void
ccws_257 (Client *client)
{
  run_long_chain (client, 257);
}

static void
ccws_1000 (Client *client)
{
  run_long_chain (client, 1000);
}

/* 200 pages, in as many CCWs, each in a page of its own. */
static void
many_pages (Client *client)
{
  Answer answer = ask (client);
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);
  unsigned i;

  for (i = 0; i < 200; i++)
    program_add (&program, CMD_SENSE_ID, CCW_SLI | (i < 199 ? CCW_CC : 0), SMALL,
                 CASE_DATA + i * 0x1000);
  run_to_normal_end (&program);
  for (i = 0; i < 200; i++)
    {
      expect_bytes (client, CASE_DATA + i * 0x1000, answer.bytes, SMALL);
      expect (all_filler (client, CASE_DATA + i * 0x1000 + SMALL, CASE_DATA + (i + 1) * 0x1000));
    }
}

/* Nothing is behind the last CCW, and nothing there may be looked at. */
static void
program_at_end_of_memory (Client *client)
{
  Answer answer = ask (client);
  Program program = program_begin (client, MEMORY_END - 16, ORB_USUAL);

  program_add (&program, CMD_NOP, CCW_CC | CCW_SLI, 1, 0);
  program_add (&program, CMD_SENSE_ID, CCW_SLI, SMALL, CASE_DATA);
  run_to_normal_end (&program);
  expect_alone (client, CASE_DATA, answer.bytes, SMALL);
}

static void
unknown_command (Client *client)
{
  Program program = program_begin (client, CASE_PROGRAM, ORB_USUAL);
  Status status;

  program_add (&program, CMD_UNKNOWN, CCW_SLI, 1, CASE_DATA);
  status = run_program (&program);
  expect (status.dstat & DSTAT_UNIT_CHECK);
  expect (status.stctl & STCTL_ALERT);
  expect (status.cpa == program.next);
}

const Case data_cases[] = {
  { "direct-format1", "direct data, format-1 CCW", direct_format1 },
  { "direct-format0", "direct data, format-0 CCW", direct_format0 },
  { "direct-without-prefetch", "an ORB that forbids prefetching", direct_without_prefetch },
  { "direct-odd-address", "data at an odd address", direct_odd_address },
  { "direct-across-pages", "data across a page boundary", direct_across_pages },
  { "command-chaining", "three commands in a chain", command_chaining },
  { "tic-forward", "transfer in channel, forward", tic_forward },
  { "tic-backward", "transfer in channel, backward", tic_backward },
  { "tic-next", "transfer in channel to the next CCW", tic_next },
  { "tic-format0", "transfer in channel, format-0 CCWs", tic_format0 },
  { "skipping", "bytes that are skipped go nowhere", skipping },
  { "no-data", "a command without data may name any address", no_data },
  { "indirect-format1", "31-bit IDAWs", indirect_format1 },
  { "indirect-format2-2k", "64-bit IDAWs for 2 KiB", indirect_format2_2k },
  { "indirect-format2-4k", "64-bit IDAWs for 4 KiB", indirect_format2_4k },
  { "indirect-format0-ccw", "64-bit IDAWs of a format-0 CCW", indirect_format0_ccw },
  { "indirect-longest", "IDAWs for 64 KiB, pages in reverse", indirect_longest },
  { "ccws-255", "255 CCWs", ccws_255 },
  { "ccws-256", "256 CCWs", ccws_256 },
  { "ccws-257", "257 CCWs", ccws_257 },
  { "ccws-1000", "1000 CCWs", ccws_1000 },
  { "many-pages", "data in 200 pages", many_pages },
  { "end-of-memory", "a program at the end of memory", program_at_end_of_memory },
  { "unknown-command", "unit check for an unknown command", unknown_command },
  { NULL, NULL, NULL },
};
