// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Channel programs in files, NAME.ccw in the folder given, each with what must come of it.
 * One statement a line; # begins a comment; numbers as in C. Each program that
 * is translated is also held against the invariant and run by the channel model,
 * both as the guest's and as the host's.
 *
 *   memory BYTES               guest memory from 0 on (0x40000)
 *   arena BYTES                (65536)
 *   page ADDRESS               one more page, anywhere
 *   hole ADDRESS               a page that is not there
 *   unpinnable ADDRESS         a page that can be read, but not pinned
 *   orb BITS... ADDRESS        letters of PoP: F P H T S I A U L Y ..., - for none
 *   at ADDRESS                 what follows is stored from here on
 *   ccw CODE FLAGS COUNT ADDRESS   in the ORB's format; FLAGS of cd cc sli skp pci
 *                              ida s mida, joined by +, or -
 *   tic ADDRESS
 *   idaw ADDRESS...            in the ORB's format
 *   zeros N                    CCWs of zeros
 *   repeat N                   repeats the line before N times more
 *   device BYTES|all [sm] [uc] what the device does with the next command
 *   resume                     the guest turns off the flag it is suspended at
 *   shared-lists               CCWs share an IDAL, which is read for each
 *   expect error REASON-TEXT   the translation fails
 *   expect where ADDRESS       at this guest CCW
 *   expect cut REASON-TEXT     a speculative CCW was cut
 *   expect outcome NAME        how the run ends
 *   expect commands CODE...    what it executes
 *   expect moved BYTES         to or from memory in all
 *   expect data ADDRESS+BYTES...  in this order; ADDRESS-BYTES for backward
 *   expect interruptions N     how often a PCI flag was met
 *   expect residual BYTES      the count left of the last CCW used
 *   expect stops ADDRESS       guest address of the last CCW used
 *   expect pages ADDRESS...    what is pinned, in order
 *   expect block BYTES         of a host IDAW
 */
#include "check.h"

#include <stdlib.h>

/* How far the channel model follows a program. */
#define RUN_CCWS 1000

typedef struct
{
  const char *name;
  guint line_number;
  Machine *machine;
  guint64 memory;
  guint32 arena;
  guint32 orb_flags;
  guint32 cpa;
  guint64 at;
  GArray *steps;
  guint resumes;
  gboolean shared_lists;
  char *last_line;
  GPtrArray *expectations; /* of char **, words behind "expect" */
} Vector;

static G_GNUC_PRINTF (2, 3) G_NORETURN void
broken (const Vector *vector, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_printerr ("%s:%u: %s\n", vector->name, vector->line_number, text);
  abort ();
}

static guint64
number (const Vector *vector, const char *text)
{
  char *end;
  guint64 value;

  if (text == NULL)
    broken (vector, "number missing");
  value = g_ascii_strtoull (text, &end, 0);
  if (end == text || *end != '\0')
    broken (vector, "'%s' is no number", text);
  return value;
}

/* Memory is made when the first statement needs it. */
static Machine *
machine (Vector *vector)
{
  if (vector->machine == NULL)
    vector->machine = machine_new (vector->memory, vector->arena);
  return vector->machine;
}

static guint32
orb_bit (const Vector *vector, char letter)
{
  static const struct { char letter; guint32 bit; } bits[] = {
    { 'S', ORB_S }, { 'C', ORB_C }, { 'M', ORB_M }, { 'Y', ORB_Y }, { 'F', ORB_F },
    { 'P', ORB_P }, { 'I', ORB_I }, { 'A', ORB_A }, { 'U', ORB_U }, { 'B', ORB_B },
    { 'H', ORB_H }, { 'T', ORB_T }, { 'L', ORB_L }, { 'D', ORB_D }, { 'X', ORB_X },
    { '-', 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bits); i++)
    if (bits[i].letter == letter)
      return bits[i].bit;
  broken (vector, "no ORB bit '%c'", letter);
}

