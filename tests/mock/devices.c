/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine-private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "uevent.h"

/* What a device brings along once it is online. */
typedef void (*ChildrenFunc) (MockMachine *machine, MockSubchannel *subchannel);

typedef struct _MockKind
{
  const char *name;
  const char *cutype;
  const char *devtype;
  const char *driver; /* NULL: the host has none for it */
  gboolean online;    /* when it is plugged in */
  gboolean automatic; /* its driver sets it online whenever it is found */
  ChildrenFunc make_children;
} MockKind;

char *
mock_subchannel_path (const MockSubchannel *subchannel, const char *leaf)
{
  return g_build_filename ("/sys/devices/css0", subchannel->name, leaf, NULL);
}

char *
mock_device_path (const MockSubchannel *subchannel, const char *leaf)
{
  return g_build_filename ("/sys/devices/css0", subchannel->name, subchannel->device, leaf, NULL);
}

void
mock_emit (MockMachine *machine, const char *action, const char *subsystem, const char *path)
{
  const char *devpath = path + strlen ("/sys");

  if (machine->quiet)
    return;
  if (machine->is_mounted)
    mock_uevent_broadcast (action, subsystem, devpath);
  else
    mock_uevent_send (machine->tree.root, action, subsystem, devpath);
}

static void
put_file (MockMachine *machine, const char *folder, const char *leaf, const char *text)
{
  g_autofree char *path = g_build_filename (folder, leaf, NULL);

  mock_tree_file (&machine->tree, path, text);
}

static void
put_link (MockMachine *machine, const char *folder, const char *leaf, const char *target)
{
  g_autofree char *path = g_build_filename (folder, leaf, NULL);

  mock_tree_link (&machine->tree, path, target);
}

/* --- children ------------------------------------------------------------- */

static void
make_block (MockMachine *machine, const char *parent, const char *name, guint major, guint minor)
{
  g_autofree char *folder = g_build_filename (parent, name, NULL);
  g_autofree char *class_link = g_build_filename ("/sys/class/block", name, NULL);
  g_autofree char *node = g_build_filename ("/dev", name, NULL);
  g_autofree char *holders = g_build_filename (folder, "holders", NULL);
  g_autofree char *number = g_strdup_printf ("%u:%u\n", major, minor);

  put_file (machine, folder, "dev", number);
  put_file (machine, folder, "uevent", "");
  mock_tree_folder (&machine->tree, holders);
  mock_tree_link (&machine->tree, class_link, folder);
  mock_tree_file (&machine->tree, node, "");
}

/* A disk with one partition. */
static void
make_disk (MockMachine *machine, const char *parent, const char *prefix, guint index, guint major,
           guint minors)
{
  g_autofree char *disk = g_strdup_printf ("%s%c", prefix, 'a' + (int) (index % 26));
  g_autofree char *partition = g_strdup_printf ("%s1", disk);
  g_autofree char *disk_path = g_build_filename (parent, disk, NULL);
  g_autofree char *partition_path = g_build_filename (disk_path, partition, NULL);

  make_block (machine, parent, disk, major, index * minors);
  make_block (machine, disk_path, partition, major, index * minors + 1);
  put_file (machine, partition_path, "partition", "1\n");
}

static void
make_dasd (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *folder = mock_device_path (subchannel, "block");

  make_disk (machine, folder, "dasd", subchannel->index, 94, 4);
}

static void
make_fcp (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *folder
      = mock_device_path (subchannel, "host0/rport-0:0-0/target0:0:0/0:0:0:0/block");

  make_disk (machine, folder, "sd", subchannel->index, 8, 16);
}

static void
make_terminal (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *leaf = g_strdup_printf ("3270/tty%s", subchannel->device);
  g_autofree char *folder = mock_device_path (subchannel, leaf);
  g_autofree char *number = g_strdup_printf ("227:%u\n", subchannel->index + 1);
  g_autofree char *uevent = g_strdup_printf ("DEVNAME=3270/tty%u\n", subchannel->index + 1);

  put_file (machine, folder, "dev", number);
  put_file (machine, folder, "uevent", uevent);
}

static void
make_group (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *device = mock_device_path (subchannel, NULL);
  g_autofree char *group = g_build_filename ("/sys/devices/qeth", subchannel->device, NULL);

  put_file (machine, group, "online", "1\n");
  put_link (machine, group, "cdev0", device);
  put_link (machine, device, "group_device", group);
}

