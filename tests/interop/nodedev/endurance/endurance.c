/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * endurance VIRTCCWD PROBE [CALLS [SEED]]
 * endurance --valgrind VIRTCCWD [CALLS [SEED]]
 *
 * The real daemon, with another one behind it, under a long mix of calls
 * (mix.h), in rounds. After each round nobody is connected and no mdev is
 * there: the daemon must hold no more than after the rounds before, neither
 * memory nor descriptors, threads or watches. PROBE is the library of
 * heap-probe.c. Prints TAP and what was measured.
 *
 * With --valgrind it measures nothing; valgrind looks at what memory is used
 * wrongly, and at the end at what is lost or still open. VIRTCCWD must have been
 * built without sanitizers.
 *
 * Runs within mock-machine; MOCK_MACHINE in the environment names that program.
 */
#include <stdio.h>
#include <string.h>

#include "daemon-process.h"
#include "footprint.h"
#include "mix.h"

#define CALLS 20000
#define CALLS_IN_VALGRIND 1000
#define SEED 20080862
#define ROUNDS 10

/* In the first rounds buffers grow to the size that they need. */
#define WARM_UP 3

/* At rest is when as much is given out as a moment before; a moment, in microseconds. */
#define MOMENT 50000
#define PATIENCE (60 * G_USEC_PER_SEC)

/*
 * What may be more in later rounds than after warming up, in bytes: a table that
 * has happened to reach its next power of two.
 */
#define HEAP_TOLERANCE (4 * 1024)

typedef struct
{
  DaemonProcess upstream;
  DaemonProcess daemon;
  FootprintProbe *probe;
  Mix *mix;
  Footprint rounds[ROUNDS];
  guint n_checks;
  guint n_failures;
} Endurance;

static void
check (Endurance *test, gboolean passed, const char *name)
{
  test->n_checks++;
  test->n_failures += !passed;
  g_print ("%sok %u - %s\n", passed ? "" : "not ", test->n_checks, name);
}

/* --- measuring ------------------------------------------------------------ */

static void
measure (Endurance *test, Footprint *footprint)
{
  if (!footprint_measure (test->probe, test->daemon.pid, footprint))
    daemon_process_bail_out (&test->daemon, "it cannot be measured");
}

/* The last client has gone; the daemon may not have noticed yet. */
static void
measure_at_rest (Endurance *test, Footprint *footprint)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  Footprint before;

  measure (test, footprint);
  do
    {
      before = *footprint;
      g_usleep (MOMENT);
      measure (test, footprint);
    }
  while (memcmp (&before, footprint, sizeof before) != 0 && g_get_monotonic_time () < end);
}

static void
show (guint round, const Footprint *footprint, guint calls)
{
  g_print ("# round %2u, %7u calls: %8zu bytes of heap, %6zu KiB private, %u descriptors, "
           "%u threads, %u watches\n",
           round + 1, calls, footprint->heap, footprint->private, footprint->descriptors,
           footprint->threads, footprint->watches);
}

/* --- rounds --------------------------------------------------------------- */

static void
run_round (Endurance *test, guint calls)
{
  if (!mix_run (test->mix, calls) || !mix_rest (test->mix)
      || !daemon_process_is_alive (&test->daemon))
    daemon_process_bail_out (&test->daemon, "it no longer serves");
}

static void
run_rounds (Endurance *test, guint calls)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      run_round (test, calls / ROUNDS);
      measure_at_rest (test, &test->rounds[i]);
      show (i, &test->rounds[i], mix_get_counts (test->mix)->calls);
    }
}

/* The least of both halves: what grows is more in the second one whatever happens meanwhile. */
static gsize
least_heap (const Endurance *test, guint first, guint end)
{
  gsize least = test->rounds[first].heap;

  for (guint i = first + 1; i < end; i++)
    least = MIN (least, test->rounds[i].heap);
  return least;
}

static void
check_growth (Endurance *test)
{
  const Footprint *early = &test->rounds[WARM_UP - 1];
  const Footprint *late = &test->rounds[ROUNDS - 1];
  guint middle = (WARM_UP + ROUNDS) / 2;
  gsize before = least_heap (test, WARM_UP, middle);
  gsize after = least_heap (test, middle, ROUNDS);

  g_print ("# heap: %zu bytes, later %zu\n", before, after);
  check (test, after <= before + HEAP_TOLERANCE, "its heap does not grow");
  check (test, late->descriptors == early->descriptors, "nor the number of its descriptors");
  check (test, late->threads <= early->threads, "nor of its threads");
  check (test, late->watches == early->watches, "nor of its watches");
}