static guint8
ccw_flag (const Vector *vector, const char *name)
{
  static const struct { const char *name; guint8 flag; } flags[] = {
    { "cd", 0x80 }, { "cc", 0x40 }, { "sli", 0x20 }, { "skp", 0x10 }, { "pci", 0x08 },
    { "ida", 0x04 }, { "s", 0x02 }, { "mida", 0x01 }, { "-", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (g_str_equal (flags[i].name, name))
      return flags[i].flag;
  broken (vector, "no CCW flag '%s'", name);
}

static void
do_orb (Vector *vector, char **words)
{
  for (; words[0] != NULL && words[1] != NULL; words++)
    vector->orb_flags |= orb_bit (vector, words[0][0]);
  vector->cpa = (guint32) number (vector, words[0]);
}

static void
put_ccw (Vector *vector, guint8 command, guint8 flags, guint16 count, guint32 address)
{
  machine_store_ccw (machine (vector), vector->at, (vector->orb_flags & ORB_F) != 0, command,
                     flags, count, address);
  vector->at += 8;
}

static void
do_ccw (Vector *vector, char **words)
{
  g_auto (GStrv) names = NULL;
  guint8 flags = 0;

  if (g_strv_length (words) != 4)
    broken (vector, "ccw CODE FLAGS COUNT ADDRESS");
  names = g_strsplit (words[1], "+", -1);
  for (guint i = 0; names[i] != NULL; i++)
    flags |= ccw_flag (vector, names[i]);
  put_ccw (vector, (guint8) number (vector, words[0]), flags,
           (guint16) number (vector, words[2]), (guint32) number (vector, words[3]));
}

static void
do_tic (Vector *vector, char **words)
{
  put_ccw (vector, 0x08, 0, 0, (guint32) number (vector, words[0]));
}

static void
do_zeros (Vector *vector, char **words)
{
  vector->at += 8 * number (vector, words[0]);
}

static void
do_idaw (Vector *vector, char **words)
{
  gboolean format2 = (vector->orb_flags & ORB_H) != 0;

  for (; words[0] != NULL; words++, vector->at += format2 ? 8 : 4)
    if (format2)
      machine_store_doubleword (machine (vector), vector->at, number (vector, words[0]));
    else
      machine_store_word (machine (vector), vector->at, (guint32) number (vector, words[0]));
}

static void
do_device (Vector *vector, char **words)
{
  ChannelStep step = { .bytes = CHANNEL_ALL };

  if (words[0] != NULL && !g_str_equal (words[0], "all"))
    step.bytes = (guint32) number (vector, words[0]);
  step.status_modifier = g_strv_contains ((const char *const *) words, "sm");
  step.unit_check = g_strv_contains ((const char *const *) words, "uc");
  g_array_append_val (vector->steps, step);
}

static void
do_resume (Vector *vector, char **words)
{
  vector->resumes++;
}

static void
do_shared_lists (Vector *vector, char **words)
{
  vector->shared_lists = TRUE;
}

static void
do_at (Vector *vector, char **words)
{
  vector->at = number (vector, words[0]);
}

static void
do_memory (Vector *vector, char **words)
{
  vector->memory = number (vector, words[0]);
}

static void
do_arena (Vector *vector, char **words)
{
  vector->arena = (guint32) number (vector, words[0]);
}

static void
do_page (Vector *vector, char **words)
{
  machine_add_page (machine (vector), number (vector, words[0]));
}

static void
do_hole (Vector *vector, char **words)
{
  machine_hide (machine (vector), number (vector, words[0]));
}

static void
do_unpinnable (Vector *vector, char **words)
{
  machine_forbid_pin (machine (vector), number (vector, words[0]));
}

static void
do_expect (Vector *vector, char **words)
{
  g_ptr_array_add (vector->expectations, g_strdupv (words));
}

static const struct
{
  const char *word;
  void (*run) (Vector *vector, char **words);
} statements[] = {
  { "memory", do_memory }, { "arena", do_arena }, { "page", do_page }, { "hole", do_hole },
  { "unpinnable", do_unpinnable }, { "orb", do_orb }, { "at", do_at }, { "ccw", do_ccw },
  { "tic", do_tic }, { "zeros", do_zeros }, { "idaw", do_idaw }, { "device", do_device },
  { "resume", do_resume }, { "shared-lists", do_shared_lists }, { "expect", do_expect },
};

static char **
split_words (const char *line)
{
  g_auto (GStrv) parts = g_strsplit_set (line, " \t", -1);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL && parts[i][0] != '#'; i++)
    if (parts[i][0] != '\0')
      g_strv_builder_add (words, parts[i]);
  return g_strv_builder_end (words);
}

static void
run_line (Vector *vector, const char *line)
{
  g_auto (GStrv) words = split_words (line);

  if (words[0] == NULL)
    return;
  if (g_str_equal (words[0], "repeat"))
    {
      for (guint64 n = number (vector, words[1]); n > 0; n--)
        run_line (vector, vector->last_line);
      return;
    }
  if (line != vector->last_line)
    {
      g_free (vector->last_line);
      vector->last_line = g_strdup (line);
    }
  for (guint i = 0; i < G_N_ELEMENTS (statements); i++)
    if (g_str_equal (statements[i].word, words[0]))
      return statements[i].run (vector, words + 1);
  broken (vector, "what is '%s'?", words[0]);
}

/* --- What came of it --- */

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
                              run->notes[i].name,
                              run->notes[i].kind == NOTE_BACKWARD ? '-' : '+',
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
  broken (vector, "cannot expect '%s'", subject);
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
    broken (vector, "not translated: %s", ccw_xlat_reason_text (outcome->x.error.reason));
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
        broken (vector, "%s: expected '%s', is '%s'", words[0], expected, is);
    }
  if ((outcome->ret != 0) != error_expected)
    broken (vector, "translation gives '%s'",
            ccw_xlat_reason_text (outcome->x.error.reason));
}

