/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each kind of use is found and named; what is not used is free. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "ccw/error.h"
#include "ccw/in-use.h"
#include "machine.h"
#include "remove-tree.h"

typedef struct
{
  const char *name;
  const char *kind;       /* of device 0.0.1000, online */
  const char *verbs[4];   /* what makes it used; none: it is free */
  const char *message[2]; /* what the refusal says */
} Case;

static const Case cases[] = {
  { "disk", "dasd", { NULL }, { NULL } },
  { "disk/mounted", "dasd", { "mount /dev/dasda / ext4 94:0" }, { "/dev/dasda is mounted on /" } },
  { "disk/partition-mounted",
    "dasd",
    { "mount /dev/dasda1 /srv/some\\\\040where ext4 94:1" },
    { "/dev/dasda1 is mounted on /srv/some where" } },
  { "disk/other-mounted", "dasd", { "mount /dev/dasdb1 /srv ext4 94:5" }, { NULL } },
  { "disk/similar-number-mounted", "dasd", { "mount /dev/dasdz1 /srv ext4 94:11" }, { NULL } },
  { "disk/mounted-by-source",
    "dasd",
    { "mount /dev/dasda1 /srv btrfs 0:41" },
    { "/dev/dasda1 is mounted on /srv" } },
  { "disk/second-of-btrfs", "dasd", { "btrfs dasda1" }, { "btrfs 6f6a1c02" } },
  { "disk/swap", "dasd", { "swap /dev/dasda1" }, { "/dev/dasda1 is swap space" } },
  { "disk/other-swap", "dasd", { "swap /dev/dasda11" }, { NULL } },
  { "disk/held", "dasd", { "hold dasda1 dm-0" }, { "/dev/dasda1 is held by /dev/dm-0" } },
  { "disk/held-and-mounted",
    "dasd",
    { "hold dasda1 dm-0", "mount /dev/dm-0 / xfs 253:0" },
    { "/dev/dasda1 is held by /dev/dm-0", "/dev/dm-0 is mounted on /" } },
  { "disk/loop", "dasd", { "loop loop0 /dev/dasda1" }, { "/dev/dasda1 carries the loop device" } },
  { "disk/other-loop", "dasd", { "loop loop0 /srv/image" }, { NULL } },
  { "disk/open",
    "dasd",
    { "open 812 fdasd /dev/dasda" },
    { "fdasd (process 812) has /dev/dasda open" } },
  { "disk/ipl", "dasd", { "ipl 0.0.1000" }, { "the system was started from it" } },
  { "disk/other-ipl", "dasd", { "ipl 0.0.1001" }, { NULL } },
  { "disk/dump", "dasd", { "dump 0.0.1000" }, { "dump device" } },
  { "alias", "dasd-alias", { NULL }, { "it is a PAV alias" } },
  { "alias/offline", "dasd-alias", { "online 0.0.1000 0" }, { NULL } },
  { "base",
    "dasd",
    { "plug 0.0.0002 0.0.10ff dasd-alias", "uid 0.0.10ff IBM.1.e900.8a",
      "uid 0.0.1000 IBM.1.e900.8a" },
    { "its PAV alias 0.0.10ff is online" } },
  { "base/of-another-volume",
    "dasd",
    { "plug 0.0.0002 0.0.10ff dasd-alias", "uid 0.0.10ff IBM.1.e900.8b",
      "uid 0.0.1000 IBM.1.e900.8a" },
    { NULL } },
  { "base/hyper-pav",
    "dasd",
    { "plug 0.0.0002 0.0.10ff dasd-alias", "uid 0.0.10ff IBM.1.e900.xx",
      "uid 0.0.1000 IBM.1.e900.8a" },
    { NULL } },
  { "base/alias-offline",
    "dasd",
    { "plug 0.0.0002 0.0.10ff dasd-alias", "uid 0.0.10ff IBM.1.e900.8a",
      "uid 0.0.1000 IBM.1.e900.8a", "online 0.0.10ff 0" },
    { NULL } },
  { "fcp", "fcp", { NULL }, { NULL } },
  { "fcp/lun-mounted", "fcp", { "mount /dev/sda1 /data xfs 8:1" }, { "/dev/sda1 is mounted" } },
  { "group", "qeth", { NULL }, { "ccwgroup device 0.0.1000" } },
  { "line-terminal", "3215", { NULL }, { "3215" } },
  { "line-terminal/offline", "3215", { "online 0.0.1000 0" }, { NULL } },
  { "terminal", "3270", { "online 0.0.1000 1" }, { NULL } },
  { "terminal/open",
    "3270",
    { "online 0.0.1000 1", "open 99 agetty /dev/3270/tty1" },
    { "agetty (process 99) has /dev/3270/tty1 open" } },
  { "terminal/console",
    "3270",
    { "online 0.0.1000 1", "console tty3270 227:1" },
    { "/dev/3270/tty1 is a console" } },
  { "terminal/other-console", "3270", { "online 0.0.1000 1", "console ttyS0 4:64" }, { NULL } },
  { "virtio-blk", "virtio-blk", { NULL }, { NULL } },
  { "virtio-blk/mounted",
    "virtio-blk",
    { "mount /dev/root / ext4 254:1" },
    { "/dev/vda1 is mounted on /" } },
  { "virtio-net", "virtio-net", { NULL }, { NULL } },
  { "virtio-net/up", "virtio-net", { "interface eth0 up" }, { "network interface eth0 is up" } },
  { "virtio-net/other-namespace",
    "virtio-net",
    { "interface eth0 elsewhere" },
    { "its network interface is in another network namespace" } },
  { "virtio-net/offline",
    "virtio-net",
    { "interface eth0 elsewhere", "online 0.0.1000 0" },
    { NULL } },
  { "virtio-9p", "virtio-9p", { "mount othertag /mnt 9p 0:25" }, { NULL } },
  { "virtio-9p/mounted",
    "virtio-9p",
    { "mount tag0 /mnt 9p 0:25" },
    { "its 9p share tag0 is mounted on /mnt" } },
  { "virtio-fs", "virtio-fs", { "mount tag0 /mnt 9p 0:25" }, { NULL } },
  { "virtio-fs/mounted", "virtio-fs", { "mount any /mnt virtiofs 0:25" }, { "/mnt" } },
  { "virtio-rng", "virtio-rng", { NULL }, { NULL } },
  { "virtio-console", "virtio-console", { "console ttyS0 4:64" }, { NULL } },
  { "virtio-console/used", "virtio-console", { "console hvc0 229:0" }, { "virtio console" } },
  { "no-driver", "unknown", { NULL }, { NULL } },
};

