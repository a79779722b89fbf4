/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/system-use.h"
#include "cli/inventory.h"
#include "cli/table.h"

/*
 * What virt-ccw list prints: a row for each device with all there is to tell
 * of it, or a tree from subchannel to device, mdevs and virtual machines.
 */

typedef enum
{
  LIST_ROW_WHOLE = 0, /* all of these in one */
  LIST_ROW_SUBCHANNEL = 1 << 0,
  LIST_ROW_DEVICE = 1 << 1,
  LIST_ROW_MDEV = 1 << 2,
  LIST_ROW_DOMAIN = 1 << 3,
} ListRowKind;

typedef struct _ListRow ListRow;

struct _ListRow
{
  ListRowKind kind;
  const ListRow *parent; /* NULL: it is at the top */
  const InventoryEntry *entry;
  const InventoryMdev *mdev; /* of LIST_ROW_MDEV */
  char *domain;              /* of LIST_ROW_DOMAIN */
};

/* The columns: the index of each is what list_rows_cell() takes. */
extern const TableColumn list_rows_columns[];
extern const gsize list_rows_n_columns;

/* Those printed of a tree unless others are asked for, for table_choose(). */
extern const char list_rows_tree_columns[];

/* Does anything in @choice tell of virtual machines? */
gboolean list_rows_show_domains (const GArray *choice);

/* Does anything in @choice need inventory_read_paths()? */
gboolean list_rows_show_paths (const GArray *choice);

/* Does anything in @choice tell what libvirt's XML does not? */
gboolean list_rows_show_unknown (const GArray *choice);

/* Rows of @entries, of InventoryEntry; the array frees them. */
GPtrArray *list_rows_new (const GPtrArray *entries);

/* The same as a tree. @domains: as domains_by_mdev() gives them, or NULL. */
GPtrArray *list_rows_new_tree (const GPtrArray *entries, GHashTable *domains);

/* What cells are made from, beside the row. */
typedef struct
{
  GHashTable *domains; /* NULL: none are known */
  CcwSystemUse *use;   /* of this host */
  const char *unknown; /* text for what cannot be known from afar, NULL for none */
} ListRowsContext;

/* A TableCellFunc for a ListRow; @context is a ListRowsContext. */
char *list_rows_cell (gconstpointer row, guint column, gpointer context);

/* A TableParentFunc. */
gconstpointer list_rows_parent (gconstpointer row);