/* Names keep their number while the device lives, so that it comes back as what it was. */
static char *
make_virtio (MockMachine *machine, MockSubchannel *subchannel, const char *driver)
{
  g_autofree char *name = g_strdup_printf ("virtio%u", subchannel->index);
  g_autofree char *bus_link = g_build_filename ("/sys/bus/virtio/devices", name, NULL);
  g_autofree char *driver_path = g_build_filename ("/sys/bus/virtio/drivers", driver, NULL);
  char *folder = mock_device_path (subchannel, name);

  put_file (machine, folder, "uevent", "");
  mock_tree_folder (&machine->tree, driver_path);
  put_link (machine, folder, "subsystem", "/sys/bus/virtio");
  put_link (machine, folder, "driver", driver_path);
  mock_tree_link (&machine->tree, bus_link, folder);
  return folder;
}

static void
make_virtio_blk (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *virtio = make_virtio (machine, subchannel, "virtio_blk");
  g_autofree char *folder = g_build_filename (virtio, "block", NULL);

  make_disk (machine, folder, "vd", subchannel->index, 254, 16);
}

static void
make_virtio_net (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *virtio = make_virtio (machine, subchannel, "virtio_net");
  g_autofree char *name = g_strdup_printf ("eth%u", subchannel->index);
  g_autofree char *folder = g_build_filename (virtio, "net", name, NULL);
  g_autofree char *class_link = g_build_filename ("/sys/class/net", name, NULL);

  put_file (machine, folder, "flags", "0x1002\n");
  put_file (machine, folder, "uevent", "");
  mock_tree_link (&machine->tree, class_link, folder);
}

static void
make_virtio_9p (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *virtio = make_virtio (machine, subchannel, "9pnet_virtio");
  g_autofree char *tag = g_strdup_printf ("tag%u", subchannel->index);

  put_file (machine, virtio, "mount_tag", tag);
}

static void
make_virtio_rng (MockMachine *machine, MockSubchannel *subchannel)
{
  g_free (make_virtio (machine, subchannel, "virtio_rng"));
}

static void
make_virtio_console (MockMachine *machine, MockSubchannel *subchannel)
{
  g_free (make_virtio (machine, subchannel, "virtio_console"));
}

static void
make_virtio_fs (MockMachine *machine, MockSubchannel *subchannel)
{
  g_free (make_virtio (machine, subchannel, "virtiofs"));
}

/* --- kinds ---------------------------------------------------------------- */

static const MockKind kinds[] = {
  { "3215", "3215/00", "n/a", "3215", TRUE, FALSE, NULL },
  { "3270", "3270/00", "n/a", "3270", FALSE, FALSE, make_terminal },
  { "dasd", "3990/e9", "3390/0c", "dasd-eckd", TRUE, FALSE, make_dasd },
  { "dasd-alias", "3990/e9", "3390/0c", "dasd-eckd", TRUE, FALSE, NULL },
  { "fcp", "1731/03", "1732/03", "zfcp", TRUE, FALSE, make_fcp },
  { "qeth", "1731/01", "1732/01", "qeth", TRUE, FALSE, make_group },
  { "unknown", "4711/00", "n/a", NULL, FALSE, FALSE, NULL },
  { "virtio-9p", "3832/09", "n/a", "virtio_ccw", TRUE, TRUE, make_virtio_9p },
  { "virtio-blk", "3832/02", "n/a", "virtio_ccw", TRUE, TRUE, make_virtio_blk },
  { "virtio-console", "3832/03", "n/a", "virtio_ccw", TRUE, TRUE, make_virtio_console },
  { "virtio-fs", "3832/1a", "n/a", "virtio_ccw", TRUE, TRUE, make_virtio_fs },
  { "virtio-net", "3832/01", "n/a", "virtio_ccw", TRUE, TRUE, make_virtio_net },
  { "virtio-rng", "3832/04", "n/a", "virtio_ccw", TRUE, TRUE, make_virtio_rng },
};

const MockKind *
mock_kind_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].name, name))
      return &kinds[i];
  return NULL;
}

static guint
take_index (MockMachine *machine, const MockKind *kind)
{
  const char *counter = g_str_has_prefix (kind->name, "virtio") ? "virtio" : kind->name;
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (machine->next_index, counter));

  g_hash_table_insert (machine->next_index, (gpointer) counter, GUINT_TO_POINTER (index + 1));
  return index;
}

/* --- subchannels ---------------------------------------------------------- */

/* css_uevent(), behind what the driver core says. */
void
mock_subchannel_tell_driver (MockMachine *machine, MockSubchannel *subchannel, const char *driver)
{
  g_autofree char *folder = mock_subchannel_path (subchannel, NULL);
  g_autofree char *modalias = mock_subchannel_path (subchannel, "modalias");
  g_autofree char *alias = mock_tree_read (&machine->tree, modalias);
  g_autofree char *text = driver == NULL
                              ? g_strdup_printf ("MODALIAS=%s\n", alias)
                              : g_strdup_printf ("DRIVER=%s\nMODALIAS=%s\n", driver, alias);

  put_file (machine, folder, "uevent", text);
}

