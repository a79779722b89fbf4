// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Runs the channel programs in a folder and holds what came of each against what
 * it expects (vector.h). Each program that is translated is also held against the
 * invariant and run by the channel model, both as the guest's and as the host's.
 */
#include "check.h"
#include "vector.h"

/* How far the channel model follows a program. */
#define RUN_CCWS 1000

typedef struct
{
  struct ccw_xlat x;
  int ret;
  Comparison *comparison; /* (nullable): of the programs, if it was translated */
} Outcome;

static char *
codes_of (const ChannelRun *run)
{
  GString *codes = g_string_new (NULL);

  for (guint i = 0; i < run->n_notes; i++)
    if (run->notes[i].kind == NOTE_COMMAND)
      g_string_append_printf (codes, "%s0x%02x", codes->len > 0 ? " " : "", run->notes[i].byte);
  return g_string_free (codes, FALSE);
}

static char *
moved_in (const ChannelRun *run)
{
  guint moved = 0;

  for (guint i = 0; i < run->n_notes; i++)
    if (run->notes[i].kind != NOTE_SKIPPED)
      moved += run->notes[i].len;
  return g_strdup_printf ("%u", moved);
}

/* The first byte of each stretch of data, in the order it is moved. */
static char *
data_of (const ChannelRun *run)
{
  GString *data = g_string_new (NULL);

  for (guint i = 0; i < run->n_notes; i++)
    if (run->notes[i].kind != NOTE_SKIPPED && run->notes[i].len > 0)
      g_string_append_printf (data, "%s0x%" G_GINT64_MODIFIER "x%c%u", data->len > 0 ? " " : "",
                              run->notes[i].name, run->notes[i].kind == NOTE_BACKWARD ? '-' : '+',
                              run->notes[i].len);
  return g_string_free (data, FALSE);
}

static char *
interruptions_in (const ChannelRun *run)
{
  guint interruptions = 0;

  for (guint i = 0; i < run->n_notes; i++)
    interruptions += run->notes[i].kind == NOTE_INTERRUPTION;
  return g_strdup_printf ("%u", interruptions);
}

static char *
pages_of (const struct ccw_xlat *x)
{
  GString *pages = g_string_new (NULL);

  for (u32 i = 0; i < x->nr_pages; i++)
    g_string_append_printf (pages, "%s0x%" G_GINT64_MODIFIER "x", i > 0 ? " " : "",
                            x->guest_page[i]);
  return g_string_free (pages, FALSE);
}

static char *
block_of (const struct ccw_xlat *x)
{
  guint8 orb[ORB_SIZE];

  ccw_xlat_host_orb (x, orb);
  return g_strdup ((orb[5] & 0x01) != 0 ? "2048" : "4096");
}

/* Returns: (transfer full): in the words of an expectation, how the host's run went. */
static char *
actual_run (const Vector *vector, const Outcome *outcome, const ChannelRun *run,
            const char *subject)
{
  if (g_str_equal (subject, "outcome"))
    return g_strdup (channel_outcome_name (run->outcome));
  if (g_str_equal (subject, "commands"))
    return codes_of (run);
  if (g_str_equal (subject, "moved"))
    return moved_in (run);
  if (g_str_equal (subject, "data"))
    return data_of (run);
  if (g_str_equal (subject, "interruptions"))
    return interruptions_in (run);
  if (g_str_equal (subject, "residual"))
    return g_strdup_printf ("%u", run->residual);
  if (g_str_equal (subject, "stops"))
    return g_strdup_printf ("0x%x", ccw_xlat_guest_cpa (&outcome->x, run->cpa) - 8);
  vector_broken (vector, "cannot expect '%s'", subject);
}

/* Returns: (transfer full): in the words of an expectation, what is the case. */
static char *
actual (const Vector *vector, const Outcome *outcome, const char *subject)
{
  if (g_str_equal (subject, "error"))
    return g_strdup (ccw_xlat_reason_text (outcome->x.error.reason));
  if (g_str_equal (subject, "where"))
    return g_strdup_printf ("0x%x", outcome->x.error.guest_ccw);
  if (g_str_equal (subject, "cut"))
    return g_strdup (ccw_xlat_reason_text (outcome->x.cut.reason));
  if (g_str_equal (subject, "pages"))
    return pages_of (&outcome->x);
  if (outcome->comparison == NULL)
    vector_broken (vector, "not translated: %s", ccw_xlat_reason_text (outcome->x.error.reason));
  if (g_str_equal (subject, "block"))
    return block_of (&outcome->x);
  return actual_run (vector, outcome, &outcome->comparison->host, subject);
}

