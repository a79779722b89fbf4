/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine-private.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "kernel-protocol.h"

/* --- files that the verbs change ------------------------------------------ */

static void
write_proc_files (MockMachine *machine)
{
  mock_tree_file (&machine->tree, "/proc/self/mountinfo", machine->mounts->str);
  mock_tree_file (&machine->tree, "/proc/swaps", machine->swaps->str);
  mock_tree_file (&machine->tree, "/proc/consoles", machine->consoles->str);
}

static void
make_buses (MockMachine *machine)
{
  static const char *const folders[] = {
    "/sys/bus/css/devices",
    "/sys/bus/ccw/devices",
    "/sys/bus/ccw/drivers",
    "/sys/bus/mdev/devices",
    "/sys/bus/mdev/drivers/vfio_ccw_mdev",
    "/sys/bus/virtio/devices",
    "/sys/class/mdev_bus",
    "/sys/class/block",
    "/sys/class/net",
    "/sys/devices/css0",
    "/sys/firmware/ipl",
    "/sys/firmware/dump",
    "/sys/fs/btrfs",
    "/sys/kernel/iommu_groups",
    "/dev/vfio",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    mock_tree_folder (&machine->tree, folders[i]);
  mock_tree_file (&machine->tree, "/sys/devices/css0/uevent", "");
  mock_tree_file (&machine->tree, "/sys/bus/css/drivers_probe", "");
  mock_tree_file (&machine->tree, "/sys/firmware/ipl/ipl_type", "unknown\n");
  mock_tree_file (&machine->tree, "/sys/firmware/dump/dump_type", "none\n");
  mock_tree_file (&machine->tree, "/dev/vfio/vfio", "");
}

/* --- verbs ---------------------------------------------------------------- */

static void
subchannel_free (gpointer data)
{
  MockSubchannel *subchannel = data;

  g_free (subchannel->name);
  g_free (subchannel->device);
  g_free (subchannel->rival);
  g_free (subchannel);
}

static void
fault_free (gpointer data)
{
  MockFault *fault = data;

  g_free (fault->order);
  g_free (fault);
}

static void
delay_free (gpointer data)
{
  MockDelay *delay = data;

  g_free (delay->order);
  g_free (delay);
}

static gboolean
wrong (GError **error, const char *what, const char *value)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s '%s'", what, value);
  return FALSE;
}

static MockSubchannel *
add_subchannel (MockMachine *machine, const char *name, const char *device,
                const struct _MockKind *kind, const char *type)
{
  MockSubchannel *subchannel = g_new0 (MockSubchannel, 1);

  subchannel->name = g_strdup (name);
  subchannel->device = g_strdup (device);
  subchannel->kind = kind;
  g_hash_table_insert (machine->subchannels, subchannel->name, subchannel);
  mock_subchannel_create (machine, subchannel, type);
  return subchannel;
}

static gboolean
verb_plug (MockMachine *machine, char **argument, GError **error)
{
  const struct _MockKind *kind = mock_kind_find (argument[2]);
  MockSubchannel *subchannel;
  g_autofree char *folder = NULL;

  if (kind == NULL)
    return wrong (error, "no such kind of device", argument[2]);
  if (g_hash_table_contains (machine->subchannels, argument[0]))
    return wrong (error, "there is a subchannel already", argument[0]);
  subchannel = add_subchannel (machine, argument[0], argument[1], kind, "0");
  folder = mock_subchannel_path (subchannel, NULL);
  mock_emit (machine, "add", "css", folder);
  mock_kernel_probe (machine, subchannel);
  return TRUE;
}

static gboolean
verb_subchannel (MockMachine *machine, char **argument, GError **error)
{
  MockSubchannel *subchannel = add_subchannel (machine, argument[0], NULL, NULL, argument[1]);
  g_autofree char *folder = mock_subchannel_path (subchannel, NULL);

  mock_emit (machine, "add", "css", folder);
  mock_kernel_probe (machine, subchannel);
  return TRUE;
}

