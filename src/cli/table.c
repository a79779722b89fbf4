/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/table.h"

#include <errno.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "ccw/error.h"

typedef struct libscols_table Table;
typedef struct libscols_line Line;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, scols_unref_table)

/* --- which columns ------------------------------------------------------- */

static gboolean
append_named (GArray *choice, const TableColumn *columns, gsize n_columns, const char *name,
              GError **error)
{
  for (guint i = 0; i < n_columns; i++)
    if (g_ascii_strcasecmp (columns[i].name, name) == 0)
      {
        /* A key of a JSON object is there once. */
        if (!table_has (choice, i))
          g_array_append_val (choice, i);
        return TRUE;
      }
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "'%s' is not a column; --help lists them",
               name);
  return FALSE;
}

static void
append_default (GArray *choice, const TableColumn *columns, gsize n_columns)
{
  for (guint i = 0; i < n_columns; i++)
    if (columns[i].by_default)
      g_array_append_val (choice, i);
}

GArray *
table_choose (const TableColumn *columns, gsize n_columns, const char *list, GError **error)
{
  g_autoptr (GArray) choice = g_array_new (FALSE, FALSE, sizeof (guint));
  g_auto (GStrv) names = NULL;

  if (list == NULL || *list == '+')
    append_default (choice, columns, n_columns);
  if (list == NULL)
    return g_steal_pointer (&choice);

  names = g_strsplit (*list == '+' ? list + 1 : list, ",", -1);
  if (names[0] == NULL)
    {
      g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID,
                           "no column is named; --help lists them");
      return NULL;
    }
  for (char **name = names; *name != NULL; name++)
    if (!append_named (choice, columns, n_columns, *name, error))
      return NULL;
  return g_steal_pointer (&choice);
}

gboolean
table_has (const GArray *choice, guint column)
{
  for (guint i = 0; i < choice->len; i++)
    if (g_array_index (choice, guint, i) == column)
      return TRUE;
  return FALSE;
}

char *
table_describe (const TableColumn *columns, gsize n_columns)
{
  GString *text = g_string_new ("Columns (* printed by default):\n");

  for (gsize i = 0; i < n_columns; i++)
    g_string_append_printf (text, " %s%-11s %s\n", columns[i].by_default ? "*" : " ",
                            columns[i].name, columns[i].help);
  return g_string_free (text, FALSE);
}

/* --- printing ------------------------------------------------------------ */

static gboolean
add_column (Table *table, const TableColumn *column, const TableStyle *style)
{
  g_autofree char *name
      = style->json ? g_ascii_strdown (column->name, -1) : g_strdup (column->name);
  struct libscols_column *made
      = scols_table_new_column (table, name, 0, column->kind == TABLE_NAME ? SCOLS_FL_TREE : 0);
  int type = column->kind == TABLE_FLAG ? SCOLS_JSON_BOOLEAN_OPTIONAL : SCOLS_JSON_STRING;

  return made != NULL && scols_column_set_json_type (made, type) == 0;
}

static gboolean
add_columns (Table *table, const TableContent *content, const TableStyle *style)
{
  for (guint i = 0; i < content->choice->len; i++)
    if (!add_column (table, &content->columns[g_array_index (content->choice, guint, i)], style))
      return FALSE;
  return TRUE;
}

/* libsmartcols reads a flag in JSON as a number; people read words. */
static char *
flag_text (char *text, const TableStyle *style)
{
  g_autofree char *digit = text;

  if (style->json || (g_strcmp0 (digit, "1") != 0 && g_strcmp0 (digit, "0") != 0))
    return g_steal_pointer (&digit);
  return g_strdup (*digit == '1' ? "yes" : "no");
}

static gboolean
fill_line (Line *line, const TableContent *content, gconstpointer row, const TableStyle *style)
{
  for (guint i = 0; i < content->choice->len; i++)
    {
      guint column = g_array_index (content->choice, guint, i);
      g_autofree char *text = content->cell (row, column, content->user_data);

      if (content->columns[column].kind == TABLE_FLAG)
        text = flag_text (g_steal_pointer (&text), style);
      if (text != NULL && scols_line_set_data (line, i, text) != 0)
        return FALSE;
    }
  return TRUE;
}

static Table *
make_table (const char *name, const TableStyle *style)
{
  g_autoptr (Table) table = scols_new_table ();

  if (table == NULL || scols_table_set_name (table, name) != 0
      || scols_table_enable_json (table, style->json) != 0
      || scols_table_enable_raw (table, style->raw && !style->json) != 0
      || scols_table_enable_ascii (table, style->ascii) != 0
      || scols_table_enable_noheadings (table, style->no_headings) != 0)
    return NULL;
  return g_steal_pointer (&table);
}

/* @lines: those of the rows before, by row. */
static Line *
add_line (Table *table, const TableContent *content, gconstpointer row, GHashTable *lines)
{
  gconstpointer parent = content->parent != NULL ? content->parent (row) : NULL;
  Line *line
      = scols_table_new_line (table, parent != NULL ? g_hash_table_lookup (lines, parent) : NULL);

  g_hash_table_insert (lines, (gpointer) row, line);
  return line;
}

static gboolean
fill_table (Table *table, const TableContent *content, const TableStyle *style)
{
  g_autoptr (GHashTable) lines = g_hash_table_new (NULL, NULL);

  if (!add_columns (table, content, style))
    return FALSE;
  for (guint i = 0; i < content->rows->len; i++)
    {
      gconstpointer row = g_ptr_array_index (content->rows, i);
      Line *line = add_line (table, content, row, lines);

      if (line == NULL || !fill_line (line, content, row, style))
        return FALSE;
    }
  return TRUE;
}

gboolean
table_print (const TableContent *content, const TableStyle *style, GError **error)
{
  g_autoptr (Table) table = make_table (content->name, style);

  if (table != NULL && fill_table (table, content, style) && scols_print_table (table) == 0)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not print the table: %s",
               g_strerror (errno));
  return FALSE;
}