void
mock_subchannel_create (MockMachine *machine, MockSubchannel *subchannel, const char *type)
{
  g_autofree char *folder = mock_subchannel_path (subchannel, NULL);
  g_autofree char *bus_link = g_build_filename ("/sys/bus/css/devices", subchannel->name, NULL);
  g_autofree char *busid
      = g_strdup_printf ("%s\n", subchannel->device != NULL ? subchannel->device : "none");
  g_autofree char *type_line = g_strdup_printf ("%s\n", type);
  g_autofree char *modalias = g_strdup_printf ("css:t%s\n", type);

  put_file (machine, folder, "type", type_line);
  put_file (machine, folder, "modalias", modalias);
  put_file (machine, folder, "dev_busid", busid);
  put_file (machine, folder, "pimpampom", "80 80 ff\n");
  put_file (machine, folder, "chpids", "10 00 00 00 00 00 00 00\n");
  put_file (machine, folder, "driver_override", "(null)\n");
  mock_subchannel_tell_driver (machine, subchannel, NULL);
  put_link (machine, folder, "subsystem", "/sys/bus/css");
  mock_tree_link (&machine->tree, bus_link, folder);
  if (subchannel->kind != NULL)
    {
      subchannel->online = subchannel->kind->online;
      subchannel->index = take_index (machine, subchannel->kind);
    }
}

void
mock_subchannel_delete (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *folder = mock_subchannel_path (subchannel, NULL);
  g_autofree char *bus_link = g_build_filename ("/sys/bus/css/devices", subchannel->name, NULL);

  mock_tree_remove (&machine->tree, bus_link);
  mock_emit (machine, "remove", "css", folder);
  mock_tree_remove (&machine->tree, folder);
}

/* --- ccw devices ---------------------------------------------------------- */

/* ccw_uevent(), behind what the driver core says. */
static void
put_device_uevent (MockMachine *machine, const MockSubchannel *subchannel, const char *folder)
{
  const MockKind *kind = subchannel->kind;
  GString *text = g_string_new (NULL);
  guint cu_type = 0, cu_model = 0, type = 0, model = 0;

  sscanf (kind->cutype, "%x/%x", &cu_type, &cu_model);
  if (kind->driver != NULL)
    g_string_append_printf (text, "DRIVER=%s\n", kind->driver);
  g_string_append_printf (text, "CU_TYPE=%04X\nCU_MODEL=%02X\n", cu_type, cu_model);
  if (sscanf (kind->devtype, "%x/%x", &type, &model) == 2)
    g_string_append_printf (text, "DEV_TYPE=%04X\nDEV_MODEL=%02X\n", type, model);
  put_file (machine, folder, "uevent", text->str);
  g_string_free (text, TRUE);
}

/* Each DASD says whether it is a PAV alias, but none knows while it is offline. */
static void
put_alias (MockMachine *machine, const MockSubchannel *subchannel, gboolean online)
{
  g_autofree char *folder = mock_device_path (subchannel, NULL);
  gboolean is_alias = g_str_equal (subchannel->kind->name, "dasd-alias");

  if (g_strcmp0 (subchannel->kind->driver, "dasd-eckd") == 0)
    put_file (machine, folder, "alias", online && is_alias ? "1\n" : "0\n");
}

static void
bind_device (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *folder = mock_device_path (subchannel, NULL);
  g_autofree char *driver = NULL;

  if (subchannel->kind->driver == NULL)
    return;
  driver = g_build_filename ("/sys/bus/ccw/drivers", subchannel->kind->driver, NULL);
  put_link (machine, driver, subchannel->device, folder);
  put_link (machine, folder, "driver", driver);
  mock_emit (machine, "bind", "ccw", folder);
}

void
mock_device_register (MockMachine *machine, MockSubchannel *subchannel)
{
  const MockKind *kind = subchannel->kind;
  g_autofree char *folder = mock_device_path (subchannel, NULL);
  g_autofree char *bus_link = g_build_filename ("/sys/bus/ccw/devices", subchannel->device, NULL);
  g_autofree char *cutype = g_strdup_printf ("%s\n", kind->cutype);
  g_autofree char *devtype = g_strdup_printf ("%s\n", kind->devtype);

  put_device_uevent (machine, subchannel, folder);
  put_file (machine, folder, "cutype", cutype);
  put_file (machine, folder, "devtype", devtype);
  put_file (machine, folder, "availability", "good\n");
  put_file (machine, folder, "online", "0\n");
  put_alias (machine, subchannel, FALSE);
  put_link (machine, folder, "subsystem", "/sys/bus/ccw");
  mock_tree_link (&machine->tree, bus_link, folder);
  mock_emit (machine, "add", "ccw", folder);
  bind_device (machine, subchannel);
  if (subchannel->online)
    mock_device_set_online (machine, subchannel, TRUE);
  subchannel->online = kind->automatic;
}