static gboolean
verb_many (MockMachine *machine, char **argument, GError **error)
{
  guint64 n = g_ascii_strtoull (argument[0], NULL, 10);
  const struct _MockKind *kind = mock_kind_find (argument[1]);

  if (kind == NULL)
    return wrong (error, "no such kind of device", argument[1]);
  machine->quiet = TRUE;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name
          = g_strdup_printf ("0.%x.%04x", (0x1000 + i) >> 16, (0x1000 + i) & 0xffff);

      mock_kernel_adopt (machine, add_subchannel (machine, name, name, kind, "0"));
    }
  machine->quiet = FALSE;
  return TRUE;
}

static MockSubchannel *
find_subchannel (MockMachine *machine, const char *name, GError **error)
{
  MockSubchannel *subchannel = g_hash_table_lookup (machine->subchannels, name);

  if (subchannel == NULL)
    wrong (error, "no such subchannel", name);
  return subchannel;
}

static gboolean
verb_unplug (MockMachine *machine, char **argument, GError **error)
{
  MockSubchannel *subchannel = find_subchannel (machine, argument[0], error);

  if (subchannel == NULL)
    return FALSE;
  mock_kernel_unbind (machine, subchannel);
  mock_subchannel_delete (machine, subchannel);
  g_hash_table_remove (machine->subchannels, argument[0]);
  return TRUE;
}

static gboolean
verb_orphan (MockMachine *machine, char **argument, GError **error)
{
  MockSubchannel *subchannel = find_subchannel (machine, argument[0], error);

  if (subchannel == NULL)
    return FALSE;
  mock_device_orphan (machine, subchannel);
  return TRUE;
}

static gboolean
verb_quiet (MockMachine *machine, char **argument, GError **error)
{
  machine->quiet = TRUE;
  return TRUE;
}

static gboolean
verb_overflow (MockMachine *machine, char **argument, GError **error)
{
  machine->quiet = FALSE;
  mock_tree_file (&machine->tree, "/" MOCK_OVERFLOW_FILE, "");
  mock_emit (machine, "change", "css", "/sys/devices/css0");
  return TRUE;
}

static gboolean
verb_online (MockMachine *machine, char **argument, GError **error)
{
  MockSubchannel *subchannel = mock_find_by_device (machine, argument[0]);

  if (subchannel == NULL
      || mock_device_set_online (machine, subchannel, g_str_equal (argument[1], "1")) != 0)
    return wrong (error, "no such device to set on- or offline", argument[0]);
  return TRUE;
}

static gboolean
verb_renumber (MockMachine *machine, char **argument, GError **error)
{
  MockSubchannel *subchannel = find_subchannel (machine, argument[0], error);
  g_autofree char *busid = g_strdup_printf ("%s\n", argument[1]);
  g_autofree char *attribute = NULL;
  g_autofree char *folder = NULL;

  if (subchannel == NULL)
    return FALSE;
  mock_kernel_unbind (machine, subchannel);
  g_free (subchannel->device);
  subchannel->device = g_strdup (argument[1]);
  attribute = mock_subchannel_path (subchannel, "dev_busid");
  mock_tree_file (&machine->tree, attribute, busid);
  folder = mock_subchannel_path (subchannel, NULL);
  mock_emit (machine, "change", "css", folder);
  mock_kernel_probe (machine, subchannel);
  return TRUE;
}

/* Of a DASD, as its driver tells it. */
static gboolean
verb_uid (MockMachine *machine, char **argument, GError **error)
{
  MockSubchannel *subchannel = mock_find_by_device (machine, argument[0]);
  g_autofree char *text = g_strdup_printf ("%s\n", argument[1]);
  g_autofree char *folder = NULL;
  g_autofree char *attribute = NULL;

  if (subchannel == NULL)
    return wrong (error, "no such device to have a unique id", argument[0]);
  folder = mock_device_path (subchannel, NULL);
  attribute = g_build_filename (folder, "uid", NULL);
  mock_tree_file (&machine->tree, attribute, text);
  mock_emit (machine, "change", "ccw", folder);
  return TRUE;
}

static gboolean
verb_rival (MockMachine *machine, char **argument, GError **error)
{
  MockSubchannel *subchannel = find_subchannel (machine, argument[0], error);

  if (subchannel == NULL)
    return FALSE;
  g_free (subchannel->rival);
  subchannel->rival = g_strdup (argument[1]);
  return TRUE;
}

