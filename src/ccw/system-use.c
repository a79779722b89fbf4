/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/system-use.h"

#include <string.h>

#include "ccw/error.h"
#include "ccw/open-files.h"
#include "ccw/pav-use.h"
#include "ccw/sysfs.h"

struct _CcwSystemUse
{
  GPtrArray *mounts;            /* of CcwMount, NULL until read, as all of these */
  GHashTable *mounts_by_number; /* major:minor -> CcwMount */
  GHashTable *mounts_by_node;   /* "/dev/dasda1" -> CcwMount */
  GHashTable *swaps;            /* set of "/dev/dasda1" */
  GHashTable *loops;            /* "/dev/dasda1" -> "loop0" */
  GHashTable *btrfs;            /* "dasda1" -> UUID */
  GHashTable *aliases;          /* unique id -> "0.0.10ff" */
  char **consoles;
  gboolean has_firmware; /* both of these have been read */
  char *ipl_device;
  char *dump_device;
  CcwOpenFiles *open_files;
};

CcwSystemUse *
ccw_system_use_new (void)
{
  return g_new0 (CcwSystemUse, 1);
}

void
ccw_system_use_free (CcwSystemUse *use)
{
  g_clear_pointer (&use->mounts_by_number, g_hash_table_unref);
  g_clear_pointer (&use->mounts_by_node, g_hash_table_unref);
  g_clear_pointer (&use->mounts, g_ptr_array_unref);
  g_clear_pointer (&use->swaps, g_hash_table_unref);
  g_clear_pointer (&use->loops, g_hash_table_unref);
  g_clear_pointer (&use->btrfs, g_hash_table_unref);
  g_clear_pointer (&use->aliases, g_hash_table_unref);
  g_strfreev (use->consoles);
  g_free (use->ipl_device);
  g_free (use->dump_device);
  g_clear_pointer (&use->open_files, ccw_open_files_free);
  g_free (use);
}

static char **
read_lines (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) reason = NULL;

  if (g_file_get_contents (path, &text, NULL, &reason))
    return g_strsplit (text, "\n", -1);
  g_set_error (error, CCW_ERROR, CCW_ERROR_SYSTEM, "could not find out what is in use: %s",
               reason->message);
  return NULL;
}

static GHashTable *
make_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* The first that is noted of a key stays. */
static void
note (GHashTable *table, const char *key, const char *value)
{
  if (!g_hash_table_contains (table, key))
    g_hash_table_insert (table, g_strdup (key), g_strdup (value));
}

/* A path to a node, and where it leads: "/dev/dm-0" for "/dev/mapper/vg-root". */
static void
note_node (GHashTable *table, const char *path, const char *value)
{
  g_autofree char *resolved = ccw_sysfs_resolve (path);

  note (table, path, value);
  if (resolved != NULL)
    note (table, resolved, value);
}

static gpointer
look_up_node (GHashTable *table, const char *name)
{
  g_autofree char *node = g_build_filename ("/dev", name, NULL);

  return g_hash_table_lookup (table, node);
}

/* --- mounts -------------------------------------------------------------- */

static void
mount_free (gpointer data)
{
  CcwMount *mount = data;

  g_free (mount->number);
  g_free (mount->target);
  g_free (mount->type);
  g_free (mount->source);
  g_free (mount);
}