/* Without a configuration. */
static CcwPaths *nowhere;

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (MockMachine) machine = mock_machine_new ();
  g_autoptr (GError) error = NULL;
  CcwDevId device = { .number = 0x1000 };
  gboolean is_free;

  mock_machine_do (machine, "plug 0.0.0001 0.0.1000 %s", c->kind);
  for (gsize i = 0; i < G_N_ELEMENTS (c->verbs) && c->verbs[i] != NULL; i++)
    mock_machine_do (machine, "%s", c->verbs[i]);

  is_free = ccw_device_check_unused (nowhere, &device, &error);
  if (c->message[0] == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (is_free);
      return;
    }
  g_assert_false (is_free);
  g_assert_error (error, CCW_ERROR, CCW_ERROR_IN_USE);
  g_assert_true (g_str_has_prefix (error->message, "device 0.0.1000 is in use: "));
  for (gsize i = 0; i < G_N_ELEMENTS (c->message) && c->message[i] != NULL; i++)
    if (strstr (error->message, c->message[i]) == NULL)
      g_error ("'%s' is not in: %s", c->message[i], error->message);
}

static void
test_no_device (void)
{
  g_autoptr (MockMachine) machine = mock_machine_new ();
  g_autoptr (GError) error = NULL;
  CcwDevId device = { .number = 0x1000 };

  g_assert_false (ccw_device_check_unused (nowhere, &device, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_NOT_FOUND);
}

/* Not knowing is no licence. */
static void
test_unknown (gconstpointer data)
{
  g_autoptr (MockMachine) machine = mock_machine_new ();
  g_autofree char *path = g_build_filename (mock_machine_get_root (machine), data, NULL);
  g_autoptr (GError) error = NULL;
  CcwDevId device = { .number = 0x1000 };

  mock_machine_do (machine, "plug 0.0.0001 0.0.1000 dasd");
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);
  g_assert_false (ccw_device_check_unused (nowhere, &device, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
}

static void
test_unknown_process (void)
{
  g_autoptr (MockMachine) machine = mock_machine_new ();
  g_autofree char *process = g_build_filename (mock_machine_get_root (machine), "proc/812", NULL);
  g_autofree char *path = g_build_filename (process, "fd", NULL);
  g_autoptr (GError) error = NULL;
  CcwDevId device = { .number = 0x1000 };

  mock_machine_do (machine, "plug 0.0.0001 0.0.1000 dasd");
  g_assert_cmpint (g_mkdir (process, 0755), ==, 0);
  g_assert_true (ccw_device_check_unused (nowhere, &device, NULL)); /* it has just ended */
  g_assert_true (g_file_set_contents (path, "", -1, NULL));
  g_assert_false (ccw_device_check_unused (nowhere, &device, &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_SYSTEM);
}

/* --- what an administrator allows --------------------------------------------------- */

typedef struct
{
  const char *name;
  const char *kind;
  const char *verb; /* by which it is used */
  const char *text; /* of the file */
  gboolean is_allowed;
} Allowed;

static const Allowed allowances[] = {
  { "open", "dasd", "open 812 monitor /dev/dasda", "[0.0.1000]\nallow=open\n", TRUE },
  { "open/one-of-two", "dasd", "open 812 monitor /dev/dasda", "[0.0.1000]\nallow=alias;open\n",
    TRUE },
  { "open/as-lscss-writes", "dasd", "open 812 monitor /dev/dasda", "[00.0.1000]\nallow=open\n",
    TRUE },
  { "open/of-another", "dasd", "open 812 monitor /dev/dasda", "[0.0.1001]\nallow=open\n", FALSE },
  { "open/nothing", "dasd", "open 812 monitor /dev/dasda", "", FALSE },
  { "alias", "dasd-alias", "online 0.0.1000 1", "[0.0.1000]\nallow=alias\n", TRUE },
  { "alias/other-word", "dasd-alias", "online 0.0.1000 1", "[0.0.1000]\nallow=open\n", FALSE },
  { "3215", "3215", "online 0.0.1000 1", "[0.0.1000]\nallow=3215\n", TRUE },
  { "mount", "dasd", "mount /dev/dasda / ext4 94:0", "[0.0.1000]\nallow=open;alias;3215\n", FALSE },
  { "swap", "dasd", "swap /dev/dasda1", "[0.0.1000]\nallow=open;alias;3215\n", FALSE },
};

static void
write_config (const CcwPaths *paths, const char *text)
{
  g_autofree char *path = g_build_filename (ccw_paths_config_dir (paths), "in-use.conf", NULL);

  g_assert_cmpint (g_mkdir_with_parents (ccw_paths_config_dir (paths), 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
check_allowed (const char *text, gboolean is_allowed)
{
  g_autofree char *root = g_dir_make_tmp ("virt-ccw-test-XXXXXX", NULL);
  g_autoptr (CcwPaths) paths = ccw_paths_new (root);
  g_autoptr (GError) error = NULL;
  CcwDevId device = { .number = 0x1000 };

  write_config (paths, text);
  g_assert_true (ccw_device_check_unused (paths, &device, &error) == is_allowed);
  if (!is_allowed)
    g_assert_error (error, CCW_ERROR, CCW_ERROR_IN_USE);
  remove_tree (root);
}

static void
test_allowed (gconstpointer data)
{
  const Allowed *a = data;
  g_autoptr (MockMachine) machine = mock_machine_new ();

  mock_machine_do (machine, "plug 0.0.0001 0.0.1000 %s", a->kind);
  mock_machine_do (machine, "%s", a->verb);
  check_allowed (a->text, a->is_allowed);
}

/* What is wrong allows nothing, and the administrator is told. */
static void
test_allowed_wrongly (gconstpointer data)
{
  g_autoptr (MockMachine) machine = mock_machine_new ();

  mock_machine_do (machine, "plug 0.0.0001 0.0.1000 dasd");
  mock_machine_do (machine, "open 812 monitor /dev/dasda");
  g_test_expect_message ("virt-ccw", G_LOG_LEVEL_WARNING, "*in-use.conf*");
  check_allowed (data, FALSE);
  g_test_assert_expected_messages ();
}

/* The refusal tells how to allow it. */
static void
test_hint (void)
{
  g_autoptr (MockMachine) machine = mock_machine_new ();
  g_autoptr (GError) error = NULL;
  CcwDevId device = { .number = 0x1000 };

  mock_machine_do (machine, "plug 0.0.0001 0.0.1000 dasd-alias");
  g_assert_false (ccw_device_check_unused (nowhere, &device, &error));
  g_assert_nonnull (strstr (error->message, "allow 'alias' of 0.0.1000 in in-use.conf"));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  nowhere = ccw_paths_new ("/nonexistent");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/in-use/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (allowances); i++)
    {
      g_autofree char *path = g_strdup_printf ("/in-use/allowed/%s", allowances[i].name);

      g_test_add_data_func (path, &allowances[i], test_allowed);
    }
  g_test_add_data_func ("/in-use/allowed/unknown-word", "[0.0.1000]\nallow=mount\n",
                        test_allowed_wrongly);
  g_test_add_data_func ("/in-use/allowed/no-key-file", "0.0.1000 open\n", test_allowed_wrongly);
  g_test_add_func ("/in-use/allowed/hint", test_hint);
  g_test_add_func ("/in-use/no-device", test_no_device);
  g_test_add_func ("/in-use/unknown-process", test_unknown_process);
  g_test_add_data_func ("/in-use/unknown-mounts", "proc/self/mountinfo", test_unknown);
  g_test_add_data_func ("/in-use/unknown-consoles", "proc/consoles", test_unknown);
  g_test_add_data_func ("/in-use/unknown-swap", "proc/swaps", test_unknown);
  result = g_test_run ();
  ccw_paths_free (nowhere);
  return result;
}
