/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Tables as util-linux prints them (lsblk, lsns): chosen columns, aligned for
 * people, or raw or JSON for programs.
 */

typedef enum
{
  TABLE_TEXT,
  TABLE_FLAG, /* "yes" or "no" for people, true or false in JSON */
  TABLE_NAME, /* text, at which a tree is drawn */
} TableKind;

typedef struct
{
  const char *name; /* upper case, as in the heading; in JSON lower case */
  const char *help; /* for --help */
  TableKind kind;
  gboolean by_default; /* printed when no columns are asked for */
} TableColumn;

typedef struct
{
  gboolean json;
  gboolean raw;
  gboolean no_headings;
  gboolean ascii; /* draws trees without box characters */
} TableStyle;

/* A cell's text, NULL for none, "1" or "0" for a flag. The caller frees it. */
typedef char *(*TableCellFunc) (gconstpointer row, guint column, gpointer user_data);

/* The row above @row in a tree, which comes before it; NULL for one at the top. */
typedef gconstpointer (*TableParentFunc) (gconstpointer row);

/* What is printed: a row for each element of @rows. */
typedef struct
{
  const char *name; /* the array's in JSON */
  const TableColumn *columns;
  const GArray *choice; /* of table_choose() */
  const GPtrArray *rows;
  TableCellFunc cell;
  TableParentFunc parent; /* NULL: no tree */
  gpointer user_data;     /* for cell */
} TableContent;

/*
 * Indices into @columns of those that @list names ("DEVICE,mdev"), in its
 * order, each once; "+LIST" adds to the default ones, NULL means these. The
 * caller frees it. Errors: CCW_ERROR_INVALID, naming what is no column.
 */
GArray *table_choose (const TableColumn *columns, gsize n_columns, const char *list,
                      GError **error);

/* Does @choice hold the column with this index? */
gboolean table_has (const GArray *choice, guint column);

/* The columns and what they mean, for --help; the caller frees it. */
char *table_describe (const TableColumn *columns, gsize n_columns);

/* Errors: CCW_ERROR_SYSTEM. */
gboolean table_print (const TableContent *content, const TableStyle *style, GError **error);
