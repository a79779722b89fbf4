/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "programs.h"

#include <string.h>

#define PAGE 0x1000u

/* where things are in the guest's memory: CCWs, a page for each list, data */
#define CCWS MEMORY_START
#define LISTS (MEMORY_START + 0x10000)
#define DATA (MEMORY_START + 0x100000)

/* more than one page takes, as much as a CCW's count can say */
#define MOST 65535

const BenchProgram bench_programs[] = {
  { .name = "nop", .command = CMD_NOP, .commands = 1, .count = 1 },
  { .name = "sense-id", .command = CMD_SENSE_ID, .commands = 1, .count = 7 },
  { .name = "nop-64", .command = CMD_NOP, .commands = 64, .count = 1 },
  { .name = "sense-id-16", .command = CMD_SENSE_ID, .commands = 16, .count = 7 },
  { .name = "tic-8-one-page", .command = CMD_SENSE_ID, .commands = 8, .count = 7, .by_tic = true },
  { .name = "tic-8",
    .command = CMD_SENSE_ID,
    .commands = 8,
    .count = 7,
    .by_tic = true,
    .stride = PAGE },
  { .name = "pages-16", .command = CMD_SENSE_ID, .commands = 16, .count = PAGE, .stride = PAGE },
  { .name = "direct-64k", .command = CMD_SENSE_ID, .commands = 1, .count = MOST },
  { .name = "idal-2k", .command = CMD_SENSE_ID, .commands = 1, .count = MOST, .block = PAGE / 2 },
  { .name = "idal-4k-16",
    .command = CMD_SENSE_ID,
    .commands = 16,
    .count = PAGE,
    .stride = PAGE,
    .block = PAGE },
  { 0 }
};

const BenchProgram *
find_program (const char *name)
{
  const BenchProgram *bench;

  for (bench = bench_programs; bench->name; bench++)
    {
      if (!strcmp (bench->name, name))
        return bench;
    }
  die ("there is no program %s", name);
}

/* Writes the list of 64-bit IDAWs for LENGTH bytes at DATA_ADDRESS. */
static void
write_idal (Client *client, uint32_t list, uint32_t data, uint32_t length, uint32_t block)
{
  uint32_t done;

  for (done = 0; done < length; done += block, list += 8)
    put_be64 (guest (client, list, 8), data + done);
}

static void
write_command (Program *program, const BenchProgram *bench, unsigned index)
{
  uint8_t chaining = index + 1 < bench->commands ? CCW_CC : 0;
  uint32_t data = DATA + index * bench->stride;
  uint32_t list = LISTS + index * PAGE;

  if (!bench->block)
    {
      program_add (program, bench->command, CCW_SLI | chaining, bench->count, data);
      return;
    }
  write_idal (program->client, list, data, bench->count, bench->block);
  program_add (program, bench->command, CCW_SLI | CCW_IDA | chaining, bench->count, list);
}

Program
write_program (Client *client, const BenchProgram *bench)
{
  uint32_t short_blocks = bench->block == PAGE / 2 ? ORB_IDA2K : 0;
  Program program = program_begin (client, CCWS, ORB_USUAL | short_blocks);
  unsigned i;

  for (i = 0; i < bench->commands; i++)
    {
      if (bench->by_tic && i > 0)
        program_tic (&program, program.next + 8);
      write_command (&program, bench, i);
    }
  return program;
}