/* procfs writes blanks in names as \040 and the like. */
static char *
unescape (const char *text)
{
  return g_strcompress (text);
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
static CcwMount *
parse_mount (const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", -1);
  guint n = g_strv_length (fields);
  guint separator = 6;
  CcwMount *mount;

  while (separator < n && !g_str_equal (fields[separator], "-"))
    separator++;
  if (separator + 2 >= n)
    return NULL;
  mount = g_new0 (CcwMount, 1);
  mount->number = g_strdup (fields[2]);
  mount->target = unescape (fields[4]);
  mount->type = g_strdup (fields[separator + 1]);
  mount->source = unescape (fields[separator + 2]);
  return mount;
}

/* Of several mounts of one disk the first tells enough. */
static void
index_mount (GHashTable *table, const char *key, CcwMount *mount)
{
  if (key != NULL && !g_hash_table_contains (table, key))
    g_hash_table_insert (table, g_strdup (key), mount);
}

static void
note_mount (CcwSystemUse *use, CcwMount *mount)
{
  g_autofree char *resolved = *mount->source == '/' ? ccw_sysfs_resolve (mount->source) : NULL;

  g_ptr_array_add (use->mounts, mount);
  index_mount (use->mounts_by_number, mount->number, mount);
  index_mount (use->mounts_by_node, mount->source, mount);
  index_mount (use->mounts_by_node, resolved, mount);
}

const GPtrArray *
ccw_system_use_get_mounts (CcwSystemUse *use, GError **error)
{
  g_auto (GStrv) lines = NULL;

  if (use->mounts != NULL)
    return use->mounts;
  lines = read_lines ("/proc/self/mountinfo", error);
  if (lines == NULL)
    return NULL;
  use->mounts = g_ptr_array_new_with_free_func (mount_free);
  use->mounts_by_number = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  use->mounts_by_node = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (char **line = lines; *line != NULL; line++)
    {
      CcwMount *mount = parse_mount (*line);

      if (mount != NULL)
        note_mount (use, mount);
    }
  return use->mounts;
}

const CcwMount *
ccw_system_use_find_mount (CcwSystemUse *use, const char *number, const char *name, GError **error)
{
  const CcwMount *mount;

  if (ccw_system_use_get_mounts (use, error) == NULL)
    return NULL;
  mount = g_hash_table_lookup (use->mounts_by_number, number);
  return mount != NULL ? mount : look_up_node (use->mounts_by_node, name);
}

/* --- swap, loop devices, btrfs ------------------------------------------- */

static GHashTable *
read_swaps (GError **error)
{
  g_auto (GStrv) lines = read_lines ("/proc/swaps", error);
  GHashTable *swaps = lines != NULL ? make_table () : NULL;

  /* "Filename  Type  Size  Used  Priority" comes first. */
  for (char **line = lines; line != NULL && *line != NULL; line++)
    {
      g_auto (GStrv) fields = g_strsplit_set (*line, " \t", 2);
      g_autofree char *source = fields[0] != NULL ? unescape (fields[0]) : NULL;

      if (source != NULL && *source == '/')
        note_node (swaps, source, "");
    }
  return swaps;
}

gboolean
ccw_system_use_is_swap (CcwSystemUse *use, const char *name, GError **error)
{
  if (use->swaps == NULL)
    use->swaps = read_swaps (error);
  return use->swaps != NULL && look_up_node (use->swaps, name) != NULL;
}

/* A loop device keeps what it stands on open, without a claim and without being its holder. */
static GHashTable *
read_loops (void)
{
  g_autoptr (GPtrArray) disks = ccw_sysfs_list ("/sys/block");
  GHashTable *loops = make_table ();

  for (guint i = 0; i < disks->len; i++)
    {
      const char *disk = g_ptr_array_index (disks, i);
      g_autofree char *path = g_build_filename ("/sys/block", disk, "loop/backing_file", NULL);
      g_autofree char *file = g_str_has_prefix (disk, "loop") ? ccw_sysfs_read (path, NULL) : NULL;

      if (file != NULL)
        note_node (loops, file, disk);
    }
  return loops;
}

const char *
ccw_system_use_find_loop (CcwSystemUse *use, const char *name)
{
  if (use->loops == NULL)
    use->loops = read_loops ();
  return look_up_node (use->loops, name);
}

static void
note_btrfs (GHashTable *members, const char *system)
{
  g_autofree char *folder = g_build_filename ("/sys/fs/btrfs", system, "devices", NULL);
  g_autoptr (GPtrArray) names = ccw_sysfs_list (folder);

  for (guint i = 0; i < names->len; i++)
    note (members, g_ptr_array_index (names, i), system);
}

/* A btrfs of several disks names only one as its source, but lists all here while mounted. */
static GHashTable *
read_btrfs (void)
{
  g_autoptr (GPtrArray) systems = ccw_sysfs_list ("/sys/fs/btrfs");
  GHashTable *members = make_table ();

  for (guint i = 0; i < systems->len; i++)
    note_btrfs (members, g_ptr_array_index (systems, i));
  return members;
}

const char *
ccw_system_use_find_btrfs (CcwSystemUse *use, const char *name)
{
  if (use->btrfs == NULL)
    use->btrfs = read_btrfs ();
  return g_hash_table_lookup (use->btrfs, name);
}

/* --- consoles, firmware, aliases, open files --------------------------------------- */

char **
ccw_system_use_get_consoles (CcwSystemUse *use, GError **error)
{
  if (use->consoles == NULL)
    use->consoles = read_lines ("/proc/consoles", error);
  return use->consoles;
}

static void
read_firmware (CcwSystemUse *use)
{
  g_autofree char *ipl_type = ccw_sysfs_read ("/sys/firmware/ipl/ipl_type", NULL);
  g_autofree char *dump_type = ccw_sysfs_read ("/sys/firmware/dump/dump_type", NULL);
  g_autofree char *dump = NULL;

  if (ipl_type != NULL)
    use->ipl_device = ccw_sysfs_read ("/sys/firmware/ipl/device", NULL);
  if (dump_type == NULL)
    return;
  /* It counts for the chosen type alone: none, ccw, eckd, fcp, nvme. */
  dump = g_build_filename ("/sys/firmware/dump", dump_type, "device", NULL);
  use->dump_device = ccw_sysfs_read (dump, NULL);
}

static void
need_firmware (CcwSystemUse *use)
{
  if (!use->has_firmware)
    read_firmware (use);
  use->has_firmware = TRUE;
}

const char *
ccw_system_use_get_ipl_device (CcwSystemUse *use)
{
  need_firmware (use);
  return use->ipl_device;
}

const char *
ccw_system_use_get_dump_device (CcwSystemUse *use)
{
  need_firmware (use);
  return use->dump_device;
}

const char *
ccw_system_use_find_alias (CcwSystemUse *use, const char *uid)
{
  if (use->aliases == NULL)
    use->aliases = ccw_pav_read_aliases ();
  return g_hash_table_lookup (use->aliases, uid);
}

char *
ccw_system_use_find_opener (CcwSystemUse *use, const GPtrArray *nodes, GError **error)
{
  if (nodes->len == 0)
    return NULL;
  if (use->open_files == NULL)
    use->open_files = ccw_open_files_read ();
  return ccw_open_files_find (use->open_files, nodes, error);
}
