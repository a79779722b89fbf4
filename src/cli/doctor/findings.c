/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/doctor/findings.h"

#include <stdarg.h>
#include <unistd.h>

#include "cli/table.h"

struct _Findings
{
  GPtrArray *list; /* of Finding */
  const char *subject;
};

/* By FindingLevel; colours are those of systemctl: green, yellow, red. */
static const struct
{
  const char *name;
  const char *color;
} levels[] = {
  [FINDING_OK] = { "ok", "\033[32m" },
  [FINDING_WARNING] = { "warning", "\033[33m" },
  [FINDING_PROBLEM] = { "problem", "\033[1;31m" },
};

#define COLOR_END "\033[0m"

static void
finding_free (gpointer data)
{
  Finding *finding = data;

  g_free (finding->text);
  g_free (finding->advice);
  g_free (finding);
}

Findings *
findings_new (void)
{
  Findings *findings = g_new0 (Findings, 1);

  findings->list = g_ptr_array_new_with_free_func (finding_free);
  return findings;
}

void
findings_free (Findings *findings)
{
  g_ptr_array_unref (findings->list);
  g_free (findings);
}

void
findings_begin (Findings *findings, const char *subject)
{
  findings->subject = subject;
}

static void add (Findings *findings, FindingLevel level, const char *advice, const char *format,
                 va_list arguments) G_GNUC_PRINTF (4, 0);

static void
add (Findings *findings, FindingLevel level, const char *advice, const char *format,
     va_list arguments)
{
  Finding *finding = g_new0 (Finding, 1);

  finding->level = level;
  finding->subject = findings->subject;
  finding->text = g_strdup_vprintf (format, arguments);
  finding->advice = g_strdup (advice);
  g_ptr_array_add (findings->list, finding);
}

void
findings_ok (Findings *findings, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  add (findings, FINDING_OK, NULL, format, arguments);
  va_end (arguments);
}

void
findings_warn (Findings *findings, const char *advice, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  add (findings, FINDING_WARNING, advice, format, arguments);
  va_end (arguments);
}

void
findings_problem (Findings *findings, const char *advice, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  add (findings, FINDING_PROBLEM, advice, format, arguments);
  va_end (arguments);
}

void
findings_unseen (Findings *findings, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  findings_warn (findings, geteuid () == 0 ? NULL : "ask as root to see it", "not known: %s", what);
}

guint
findings_count (const Findings *findings, FindingLevel level)
{
  guint n = 0;

  for (guint i = 0; i < findings->list->len; i++)
    n += ((const Finding *) g_ptr_array_index (findings->list, i))->level == level;
  return n;
}

guint
findings_count_all (const Findings *findings)
{
  return findings->list->len;
}

/* --- printing ------------------------------------------------------------ */

static void
print_one (const Finding *finding, gboolean with_colors)
{
  g_print ("%s%-7s%s  %s: %s\n", with_colors ? levels[finding->level].color : "",
           levels[finding->level].name, with_colors ? COLOR_END : "", finding->subject,
           finding->text);
  if (finding->advice != NULL)
    g_print ("%9s%s\n", "", finding->advice);
}

void
findings_print (const Findings *findings, gboolean only_bad, gboolean with_colors)
{
  for (guint i = 0; i < findings->list->len; i++)
    {
      const Finding *finding = g_ptr_array_index (findings->list, i);

      if (finding->level != FINDING_OK || !only_bad)
        print_one (finding, with_colors);
    }
}

static const TableColumn columns[] = {
  { "LEVEL", "ok, warning or problem", TABLE_TEXT, TRUE },
  { "SUBJECT", "what it is about", TABLE_TEXT, TRUE },
  { "TEXT", "what was found", TABLE_TEXT, TRUE },
  { "ADVICE", "what to do", TABLE_TEXT, TRUE },
};

static char *
cell (gconstpointer row, guint column, gpointer user_data)
{
  const Finding *finding = row;
  const char *texts[]
      = { levels[finding->level].name, finding->subject, finding->text, finding->advice };

  return g_strdup (texts[column]);
}

gboolean
findings_print_json (const Findings *findings, GError **error)
{
  g_autoptr (GArray) choice = table_choose (columns, G_N_ELEMENTS (columns), NULL, error);
  const TableContent content = {
    .name = "findings", .columns = columns, .choice = choice, .rows = findings->list, .cell = cell
  };
  const TableStyle style = { .json = TRUE };

  return table_print (&content, &style, error);
}
