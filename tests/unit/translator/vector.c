// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vector.h"

#include "check.h"

/**
 * vector_broken:
 * @format: what is wrong, with the file or with what came of it
 *
 * Ends the program.
 */
void
vector_broken (const Vector *vector, const char *format, ...)
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
    vector_broken (vector, "number missing");
  value = g_ascii_strtoull (text, &end, 0);
  if (end == text || *end != '\0')
    vector_broken (vector, "'%s' is no number", text);
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
  static const struct
  {
    char letter;
    guint32 bit;
  } bits[] = {
    { 'S', ORB_S }, { 'C', ORB_C }, { 'M', ORB_M }, { 'Y', ORB_Y }, { 'F', ORB_F }, { 'P', ORB_P },
    { 'I', ORB_I }, { 'A', ORB_A }, { 'U', ORB_U }, { 'B', ORB_B }, { 'H', ORB_H }, { 'T', ORB_T },
    { 'L', ORB_L }, { 'D', ORB_D }, { 'X', ORB_X }, { '-', 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bits); i++)
    if (bits[i].letter == letter)
      return bits[i].bit;
  vector_broken (vector, "no ORB bit '%c'", letter);
}

static guint8
ccw_flag (const Vector *vector, const char *name)
{
  static const struct
  {
    const char *name;
    guint8 flag;
  } flags[] = {
    { "cd", 0x80 },  { "cc", 0x40 }, { "sli", 0x20 },  { "skp", 0x10 }, { "pci", 0x08 },
    { "ida", 0x04 }, { "s", 0x02 },  { "mida", 0x01 }, { "-", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (g_str_equal (flags[i].name, name))
      return flags[i].flag;
  vector_broken (vector, "no CCW flag '%s'", name);
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
  machine_store_ccw (machine (vector), vector->at, (vector->orb_flags & ORB_F) != 0, command, flags,
                     count, address);
  vector->at += 8;
}

static void
do_ccw (Vector *vector, char **words)
{
  g_auto (GStrv) names = NULL;
  guint8 flags = 0;

  if (g_strv_length (words) != 4)
    vector_broken (vector, "ccw CODE FLAGS COUNT ADDRESS");
  names = g_strsplit (words[1], "+", -1);
  for (guint i = 0; names[i] != NULL; i++)
    flags |= ccw_flag (vector, names[i]);
  put_ccw (vector, (guint8) number (vector, words[0]), flags, (guint16) number (vector, words[2]),
           (guint32) number (vector, words[3]));
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
  { "memory", do_memory },
  { "arena", do_arena },
  { "page", do_page },
  { "hole", do_hole },
  { "unpinnable", do_unpinnable },
  { "orb", do_orb },
  { "at", do_at },
  { "ccw", do_ccw },
  { "tic", do_tic },
  { "zeros", do_zeros },
  { "idaw", do_idaw },
  { "device", do_device },
  { "resume", do_resume },
  { "shared-lists", do_shared_lists },
  { "expect", do_expect },
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
  vector_broken (vector, "what is '%s'?", words[0]);
}

/**
 * vector_read:
 * @vector: (out caller-allocates): to be given to vector_clear()
 *
 * Reads a file and puts its program into the memory of a new machine.
 */
void
vector_read (Vector *vector, const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  *vector = (Vector){
    .name = path,
    .memory = 0x40000,
    .arena = 65536,
    .steps = g_array_new (FALSE, TRUE, sizeof (ChannelStep)),
    .expectations = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev),
  };
  if (!g_file_get_contents (path, &text, NULL, &error))
    vector_broken (vector, "%s", error->message);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      vector->line_number = i + 1;
      run_line (vector, lines[i]);
    }
  machine (vector);
}

void
vector_clear (Vector *vector)
{
  g_clear_pointer (&vector->machine, machine_free);
  g_array_unref (vector->steps);
  g_ptr_array_unref (vector->expectations);
  g_free (vector->last_line);
}

/**
 * vector_orb:
 * @orb: (out): ORB_SIZE bytes
 */
void
vector_orb (const Vector *vector, guint8 *orb)
{
  check_make_orb (orb, vector->orb_flags | 0x8000, vector->cpa);
}