void
mock_device_unregister (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *folder = mock_device_path (subchannel, NULL);
  g_autofree char *bus_link = g_build_filename ("/sys/bus/ccw/devices", subchannel->device, NULL);

  if (!mock_tree_exists (&machine->tree, folder))
    return;
  mock_device_set_online (machine, subchannel, FALSE);
  if (subchannel->kind->driver != NULL)
    {
      g_autofree char *driver_link = g_build_filename (
          "/sys/bus/ccw/drivers", subchannel->kind->driver, subchannel->device, NULL);

      mock_tree_remove (&machine->tree, driver_link);
    }
  mock_tree_remove (&machine->tree, bus_link);
  mock_emit (machine, "remove", "ccw", folder);
  mock_tree_remove (&machine->tree, folder);
}

/* What becomes of a device that somebody still holds when another one answers in its place. */
void
mock_device_orphan (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *folder = mock_device_path (subchannel, NULL);
  g_autofree char *orphan
      = g_build_filename ("/sys/devices/css0/defunct", subchannel->device, NULL);
  g_autofree char *bus_link = g_build_filename ("/sys/bus/ccw/devices", subchannel->device, NULL);
  g_autofree char *busid = mock_subchannel_path (subchannel, "dev_busid");

  mock_tree_move (&machine->tree, folder, orphan);
  mock_tree_link (&machine->tree, bus_link, orphan);
  mock_tree_file (&machine->tree, busid, "none\n");
  mock_emit (machine, "move", "ccw", orphan);
}

/* Class and bus links, and nodes, of what goes with the device. */
static void
remove_links_to_children (MockMachine *machine, const char *folder)
{
  static const char *const link_folders[]
      = { "/sys/class/block", "/sys/class/net", "/sys/bus/virtio/devices" };

  for (gsize i = 0; i < G_N_ELEMENTS (link_folders); i++)
    {
      g_autoptr (GPtrArray) names = mock_tree_list (&machine->tree, link_folders[i]);

      for (guint j = 0; j < names->len; j++)
        {
          const char *name = g_ptr_array_index (names, j);
          g_autofree char *link = g_build_filename (link_folders[i], name, NULL);
          g_autofree char *outside = g_build_filename (machine->tree.root, link, NULL);
          g_autofree char *target = g_file_read_link (outside, NULL);
          g_autofree char *node = g_build_filename ("/dev", name, NULL);

          if (target == NULL || strstr (target, folder + strlen ("/sys")) == NULL)
            continue;
          mock_tree_remove (&machine->tree, link);
          mock_tree_remove (&machine->tree, node);
        }
    }
}

static void
remove_children (MockMachine *machine, const char *folder)
{
  g_autoptr (GPtrArray) names = mock_tree_list (&machine->tree, folder);

  remove_links_to_children (machine, folder);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
      g_autofree char *outside = g_build_filename (machine->tree.root, path, NULL);

      if (g_file_test (outside, G_FILE_TEST_IS_DIR)
          && !g_file_test (outside, G_FILE_TEST_IS_SYMLINK))
        mock_tree_remove (&machine->tree, path);
    }
}

int
mock_device_set_online (MockMachine *machine, MockSubchannel *subchannel, gboolean online)
{
  g_autofree char *folder = mock_device_path (subchannel, NULL);
  g_autofree char *attribute = mock_device_path (subchannel, "online");
  g_autofree char *now = mock_tree_read (&machine->tree, attribute);

  if (now == NULL || subchannel->kind->driver == NULL)
    return ENODEV;
  if (g_str_equal (now, online ? "1" : "0"))
    return 0;
  if (!online)
    remove_children (machine, folder);
  else if (subchannel->kind->make_children != NULL)
    subchannel->kind->make_children (machine, subchannel);
  mock_tree_file (&machine->tree, attribute, online ? "1\n" : "0\n");
  put_alias (machine, subchannel, online);
  return 0;
}

MockSubchannel *
mock_find_by_device (MockMachine *machine, const char *device)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, machine->subchannels);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_strcmp0 (((MockSubchannel *) value)->device, device) == 0)
      return value;
  return NULL;
}