static gboolean
verb_override (MockMachine *machine, char **argument, GError **error)
{
  MockSubchannel *subchannel = find_subchannel (machine, argument[0], error);
  g_autofree char *text = g_strdup_printf ("%s\n", argument[1]);
  g_autofree char *attribute = NULL;

  if (subchannel == NULL)
    return FALSE;
  attribute = mock_subchannel_path (subchannel, "driver_override");
  mock_tree_file (&machine->tree, attribute, text);
  return TRUE;
}

static gboolean
verb_driver (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *folder = g_build_filename ("/sys/bus/css/drivers", argument[0], NULL);
  g_autofree char *bind = g_build_filename (folder, "bind", NULL);
  g_autofree char *unbind = g_build_filename (folder, "unbind", NULL);

  if (g_str_equal (argument[1], "0"))
    {
      mock_tree_remove (&machine->tree, folder);
      return TRUE;
    }
  mock_tree_file (&machine->tree, bind, "");
  mock_tree_file (&machine->tree, unbind, "");
  return TRUE;
}

static gboolean
verb_mount (MockMachine *machine, char **argument, GError **error)
{
  static guint id = 20;

  g_string_append_printf (machine->mounts, "%u 1 %s / %s rw,relatime - %s %s rw\n", id++,
                          argument[3], argument[1], argument[2], argument[0]);
  write_proc_files (machine);
  return TRUE;
}

static gboolean
verb_swap (MockMachine *machine, char **argument, GError **error)
{
  g_string_append_printf (machine->swaps, "%-40s%-16s%s\n", argument[0], "partition",
                          "1048572\t0\t-2");
  write_proc_files (machine);
  return TRUE;
}

static gboolean
verb_hold (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *holder = g_build_filename ("/sys/devices/virtual/block", argument[1], NULL);
  g_autofree char *number = g_build_filename (holder, "dev", NULL);
  g_autofree char *class_link = g_build_filename ("/sys/class/block", argument[1], NULL);
  g_autofree char *held = g_build_filename ("/sys/class/block", argument[0], NULL);
  g_autofree char *held_outside = g_build_filename (machine->tree.root, held, NULL);
  g_autofree char *target = g_file_read_link (held_outside, NULL);
  g_autofree char *link = NULL;

  if (target == NULL)
    return wrong (error, "no such block device", argument[0]);
  /* "../../../devices/…", three folders deep */
  link = g_build_filename ("/sys", strstr (target, "/devices/"), "holders", argument[1], NULL);
  mock_tree_file (&machine->tree, number, "253:0\n");
  mock_tree_link (&machine->tree, class_link, holder);
  mock_tree_link (&machine->tree, link, holder);
  return TRUE;
}

static gboolean
verb_btrfs (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *link = g_build_filename (
      "/sys/fs/btrfs/6f6a1c02-4ee6-4d4c-9a43-b41f3ed3d07a/devices", argument[0], NULL);
  g_autofree char *held = g_build_filename ("/sys/class/block", argument[0], NULL);

  mock_tree_link (&machine->tree, link, held);
  return TRUE;
}

static gboolean
verb_loop (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *folder = g_build_filename ("/sys/block", argument[0], NULL);
  g_autofree char *file = g_build_filename (folder, "loop/backing_file", NULL);
  g_autofree char *path = g_strconcat (argument[1], "\n", NULL);

  mock_tree_file (&machine->tree, file, path);
  return TRUE;
}

static gboolean
verb_ignore (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *line = g_strconcat (argument[0], "\n", NULL);

  mock_tree_file (&machine->tree, "/proc/cio_ignore", line);
  return TRUE;
}

/* In another network namespace: gone from this one's sysfs. */
static void
hide_interface (MockMachine *machine, const char *name)
{
  g_autofree char *link = g_build_filename ("/sys/class/net", name, NULL);
  g_autofree char *outside = g_build_filename (machine->tree.root, link, NULL);
  g_autofree char *target = g_file_read_link (outside, NULL);
  g_autofree char *folder = g_build_filename ("/sys", strstr (target, "/devices/"), NULL);

  mock_tree_remove (&machine->tree, folder);
  mock_tree_remove (&machine->tree, link);
}

static gboolean
verb_interface (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *flags = g_build_filename ("/sys/class/net", argument[0], "flags", NULL);

  if (!mock_tree_exists (&machine->tree, flags))
    return wrong (error, "no such interface", argument[0]);
  if (g_str_equal (argument[1], "elsewhere"))
    {
      hide_interface (machine, argument[0]);
      return TRUE;
    }
  mock_tree_file (&machine->tree, flags, g_str_equal (argument[1], "up") ? "0x1003\n" : "0x1002\n");
  return TRUE;
}