static void
check_expectations (const Vector *vector, const Outcome *outcome)
{
  gboolean error_expected = FALSE;

  for (guint i = 0; i < vector->expectations->len; i++)
    {
      char **words = g_ptr_array_index (vector->expectations, i);
      g_autofree char *expected = g_strjoinv (" ", words + 1);
      g_autofree char *is = actual (vector, outcome, words[0]);

      error_expected |= g_str_equal (words[0], "error");
      if (!g_str_equal (expected, is))
        vector_broken (vector, "%s: expected '%s', is '%s'", words[0], expected, is);
    }
  if ((outcome->ret != 0) != error_expected)
    vector_broken (vector, "translation gives '%s'",
                   ccw_xlat_reason_text (outcome->x.error.reason));
}

static void
fail_if (const Vector *vector, const char *wrong)
{
  if (wrong != NULL)
    vector_broken (vector, "%s", wrong);
}

static gboolean
both_suspended (const Comparison *comparison)
{
  return comparison->guest.outcome == CHANNEL_SUSPENDED
         && comparison->host.outcome == CHANNEL_SUSPENDED;
}

/* The guest turns the flag off where it is suspended, and resumes. */
static void
resume (Vector *vector, Outcome *outcome, Comparison *comparison)
{
  guint64 flags_at = comparison->guest.ccw + ((vector->orb_flags & ORB_F) != 0 ? 1 : 4);
  guint8 flags = machine_contents (vector->machine, flags_at)->bytes[flags_at % MACHINE_PAGE];

  flags &= (guint8) ~0x02;
  machine_store (vector->machine, flags_at, &flags, 1);
  machine_forget_reads (vector->machine);
  if (ccw_xlat_refresh_suspend (&outcome->x, machine_read, vector->machine) != 0)
    vector_broken (vector, "not resumed: %s", ccw_xlat_reason_text (outcome->x.error.reason));
  fail_if (vector, comparison_resume (comparison));
}

static void
check_translated (Vector *vector, Outcome *outcome, const guint8 *orb)
{
  static Comparison comparison;
  const ChannelStep *steps = (const ChannelStep *) (gpointer) vector->steps->data;
  const ChannelDevice device = {
    .steps = steps,
    .n_steps = vector->steps->len,
    .max_ccws = RUN_CCWS,
  };

  outcome->comparison = &comparison;
  fail_if (vector, check_pages (vector->machine, &outcome->x));
  fail_if (vector, check_invariant (vector->machine, &outcome->x));
  fail_if (vector, comparison_start (&comparison, vector->machine, &outcome->x, orb, &device));
  for (guint i = 0; i < vector->resumes; i++)
    {
      if (!both_suspended (&comparison))
        vector_broken (vector, "is not suspended");
      resume (vector, outcome, &comparison);
    }
}

static void
run_vector (Vector *vector)
{
  Outcome outcome = { 0 };
  guint8 orb[ORB_SIZE];

  vector_orb (vector, orb);
  outcome.ret = check_translate (vector->machine, &outcome.x, orb);
  if (vector->machine->overlaps > 0 && !vector->shared_lists)
    vector_broken (vector, "a byte of guest memory was read twice");
  if (outcome.ret == 0)
    check_translated (vector, &outcome, orb);
  check_expectations (vector, &outcome);
  ccw_xlat_unpin (&outcome.x, machine_unpin, vector->machine);
  g_assert_cmpuint (vector->machine->pinned, ==, 0);
  machine_check_arena (vector->machine);
}

static void
test_vector (gconstpointer data)
{
  Vector vector;

  vector_read (&vector, data);
  if (vector.expectations->len == 0)
    vector_broken (&vector, "expects nothing");
  run_vector (&vector);
  vector_clear (&vector);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Returns: (transfer full): the vectors of a folder, in order. */
static GPtrArray *
vectors_in (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".ccw"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  return paths;
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) paths = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  paths = vectors_in (argv[1]);
  g_assert_cmpuint (paths->len, >, 0);
  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autofree char *base = g_path_get_basename (path);
      g_autofree char *name = g_strconcat ("/translator/vector/", base, NULL);

      g_test_add_data_func (name, path, test_vector);
    }
  return g_test_run ();
}