/* A mix in which nothing happens proves nothing. */
static void
check_mix (Endurance *test)
{
  const MixCounts *counts = mix_get_counts (test->mix);

  g_print ("# %u calls, %u answers, %u of them errors, %u clients, %u mdevs made, %u events, "
           "%u plugs\n",
           counts->calls, counts->answers, counts->errors, counts->clients, counts->made,
           counts->events, counts->plugs);
  check (test, counts->errors > counts->calls / 20 && counts->errors < counts->calls / 2,
         "some calls failed, most did not");
  check (test, counts->made >= counts->calls / 500 && counts->events > 0 && counts->plugs > 0,
         "mdevs were made, events heard, devices plugged");
}

/* --- all ------------------------------------------------------------------ */

/* Virtccwd behind virtccwd: its devices are not taken over, but it is asked all the same. */
static void
start (Endurance *test, const char *const *wrapper, const char *program, const char *probe)
{
  const char *options[] = { "--upstream", test->upstream.socket, NULL };

  daemon_process_start (&test->upstream, NULL, program, NULL, NULL);
  daemon_process_start (&test->daemon, wrapper, program, options, probe);
}

static void
stop (Endurance *test)
{
  check (test, daemon_process_stop (&test->daemon), "it ends well when told to");
  check (test, daemon_process_is_log_clean (&test->daemon), "it found no fault in itself");
  check (test, daemon_process_stop (&test->upstream), "the one behind it ends well");
  check (test, daemon_process_is_log_clean (&test->upstream), "and found no fault in itself");
}

static void
init (Endurance *test, guint seed)
{
  *test = (Endurance){ 0 };
  daemon_process_init (&test->upstream, "endurance-upstream");
  daemon_process_init (&test->daemon, "endurance");
  test->probe = footprint_probe_new (test->daemon.folder);
  test->mix = mix_new (test->daemon.socket, seed);
}

static void
clear (Endurance *test)
{
  mix_free (test->mix);
  footprint_probe_free (test->probe);
  daemon_process_clear (&test->daemon);
  daemon_process_clear (&test->upstream);
}

static void
run_measured (Endurance *test, const char *program, const char *probe, guint calls)
{
  start (test, NULL, program, probe);
  run_rounds (test, calls);
  check_growth (test);
}

/* --- in valgrind ---------------------------------------------------------- */

/* Errors end in its exit code, and what is left open in its log. */
static const char *const valgrind[] = {
  "valgrind",          "--error-exitcode=99",
  "--leak-check=full", "--errors-for-leak-kinds=definite",
  "--track-fds=yes",   NULL,
};

/* GLib's two main contexts, the default one and the one of its worker, are never freed. */
#define DESCRIPTORS_OF_GLIB 2

static void
check_descriptors (Endurance *test)
{
  g_autofree char *log = daemon_process_read_log (&test->daemon);
  const char *summary = strstr (log, "FILE DESCRIPTORS: ");
  guint n_open = 0;
  guint n_standard = 0;

  check (test,
         summary != NULL
             && sscanf (summary, "FILE DESCRIPTORS: %u open (%u std)", &n_open, &n_standard) == 2
             && n_open <= n_standard + DESCRIPTORS_OF_GLIB,
         "no descriptor is left open");
}

static void
run_in_valgrind (Endurance *test, const char *program, guint calls)
{
  start (test, valgrind, program, NULL);
  run_round (test, calls);
}

/* The log tells what it found; it is shown when there was something. */
static void
stop_valgrind (Endurance *test)
{
  gboolean clean = daemon_process_stop (&test->daemon);

  check (test, clean, "valgrind finds no fault, and nothing lost");
  check_descriptors (test);
  if (test->n_failures > 0)
    {
      g_autofree char *log = daemon_process_read_log (&test->daemon);

      g_printerr ("%s\n", log);
    }
  check (test, daemon_process_stop (&test->upstream), "the one behind it ends well");
}

static guint
number_of (int argc, char **argv, int i, guint otherwise)
{
  return argc > i ? (guint) g_ascii_strtoull (argv[i], NULL, 10) : otherwise;
}

int
main (int argc, char **argv)
{
  gboolean in_valgrind = argc > 1 && g_str_equal (argv[1], "--valgrind");
  Endurance test;

  if (argc < 3)
    return 2;
  init (&test, number_of (argc, argv, 4, SEED));
  if (in_valgrind)
    run_in_valgrind (&test, argv[2], number_of (argc, argv, 3, CALLS_IN_VALGRIND));
  else
    run_measured (&test, argv[1], argv[2], number_of (argc, argv, 3, CALLS));
  check_mix (&test);
  if (in_valgrind)
    stop_valgrind (&test);
  else
    stop (&test);
  g_print ("1..%u\n", test.n_checks);
  clear (&test);
  return test.n_failures == 0 ? 0 : 1;
}