static gboolean
verb_console (MockMachine *machine, char **argument, GError **error)
{
  g_string_append_printf (machine->consoles, "%-21s-W- (EC p  )    %s\n", argument[0], argument[1]);
  write_proc_files (machine);
  return TRUE;
}

static gboolean
verb_ipl (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *line = g_strdup_printf ("%s\n", argument[0]);

  mock_tree_file (&machine->tree, "/sys/firmware/ipl/ipl_type", "ccw\n");
  mock_tree_file (&machine->tree, "/sys/firmware/ipl/device", line);
  return TRUE;
}

static gboolean
verb_dump (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *line = g_strdup_printf ("%s\n", argument[0]);

  mock_tree_file (&machine->tree, "/sys/firmware/dump/dump_type", "ccw\n");
  mock_tree_file (&machine->tree, "/sys/firmware/dump/ccw/device", line);
  return TRUE;
}

static gboolean
verb_open (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *process = g_build_filename ("/proc", argument[0], NULL);
  g_autofree char *name = g_build_filename (process, "comm", NULL);
  g_autofree char *command = g_strdup_printf ("%s\n", argument[1]);
  g_autofree char *folder = g_build_filename (process, "fd", NULL);
  g_autofree char *link = g_build_filename (machine->tree.root, folder, "7", NULL);

  mock_tree_file (&machine->tree, name, command);
  mock_tree_folder (&machine->tree, folder);
  if (symlink (argument[2], link) < 0)
    return wrong (error, "the process has something open already", argument[0]);
  return TRUE;
}

/* parent PROCESS PARENT: processes that have something open may have started others. */
static gboolean
verb_parent (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *path = g_build_filename ("/proc", argument[0], "stat", NULL);
  g_autofree char *text
      = g_strdup_printf ("%s (a (program) S 1) S %s 0\n", argument[0], argument[1]);

  mock_tree_file (&machine->tree, path, text);
  return TRUE;
}

/* Each argument with its NUL. */
static gboolean
write_command_line (MockMachine *machine, const char *process, const char *const *arguments,
                    GError **error)
{
  g_autofree char *folder = g_build_filename ("/proc", process, NULL);
  g_autofree char *path = g_build_filename (machine->tree.root, folder, "cmdline", NULL);
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; arguments[i] != NULL; i++)
    g_string_append_len (line, arguments[i], (gssize) strlen (arguments[i]) + 1);
  mock_tree_folder (&machine->tree, folder);
  return g_file_set_contents (path, line->str, (gssize) line->len, error);
}

/* process PROCESS COMMAND START: fields of its stat(5) as far as its start time, the 22nd. */
static gboolean
verb_process (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *name = g_build_filename ("/proc", argument[0], "comm", NULL);
  g_autofree char *stat = g_build_filename ("/proc", argument[0], "stat", NULL);
  g_autofree char *command = g_strdup_printf ("%s\n", argument[1]);
  g_autofree char *text = g_strdup_printf ("%s (%s) S 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 %s 0\n",
                                           argument[0], argument[1], argument[2]);

  mock_tree_file (&machine->tree, name, command);
  mock_tree_file (&machine->tree, stat, text);
  return write_command_line (machine, argument[0], (const char *[]){ argument[1], NULL }, error);
}

/* emulator PROCESS DOMAIN: as libvirt starts it. */
static gboolean
verb_emulator (MockMachine *machine, char **argument, GError **error)
{
  return write_command_line (machine, argument[0],
                             (const char *[]){ "qemu-system-s390x", "-uuid", argument[1], NULL },
                             error);
}

/* namespace NUMBER, of processes: all are in it. umockdev shows only a link to what is there. */
static gboolean
verb_namespace (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *target = g_strdup_printf ("pid:[%s]", argument[0]);
  g_autofree char *file = g_build_filename ("/proc/self/ns", target, NULL);
  g_autofree char *link = g_build_filename (machine->tree.root, "/proc/self/ns/pid", NULL);

  mock_tree_file (&machine->tree, file, "");
  unlink (link);
  return symlink (target, link) == 0 || wrong (error, "it cannot be linked", argument[0]);
}

