/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dasd-bench: how many instructions reading a disk takes, by the host's own driver
 * and through a mediated device. Prints for each row: its name, the lowest and the
 * median of its readings, the lowest without pinning of pages (of which the host does
 * none), and a sum of all data.
 */
#include "counter.h"
#include "round-trip.h"
#include "rows.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define READINGS 24
#define HOST_BUFFER (16 * BLOCK)

/* Who reads: a mediated device, or the host through a block device. */
typedef struct
{
  Counter counter;
  Client client;
  int disk; /* -1 if it is the mediated device */
  uint8_t *buffer;
} Reader;

typedef struct
{
  uint32_t lowest;
  uint32_t median;
  uint32_t lowest_outside; /* of functions that are probed */
  uint64_t sum;
} Result;

/* FNV-1a by words, which is not the standard but fast enough under emulation. */
static uint64_t
add_to_sum (uint64_t sum, const uint8_t *data, unsigned size)
{
  uint64_t word;

  for (; size; data += sizeof word, size -= sizeof word)
    {
      memcpy (&word, data, sizeof word);
      sum = (sum ^ word) * 0x100000001b3u;
    }
  return sum;
}

/* --- the mediated device ------------------------------------------------------ */

/* Into BUFFER, in the order of the data, whatever pieces they lie in. */
static void
gather (Reader *reader, const Addressing *addressing, unsigned size)
{
  unsigned piece = addressing->piece ? addressing->piece : size;
  unsigned at, length;

  for (at = 0; at < size; at += length)
    {
      length = size - at < piece ? size - at : piece;
      memcpy (reader->buffer + at,
              guest (&reader->client, eckd_data_address (addressing, at), length), length);
    }
}

/* The blocks among what READ TRACK has read: count fields, and data behind each. */
static uint64_t
sum_of_track (const uint8_t *at, uint64_t sum)
{
  unsigned record, key_length, length;

  for (record = 0; record <= BLOCKS_PER_TRACK; record++)
    {
      if (at[4] != record)
        die ("record %u of a track is %u", record, at[4]);
      key_length = at[5];
      length = get_be16 (at + 6);
      at += 8 + key_length;
      if (record)
        sum = add_to_sum (sum, at, length);
      at += length;
    }
  return sum;
}

static uint64_t
sum_of_guest (Reader *reader, const Row *row, uint64_t sum)
{
  gather (reader, row->addressing, row->by_track ? MOST : row->blocks * BLOCK);
  if (row->by_track)
    return sum_of_track (reader->buffer, sum);
  return add_to_sum (sum, reader->buffer, row->blocks * BLOCK);
}

/* What was read before must not pass for what is read now. */
static void
forget_data (Reader *reader)
{
  memset (guest (&reader->client, DATA_AT, 2 * HOST_BUFFER), 0, 2 * HOST_BUFFER);
}

static struct readings
read_by_guest (Reader *reader, const Row *row, unsigned reading, uint64_t *sum)
{
  Program program = row_write_program (&reader->client, row, reading);
  struct ccw_io_region request = round_trip_request (&program);
  struct readings before, took;

  forget_data (reader);
  before = counter_read (&reader->counter);
  round_trip (&reader->client, &request);
  took = counter_since (&reader->counter, before);
  *sum = sum_of_guest (reader, row, *sum);
  return took;
}

/* --- the host ----------------------------------------------------------------- */

static struct readings
read_by_host (Reader *reader, const Row *row, unsigned reading, uint64_t *sum)
{
  off_t at = (off_t) row_first_block (row, reading) * BLOCK;
  ssize_t size = row->blocks * BLOCK;
  struct readings before, took;

  before = counter_read (&reader->counter);
  if (pread (reader->disk, reader->buffer, size, at) != size)
    die_errno ("read");
  took = counter_since (&reader->counter, before);
  *sum = add_to_sum (*sum, reader->buffer, size);
  return took;
}

/* --- both ----------------------------------------------------------------------- */

static struct readings
read_once (Reader *reader, const Row *row, unsigned reading, uint64_t *sum)
{
  return reader->disk < 0 ? read_by_guest (reader, row, reading, sum)
                          : read_by_host (reader, row, reading, sum);
}

static int
compare (const void *a, const void *b)
{
  const uint32_t *left = a, *right = b;

  return (*left > *right) - (*left < *right);
}

/* The first time around brings the tracks into the emulator's cache. */
static Result
read_row (Reader *reader, const Row *row)
{
  uint32_t all[READINGS], outside[READINGS];
  Result result = { 0 };
  struct readings took;
  unsigned i;

  for (i = 0; i < READINGS; i++)
    read_once (reader, row, i, &result.sum);
  result.sum = 0;
  for (i = 0; i < READINGS; i++)
    {
      took = read_once (reader, row, i, &result.sum);
      all[i] = took.now;
      outside[i] = took.now - took.inside;
    }
  qsort (all, READINGS, sizeof all[0], compare);
  qsort (outside, READINGS, sizeof outside[0], compare);
  result.lowest = all[0];
  result.median = all[READINGS / 2];
  result.lowest_outside = outside[0];
  return result;
}

/* What is to be counted as a whole is not probed, hence twice. */
static Result
measure_row (Reader *reader, const Row *row)
{
  Result result = read_row (reader, row);

  if (reader->disk >= 0)
    return result;
  counter_probe (&reader->counter, true);
  result.lowest_outside = read_row (reader, row).lowest_outside;
  counter_probe (&reader->counter, false);
  return result;
}

static void
measure (Reader *reader)
{
  const Row *row;
  Result result;

  for (row = rows; row->name; row++)
    {
      if (reader->disk >= 0 && !row->by_host_too)
        continue;
      result = measure_row (reader, row);
      printf ("%s\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32 "\t%016" PRIx64 "\n", row->name,
              result.lowest, result.median, result.lowest_outside, result.sum);
    }
}

static uint8_t *
allocate_buffer (void)
{
  void *buffer = mmap (NULL, HOST_BUFFER, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

  if (buffer == MAP_FAILED)
    die_errno ("mmap");
  return buffer;
}

static int
command_host (const char *path)
{
  Reader reader = { .counter = counter_open (),
                    .disk = open (path, O_RDONLY | O_DIRECT),
                    .buffer = allocate_buffer () };

  if (reader.disk < 0)
    die_errno (path);
  measure (&reader);
  return 0;
}

static int
command_passed (const char *uuid)
{
  Reader reader = { .counter = counter_open (), .disk = -1, .buffer = allocate_buffer () };

  client_open (&reader.client, uuid);
  use_small_pages (&reader.client);
  measure (&reader);
  client_close (&reader.client);
  return 0;
}

int
main (int argc, char **argv)
{
  setvbuf (stdout, NULL, _IOLBF, 0);
  if (argc == 2 && !strcmp (argv[1], "ready"))
    return counter_is_ready () ? 0 : 1;
  if (argc == 3 && !strcmp (argv[1], "host"))
    return command_host (argv[2]);
  if (argc == 3 && !strcmp (argv[1], "passed"))
    return command_passed (argv[2]);
  fputs ("usage: dasd-bench ready\n"
         "       dasd-bench host DISK\n"
         "       dasd-bench passed UUID\n",
         stderr);
  return 2;
}