static void
fail_if (const Vector *vector, const char *wrong)
{
  if (wrong != NULL)
    broken (vector, "%s", wrong);
}

static gboolean
both_suspended (const Comparison *comparison)
{
  return comparison->guest.outcome == CHANNEL_SUSPENDED &&
         comparison->host.outcome == CHANNEL_SUSPENDED;
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
    broken (vector, "not resumed: %s", ccw_xlat_reason_text (outcome->x.error.reason));
  fail_if (vector, comparison_resume (comparison));
}

static void
check_translated (Vector *vector, Outcome *outcome, const guint8 *orb)
{
  static Comparison comparison;
  const ChannelStep *steps = (const ChannelStep *) (gpointer) vector->steps->data;
  const ChannelDevice device = {
    .steps = steps, .n_steps = vector->steps->len, .max_ccws = RUN_CCWS,
  };

  outcome->comparison = &comparison;
  fail_if (vector, check_pages (vector->machine, &outcome->x));
  fail_if (vector, check_invariant (vector->machine, &outcome->x));
  fail_if (vector, comparison_start (&comparison, vector->machine, &outcome->x, orb, &device));
  for (guint i = 0; i < vector->resumes; i++)
    {
      if (!both_suspended (&comparison))
        broken (vector, "is not suspended");
      resume (vector, outcome, &comparison);
    }
}

static void
run_vector (Vector *vector)
{
  Outcome outcome = { 0 };
  guint8 orb[ORB_SIZE];

  check_make_orb (orb, vector->orb_flags | 0x8000, vector->cpa);
  outcome.ret = check_translate (machine (vector), &outcome.x, orb);
  if (vector->machine->overlaps > 0 && !vector->shared_lists)
    broken (vector, "a byte of guest memory was read twice");
  if (outcome.ret == 0)
    check_translated (vector, &outcome, orb);
  check_expectations (vector, &outcome);
  ccw_xlat_unpin (&outcome.x, machine_unpin, vector->machine);
  g_assert_cmpuint (vector->machine->pinned, ==, 0);
  machine_check_arena (vector->machine);
}

static void
free_vector (Vector *vector)
{
  g_clear_pointer (&vector->machine, machine_free);
  g_array_unref (vector->steps);
  g_ptr_array_unref (vector->expectations);
  g_free (vector->last_line);
}

static void
test_vector (gconstpointer data)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  Vector vector = {
    .name = data,
    .memory = 0x40000,
    .arena = 65536,
    .steps = g_array_new (FALSE, TRUE, sizeof (ChannelStep)),
    .expectations = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev),
  };

  g_file_get_contents (data, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      vector.line_number = i + 1;
      run_line (&vector, lines[i]);
    }
  if (vector.expectations->len == 0)
    broken (&vector, "expects nothing");
  run_vector (&vector);
  free_vector (&vector);
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