static gboolean
verb_close (MockMachine *machine, char **argument, GError **error)
{
  g_autofree char *process = g_build_filename ("/proc", argument[0], NULL);

  mock_tree_remove (&machine->tree, process);
  return TRUE;
}

static gboolean
verb_fail (MockMachine *machine, char **argument, GError **error)
{
  MockFault *fault = g_new0 (MockFault, 1);

  fault->order = g_strdup (argument[0]);
  fault->error = (int) g_ascii_strtoll (argument[1], NULL, 10);
  fault->times = (guint) g_ascii_strtoull (argument[2], NULL, 10);
  g_ptr_array_add (machine->faults, fault);
  return TRUE;
}

static gboolean
verb_delay (MockMachine *machine, char **argument, GError **error)
{
  MockDelay *delay = g_new0 (MockDelay, 1);

  delay->order = g_strdup (argument[0]);
  delay->ms = (guint) g_ascii_strtoull (argument[1], NULL, 10);
  delay->times = (guint) g_ascii_strtoull (argument[2], NULL, 10);
  g_ptr_array_add (machine->delays, delay);
  return TRUE;
}

static gboolean
verb_hurry (MockMachine *machine, char **argument, GError **error)
{
  g_ptr_array_set_size (machine->delays, 0);
  mock_kernel_hurry (machine->kernel);
  return TRUE;
}

static gboolean
verb_order (MockMachine *machine, char **argument, GError **error)
{
  int reason = mock_kernel_carry_out (machine, argument[0], argument[1]);

  if (reason == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (reason), "%s: %s", argument[0],
               g_strerror (reason));
  return FALSE;
}

static gboolean
verb_at (MockMachine *machine, char **argument, GError **error)
{
  static const char *const fates[] = {
    [MOCK_FATE_REFUSE] = "refuse",
    [MOCK_FATE_IGNORE] = "ignore",
    [MOCK_FATE_KILL] = "kill",
    [MOCK_FATE_ORPHAN] = "orphan",
  };

  for (guint fate = MOCK_FATE_REFUSE; fate < G_N_ELEMENTS (fates); fate++)
    if (g_str_equal (fates[fate], argument[1]))
      {
        g_clear_pointer (&machine->struck, g_free);
        machine->fate = fate;
        machine->fate_at = machine->n_orders + (guint) g_ascii_strtoull (argument[0], NULL, 10);
        return TRUE;
      }
  return wrong (error, "no such fate", argument[1]);
}

static gboolean
verb_spare (MockMachine *machine, char **argument, GError **error)
{
  machine->fate = MOCK_FATE_NONE;
  return TRUE;
}

static const struct
{
  const char *name;
  guint n_arguments;
  gboolean (*func) (MockMachine *machine, char **argument, GError **error);
} verbs[] = {
  { "at", 2, verb_at },
  { "btrfs", 1, verb_btrfs },
  { "close", 1, verb_close },
  { "console", 2, verb_console },
  { "delay", 3, verb_delay },
  { "driver", 2, verb_driver },
  { "dump", 1, verb_dump },
  { "emulator", 2, verb_emulator },
  { "fail", 3, verb_fail },
  { "hold", 2, verb_hold },
  { "hurry", 0, verb_hurry },
  { "ignore", 1, verb_ignore },
  { "interface", 2, verb_interface },
  { "ipl", 1, verb_ipl },
  { "loop", 2, verb_loop },
  { "many", 2, verb_many },
  { "mount", 4, verb_mount },
  { "namespace", 1, verb_namespace },
  { "online", 2, verb_online },
  { "open", 3, verb_open },
  { "order", 2, verb_order },
  { "orphan", 1, verb_orphan },
  { "overflow", 0, verb_overflow },
  { "override", 2, verb_override },
  { "parent", 2, verb_parent },
  { "plug", 3, verb_plug },
  { "process", 3, verb_process },
  { "quiet", 0, verb_quiet },
  { "renumber", 2, verb_renumber },
  { "uid", 2, verb_uid },
  { "rival", 2, verb_rival },
  { "spare", 0, verb_spare },
  { "subchannel", 2, verb_subchannel },
  { "swap", 1, verb_swap },
  { "unplug", 1, verb_unplug },
};

