/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plugin for QEMU's code generator that counts how often the machine executes
 * each instruction between two marks (marks.h). Option out=FILE: the n-th pair
 * of marks makes FILE.n, each line an address, "~" and a count.
 *
 * One processor only: the counters are plain memory.
 */
#include "marks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What of QEMU's plugin interface, version 1, is used; Debian has no header. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum
{
  NO_REGISTERS = 0
}; /* enum qemu_plugin_cb_flags */
enum
{
  ADD_U64 = 0
}; /* enum qemu_plugin_op */

void qemu_plugin_register_vcpu_tb_trans_cb (qemu_plugin_id_t id,
                                            void (*seen) (qemu_plugin_id_t,
                                                          struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb (struct qemu_plugin_insn *instruction,
                                             void (*executed) (unsigned, void *), int flags,
                                             void *data);
void qemu_plugin_register_vcpu_insn_exec_inline (struct qemu_plugin_insn *instruction, int op,
                                                 void *number, uint64_t operand);
size_t qemu_plugin_tb_n_insns (const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn (const struct qemu_plugin_tb *block, size_t index);
const void *qemu_plugin_insn_data (const struct qemu_plugin_insn *instruction);
size_t qemu_plugin_insn_size (const struct qemu_plugin_insn *instruction);
uint64_t qemu_plugin_insn_vaddr (const struct qemu_plugin_insn *instruction);

#define EXPORTED __attribute__ ((visibility ("default")))

EXPORTED int qemu_plugin_version = 1;
EXPORTED int qemu_plugin_install (qemu_plugin_id_t id, const void *info, int argc, char **argv);

/* how often the instruction at an address was executed */
typedef struct Counter
{
  uint64_t address;
  uint64_t executed;
  struct Counter *next;
} Counter;

#define BUCKETS 65536

static Counter *buckets[BUCKETS];
static const char *out = "profile";
static unsigned parts;

/* Blocks are translated again and again; an address keeps its counter. */
static Counter *
counter_of (uint64_t address)
{
  Counter **bucket = &buckets[address / 2 % BUCKETS];
  Counter *counter;

  for (counter = *bucket; counter; counter = counter->next)
    {
      if (counter->address == address)
        return counter;
    }
  counter = calloc (1, sizeof *counter);
  if (!counter)
    abort ();
  counter->address = address;
  counter->next = *bucket;
  return *bucket = counter;
}

static void
begin (unsigned processor, void *unused)
{
  Counter *counter;
  size_t i;

  (void) processor;
  (void) unused;
  for (i = 0; i < BUCKETS; i++)
    {
      for (counter = buckets[i]; counter; counter = counter->next)
        counter->executed = 0;
    }
}

static void
write_counters (FILE *file)
{
  const Counter *counter;
  size_t i;

  for (i = 0; i < BUCKETS; i++)
    {
      for (counter = buckets[i]; counter; counter = counter->next)
        {
          if (counter->executed)
            fprintf (file, "%016llx ~ %llu\n", (unsigned long long) counter->address,
                     (unsigned long long) counter->executed);
        }
    }
}

static void
end (unsigned processor, void *unused)
{
  char path[4096];
  FILE *file;

  (void) processor;
  (void) unused;
  snprintf (path, sizeof path, "%s.%u", out, ++parts);
  file = fopen (path, "w");
  if (!file)
    abort ();
  write_counters (file);
  fclose (file);
}

/* Whether it is the mark with that number. */
static bool
is_mark (const struct qemu_plugin_insn *instruction, uint32_t number)
{
  const uint8_t mark[] = { 0xc0, 0x09, number >> 24, number >> 16, number >> 8, number };

  return qemu_plugin_insn_size (instruction) == sizeof mark
         && !memcmp (qemu_plugin_insn_data (instruction), mark, sizeof mark);
}

static void
watch (struct qemu_plugin_insn *instruction)
{
  if (is_mark (instruction, PROFILE_BEGIN))
    qemu_plugin_register_vcpu_insn_exec_cb (instruction, begin, NO_REGISTERS, NULL);
  else if (is_mark (instruction, PROFILE_END))
    qemu_plugin_register_vcpu_insn_exec_cb (instruction, end, NO_REGISTERS, NULL);
  else
    qemu_plugin_register_vcpu_insn_exec_inline (
        instruction, ADD_U64, &counter_of (qemu_plugin_insn_vaddr (instruction))->executed, 1);
}

static void
watch_block (qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
  size_t i;

  (void) id;
  for (i = 0; i < qemu_plugin_tb_n_insns (block); i++)
    watch (qemu_plugin_tb_get_insn (block, i));
}

int
qemu_plugin_install (qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
  int i;

  (void) info;
  for (i = 0; i < argc; i++)
    {
      if (!strncmp (argv[i], "out=", 4))
        out = strdup (argv[i] + 4);
    }
  qemu_plugin_register_vcpu_tb_trans_cb (id, watch_block);
  return 0;
}
