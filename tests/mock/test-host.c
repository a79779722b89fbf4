/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The host model against the mock machine: what it finds, what it is told, what it tells. */
#include <glib.h>
#include <string.h>

#include "ccw/host.h"
#include "ccw/sysfs.h"
#include "machine.h"

#define UUID "7e270a25-e163-4922-af60-757fc8ed48c6"

/* How long to wait for an event before the test has failed; none takes milliseconds. */
#define PATIENCE_S 60

typedef struct
{
  MockMachine *machine;
  CcwHost *host;
  GPtrArray *heard; /* "added css_0_0_0313" and so on */
} Fixture;

static char *
name_of (CcwKind kind, gconstpointer object)
{
  switch (kind)
    {
    case CCW_KIND_SUBCHANNEL:
      return ccw_dev_id_to_name (ccw_subchannel_get_id (object), CCW_NAME_PREFIX_CSS);
    case CCW_KIND_DEVICE:
      return ccw_dev_id_to_name (ccw_device_get_id (object), CCW_NAME_PREFIX_CCW);
    case CCW_KIND_MDEV:
      return g_strdup (ccw_mdev_get_uuid (object));
    }
  g_assert_not_reached ();
}

static void
on_change (CcwHost *host, CcwChange change, CcwKind kind, gconstpointer object, gpointer user_data)
{
  static const char *const words[] = { "added", "removed", "updated" };
  Fixture *fixture = user_data;
  g_autofree char *name = name_of (kind, object);

  g_assert_true (host == fixture->host);
  g_ptr_array_add (fixture->heard, g_strdup_printf ("%s %s", words[change], name));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->machine = mock_machine_new ();
  fixture->host = ccw_host_new ();
  fixture->heard = g_ptr_array_new_with_free_func (g_free);
  ccw_host_set_listener (fixture->host, on_change, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ccw_host_free (fixture->host);
  g_ptr_array_unref (fixture->heard);
  mock_machine_free (fixture->machine);
}

/* --- words for what the tests say ------------------------------------------------- */

static void
scan (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  ccw_host_scan (fixture->host, &error);
  g_assert_no_error (error);
}

static void
watch (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  ccw_host_watch (fixture->host, &error);
  g_assert_no_error (error);
}

static CcwDevId
parse (const char *text)
{
  CcwDevId id;

  g_assert_true (ccw_dev_id_parse (text, &id, NULL));
  return id;
}

static const CcwSubchannel *
subchannel (Fixture *fixture, const char *name)
{
  CcwDevId id = parse (name);

  return ccw_host_get_subchannel (fixture->host, &id);
}

static const CcwDevice *
device (Fixture *fixture, const char *name)
{
  CcwDevId id = parse (name);

  return ccw_host_get_device (fixture->host, &id);
}

static void
refresh (Fixture *fixture, const char *name)
{
  CcwDevId id = parse (name);

  ccw_host_refresh (fixture->host, &id);
}

static void
assert_id (const CcwDevId *id, const char *expected)
{
  g_autofree char *text = id != NULL ? ccw_dev_id_to_string (id) : NULL;

  g_assert_cmpstr (text, ==, expected);
}

static char *
heard_so_far (Fixture *fixture)
{
  g_ptr_array_add (fixture->heard, NULL);
  return g_strjoinv ("\n", (char **) fixture->heard->pdata);
}

/* Exactly this has been heard, in this order; then all is forgotten. */
static void
assert_heard (Fixture *fixture, const char *expected)
{
  g_autofree char *text = heard_so_far (fixture);

  g_assert_cmpstr (text, ==, expected);
  g_ptr_array_set_size (fixture->heard, 0);
}

static G_NORETURN gboolean
on_timeout (gpointer data)
{
  g_error ("no event came within %d s", PATIENCE_S);
}

static void
await_heard (Fixture *fixture, guint n)
{
  guint timeout = g_timeout_add_seconds (PATIENCE_S, on_timeout, NULL);

  while (fixture->heard->len < n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
  /* Whatever else has been sent by now is heard, too. */
  mock_machine_settle (fixture->machine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
write_order (const char *path, const char *value)
{
  g_autoptr (GError) error = NULL;

  ccw_sysfs_write (path, value, &error);
  g_assert_no_error (error);
}

static void
bind_vfio (const char *name)
{
  g_autofree char *override
      = g_build_filename ("/sys/bus/css/devices", name, "driver_override", NULL);

  write_order ("/sys/bus/css/drivers/io_subchannel/unbind", name);
  write_order (override, "vfio_ccw");
  write_order ("/sys/bus/css/drivers_probe", name);
}

static void
create_mdev (const char *name)
{
  g_autofree char *create = g_build_filename ("/sys/bus/css/devices", name,
                                              "mdev_supported_types/vfio_ccw-io/create", NULL);

  write_order (create, UUID);
}

/* --- what is found ------------------------------------------------------------------ */

static void
test_nothing (void)
{
  g_autoptr (CcwHost) host = ccw_host_new ();
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;

  if (ccw_sysfs_exists (CCW_SYSFS_CSS_BUS))
    {
      g_test_skip ("this machine has a channel subsystem");
      return;
    }
  g_assert_true (ccw_host_scan (host, &error));
  list = ccw_host_list (host, CCW_KIND_SUBCHANNEL);
  g_assert_cmpuint (list->len, ==, 0);
}

static void
test_scan (Fixture *fixture, gconstpointer data)
{
  mock_machine_do (fixture->machine, "plug 0.0.0314 0.0.2b09 dasd");
  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  mock_machine_do (fixture->machine, "subchannel 0.0.0315 0");
  mock_machine_do (fixture->machine, "subchannel 0.0.ff00 3");
  scan (fixture);
  g_assert_cmpuint (fixture->heard->len, ==, 5);

  assert_id (ccw_subchannel_get_device_id (subchannel (fixture, "0.0.0314")), "0.0.2b09");
  g_assert_cmpstr (ccw_subchannel_get_driver (subchannel (fixture, "0.0.0314")), ==,
                   "io_subchannel");
  g_assert_cmpstr (ccw_subchannel_get_syspath (subchannel (fixture, "0.0.0314")), ==,
                   "/sys/devices/css0/0.0.0314");
  g_assert_null (ccw_subchannel_get_device_id (subchannel (fixture, "0.0.0315")));
  g_assert_null (subchannel (fixture, "0.0.ff00"));
  g_assert_null (subchannel (fixture, "0.0.0316"));

  assert_id (ccw_device_get_subchannel_id (device (fixture, "0.0.2b09")), "0.0.0314");
  g_assert_cmpstr (ccw_device_get_driver (device (fixture, "0.0.2b09")), ==, "dasd-eckd");
  g_assert_cmpstr (ccw_device_get_cutype (device (fixture, "0.0.2b09")), ==, "3990/e9");
  g_assert_cmpstr (ccw_device_get_devtype (device (fixture, "0.0.2b09")), ==, "3390/0c");
  g_assert_cmpstr (ccw_device_get_syspath (device (fixture, "0.0.2b09")), ==,
                   "/sys/devices/css0/0.0.0314/0.0.2b09");
  g_assert_true (ccw_device_is_online (device (fixture, "0.0.2b09")));
  g_assert_false (ccw_device_is_online (device (fixture, "0.0.1234")));
}

static void
test_find_by_device (Fixture *fixture, gconstpointer data)
{
  CcwDevId bound = parse ("0.0.1234");
  CcwDevId attached = parse ("0.0.2b09");
  CcwDevId none = parse ("0.0.4711");

  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  mock_machine_do (fixture->machine, "plug 0.0.0314 0.0.2b09 dasd");
  bind_vfio ("0.0.0313");
  scan (fixture);
  g_assert_true (ccw_host_get_subchannel_of_device (fixture->host, &bound)
                 == subchannel (fixture, "0.0.0313"));
  g_assert_true (ccw_host_get_subchannel_of_device (fixture->host, &attached)
                 == subchannel (fixture, "0.0.0314"));
  g_assert_null (ccw_host_get_subchannel_of_device (fixture->host, &none));
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) list = NULL;

  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  mock_machine_do (fixture->machine, "plug 0.1.0001 0.1.0001 dasd");
  mock_machine_do (fixture->machine, "plug 0.0.0002 0.0.ffff dasd");
  scan (fixture);
  list = ccw_host_list (fixture->host, CCW_KIND_SUBCHANNEL);
  g_assert_cmpuint (list->len, ==, 3);
  assert_id (ccw_subchannel_get_id (g_ptr_array_index (list, 0)), "0.0.0002");
  assert_id (ccw_subchannel_get_id (g_ptr_array_index (list, 1)), "0.0.0313");
  assert_id (ccw_subchannel_get_id (g_ptr_array_index (list, 2)), "0.1.0001");
}

static void
test_mdev (Fixture *fixture, gconstpointer data)
{
  const CcwMdevType *types;
  const CcwMdev *mdev;
  gsize n;

  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  scan (fixture);
  ccw_subchannel_get_mdev_types (subchannel (fixture, "0.0.0313"), &n);
  g_assert_cmpuint (n, ==, 0);

  bind_vfio ("0.0.0313");
  scan (fixture);
  types = ccw_subchannel_get_mdev_types (subchannel (fixture, "0.0.0313"), &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (types[0].id, ==, "vfio_ccw-io");
  g_assert_cmpstr (types[0].name, ==, "I/O subchannel (Non-QDIO)");
  g_assert_cmpstr (types[0].device_api, ==, "vfio-ccw");
  g_assert_cmpuint (types[0].available_instances, ==, 1);
  g_assert_null (ccw_host_get_mdev (fixture->host, UUID));

  create_mdev ("0.0.0313");
  scan (fixture);
  types = ccw_subchannel_get_mdev_types (subchannel (fixture, "0.0.0313"), &n);
  g_assert_cmpuint (types[0].available_instances, ==, 0);
  mdev = ccw_host_get_mdev (fixture->host, UUID);
  assert_id (ccw_mdev_get_parent_id (mdev), "0.0.0313");
  g_assert_cmpstr (ccw_mdev_get_type (mdev), ==, "vfio_ccw-io");
  g_assert_cmpstr (ccw_mdev_get_driver (mdev), ==, "vfio_ccw_mdev");
  g_assert_cmpstr (ccw_mdev_get_syspath (mdev), ==, "/sys/devices/css0/0.0.0313/" UUID);
  g_assert_cmpint (ccw_mdev_get_iommu_group (mdev), ==, 0);
}

/* --- what is told ------------------------------------------------------------------- */

static void
test_rescan (Fixture *fixture, gconstpointer data)
{
  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  scan (fixture);
  assert_heard (fixture, "added css_0_0_0313\nadded ccw_0_0_1234");
  scan (fixture);
  assert_heard (fixture, "");

  bind_vfio ("0.0.0313");
  create_mdev ("0.0.0313");
  scan (fixture);
  assert_heard (fixture, "updated css_0_0_0313\nadded " UUID "\nremoved ccw_0_0_1234");

  mock_machine_do (fixture->machine, "unplug 0.0.0313");
  scan (fixture);
  assert_heard (fixture, "removed " UUID "\nremoved css_0_0_0313");
}

static void
test_events (Fixture *fixture, gconstpointer data)
{
  watch (fixture);
  scan (fixture);
  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  await_heard (fixture, 2);
  assert_heard (fixture, "added css_0_0_0313\nadded ccw_0_0_1234");

  bind_vfio ("0.0.0313");
  await_heard (fixture, 2);
  assert_heard (fixture, "removed ccw_0_0_1234\nupdated css_0_0_0313");
  g_assert_cmpstr (ccw_subchannel_get_driver (subchannel (fixture, "0.0.0313")), ==, "vfio_ccw");

  create_mdev ("0.0.0313");
  await_heard (fixture, 2);
  assert_heard (fixture, "updated css_0_0_0313\nadded " UUID);

  write_order ("/sys/bus/mdev/devices/" UUID "/remove", "1");
  await_heard (fixture, 2);
  assert_heard (fixture, "removed " UUID "\nupdated css_0_0_0313");

  mock_machine_do (fixture->machine, "unplug 0.0.0313");
  await_heard (fixture, 1);
  assert_heard (fixture, "removed css_0_0_0313");
}

/* Who just changed something looks at once; the events that follow are no news. */
static void
test_refresh (Fixture *fixture, gconstpointer data)
{
  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  watch (fixture);
  scan (fixture);
  assert_heard (fixture, "added css_0_0_0313\nadded ccw_0_0_1234");

  bind_vfio ("0.0.0313");
  create_mdev ("0.0.0313");
  refresh (fixture, "0.0.0313");
  assert_heard (fixture, "removed ccw_0_0_1234\nupdated css_0_0_0313\nadded " UUID);

  write_order ("/sys/bus/mdev/devices/" UUID "/remove", "1");
  refresh (fixture, "0.0.0313");
  assert_heard (fixture, "removed " UUID "\nupdated css_0_0_0313");

  mock_machine_do (fixture->machine, "plug 0.0.0400 0.0.4000 dasd");
  await_heard (fixture, 2);
  assert_heard (fixture, "added css_0_0_0400\nadded ccw_0_0_4000");
}

static void
test_renumbered (Fixture *fixture, gconstpointer data)
{
  CcwDevId old_id = parse ("0.0.1234");
  CcwDevId new_id = parse ("0.0.4711");

  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  watch (fixture);
  scan (fixture);
  assert_heard (fixture, "added css_0_0_0313\nadded ccw_0_0_1234");
  mock_machine_do (fixture->machine, "renumber 0.0.0313 0.0.4711");
  await_heard (fixture, 3);
  assert_heard (fixture, "removed ccw_0_0_1234\nupdated css_0_0_0313\nadded ccw_0_0_4711");
  g_assert_null (ccw_host_get_subchannel_of_device (fixture->host, &old_id));
  g_assert_true (ccw_host_get_subchannel_of_device (fixture->host, &new_id)
                 == subchannel (fixture, "0.0.0313"));
}

/* A device number goes from one subchannel to another before the first has got a new one. */
static void
test_number_handed_on (Fixture *fixture, gconstpointer data)
{
  CcwDevId id = parse ("0.0.1234");

  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  mock_machine_do (fixture->machine, "plug 0.0.0314 0.0.2b09 dasd");
  bind_vfio ("0.0.0313");
  bind_vfio ("0.0.0314");
  scan (fixture);
  mock_machine_do (fixture->machine, "renumber 0.0.0314 0.0.1234");
  refresh (fixture, "0.0.0314");
  mock_machine_do (fixture->machine, "renumber 0.0.0313 0.0.4711");
  refresh (fixture, "0.0.0313");
  g_assert_true (ccw_host_get_subchannel_of_device (fixture->host, &id)
                 == subchannel (fixture, "0.0.0314"));
}

static void
test_orphaned (Fixture *fixture, gconstpointer data)
{
  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  watch (fixture);
  scan (fixture);
  assert_heard (fixture, "added css_0_0_0313\nadded ccw_0_0_1234");
  mock_machine_do (fixture->machine, "orphan 0.0.0313");
  await_heard (fixture, 2);
  assert_heard (fixture, "updated ccw_0_0_1234\nupdated css_0_0_0313");
  g_assert_null (ccw_device_get_subchannel_id (device (fixture, "0.0.1234")));
  g_assert_cmpstr (ccw_device_get_syspath (device (fixture, "0.0.1234")), ==,
                   "/sys/devices/css0/defunct/0.0.1234");
  g_assert_null (ccw_subchannel_get_device_id (subchannel (fixture, "0.0.0313")));
}

/* More came at once than the socket holds: all is read again. */
static void
test_overflow (Fixture *fixture, gconstpointer data)
{
  mock_machine_do (fixture->machine, "plug 0.0.0313 0.0.1234 3270");
  watch (fixture);
  scan (fixture);
  assert_heard (fixture, "added css_0_0_0313\nadded ccw_0_0_1234");

  mock_machine_do (fixture->machine, "quiet");
  mock_machine_do (fixture->machine, "unplug 0.0.0313");
  mock_machine_do (fixture->machine, "plug 0.0.0400 0.0.4000 dasd");
  mock_machine_do (fixture->machine, "overflow");
  await_heard (fixture, 4);
  assert_heard (fixture, "added css_0_0_0400\nadded ccw_0_0_4000\n"
                         "removed ccw_0_0_1234\nremoved css_0_0_0313");
}

/* --- what it costs ------------------------------------------------------------------- */

/* read(2) calls of this process so far. */
static guint64
count_reads (void)
{
  g_autofree char *text = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/io", &text, NULL, NULL));
  line = strstr (text, "syscr: ");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("syscr: "), NULL, 10);
}

/* Neither the first list nor looking things up reads an attribute per device: counted, not timed. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  const guint n = 1000;
  g_autoptr (GPtrArray) list = NULL;
  guint64 reads;

  mock_machine_do (fixture->machine, "many %u 3270", n);
  reads = count_reads ();
  scan (fixture);
  list = ccw_host_list (fixture->host, CCW_KIND_DEVICE);
  g_assert_cmpuint (list->len, ==, n);
  for (guint i = 0; i < list->len; i++)
    {
      const CcwDevId *parent = ccw_device_get_subchannel_id (g_ptr_array_index (list, i));

      g_assert_nonnull (
          ccw_subchannel_get_driver (ccw_host_get_subchannel (fixture->host, parent)));
    }
  g_assert_cmpuint (count_reads () - reads, <, 100);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/host/nothing", test_nothing);
  add ("/host/scan", test_scan);
  add ("/host/find-by-device", test_find_by_device);
  add ("/host/order", test_order);
  add ("/host/mdev", test_mdev);
  add ("/host/rescan", test_rescan);
  add ("/host/events", test_events);
  add ("/host/refresh", test_refresh);
  add ("/host/renumbered", test_renumbered);
  add ("/host/number-handed-on", test_number_handed_on);
  add ("/host/orphaned", test_orphaned);
  add ("/host/overflow", test_overflow);
  add ("/host/many", test_many);
  return g_test_run ();
}