static gboolean
run_verb (MockMachine *machine, char **words, GError **error)
{
  guint n_arguments = g_strv_length (words) - 1;

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].name, words[0]))
      return verbs[i].n_arguments == n_arguments
                 ? verbs[i].func (machine, words + 1, error)
                 : wrong (error, "wrong number of arguments for", words[0]);
  return wrong (error, "no such verb", words[0]);
}

gboolean
mock_machine_try (MockMachine *machine, const char *line, GError **error)
{
  g_auto (GStrv) words = NULL;
  gboolean done;

  if (!g_shell_parse_argv (line, NULL, &words, error))
    return FALSE;
  g_rec_mutex_lock (&machine->lock);
  done = run_verb (machine, words, error);
  g_rec_mutex_unlock (&machine->lock);
  return done;
}

void
mock_machine_do (MockMachine *machine, const char *format, ...)
{
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  if (!mock_machine_try (machine, line, &error))
    g_error ("'%s': %s", line, error->message);
  mock_machine_settle (machine);
}

void
mock_machine_settle (MockMachine *machine)
{
  mock_kernel_settle (machine->kernel);
}

/* --- life ----------------------------------------------------------------- */

MockMachine *
mock_machine_new (void)
{
  MockMachine *machine = g_new0 (MockMachine, 1);
  g_autoptr (GError) error = NULL;

  machine->tree.root = mock_mount_get_memory () != NULL
                           ? g_build_filename (mock_mount_get_memory (), "machine", NULL)
                           : g_dir_make_tmp ("mock-machine-XXXXXX", &error);
  if (machine->tree.root == NULL)
    g_error ("%s", error->message);
  g_rec_mutex_init (&machine->lock);
  machine->subchannels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, subchannel_free);
  machine->faults = g_ptr_array_new_with_free_func (fault_free);
  machine->delays = g_ptr_array_new_with_free_func (delay_free);
  machine->next_index = g_hash_table_new (g_str_hash, g_str_equal);
  machine->mounts = g_string_new (NULL);
  machine->swaps = g_string_new ("Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n");
  machine->consoles = g_string_new (NULL);
  make_buses (machine);
  write_proc_files (machine);
  g_setenv ("UMOCKDEV_DIR", machine->tree.root, TRUE);
  machine->kernel = mock_kernel_start (machine);
  mock_machine_do (machine, "driver io_subchannel 1");
  mock_machine_do (machine, "driver vfio_ccw 1");
  return machine;
}

void
mock_machine_free (MockMachine *machine)
{
  if (machine == NULL)
    return;
  mock_kernel_stop (machine->kernel);
  g_unsetenv ("UMOCKDEV_DIR");
  mock_mount_end ();
  mock_tree_remove (&machine->tree, "/");
  g_hash_table_unref (machine->subchannels);
  g_hash_table_unref (machine->next_index);
  g_ptr_array_unref (machine->faults);
  g_ptr_array_unref (machine->delays);
  g_string_free (machine->mounts, TRUE);
  g_string_free (machine->swaps, TRUE);
  g_string_free (machine->consoles, TRUE);
  g_rec_mutex_clear (&machine->lock);
  g_free (machine->struck);
  g_free (machine->tree.root);
  g_free (machine);
}

const char *
mock_machine_get_root (MockMachine *machine)
{
  return machine->tree.root;
}

char *
mock_machine_read (MockMachine *machine, const char *path)
{
  return mock_tree_read (&machine->tree, path);
}

char *
mock_machine_snapshot (MockMachine *machine)
{
  char *snapshot;

  mock_machine_settle (machine);
  g_rec_mutex_lock (&machine->lock);
  snapshot = mock_tree_snapshot (&machine->tree, "/sys");
  g_rec_mutex_unlock (&machine->lock);
  return snapshot;
}

char *
mock_machine_get_struck (MockMachine *machine)
{
  char *struck;

  g_rec_mutex_lock (&machine->lock);
  struck = g_strdup (machine->struck);
  g_rec_mutex_unlock (&machine->lock);
  return struck;
}

guint
mock_machine_get_n_orders (MockMachine *machine)
{
  guint n;

  g_rec_mutex_lock (&machine->lock);
  n = machine->n_orders;
  g_rec_mutex_unlock (&machine->lock);
  return n;
}
