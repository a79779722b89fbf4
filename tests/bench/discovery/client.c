/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * client URI PID TASK [ARGUMENT…]
 *     measures the daemon PID behind URI; prints lines "KEY NUMBER". With LARGE in
 *     the environment there are more devices than one list can hold
 * client now
 *     prints the clock that first-list wants to know the daemon's start by
 * client persist N AUTOSTART FOLDER
 *     writes N definitions as mdevctl keeps them, for subchannels 0.0.1000 and on
 *
 * Keys end in what is measured: ms, milliseconds that the client waits; cpu-ms,
 * processor time that the daemon takes, children not counted; kB; n.
 *
 * libvirt's own client library speaks to either daemon, so that only the
 * daemons differ. What repeats takes the median of its rounds.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libudev.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST_SUBCHANNEL 0x1000
#define ROUNDS 20
#define PATIENCE_S 900

static const char *uri;
static pid_t pid;
static gboolean is_large;

static G_NORETURN void
die (const char *doing)
{
  g_printerr ("client: could not %s: %s\n", doing, virGetLastErrorMessage ());
  exit (1);
}

static void
print (const char *key, double value)
{
  g_print ("%s %.6g\n", key, value);
}

/* --- time ----------------------------------------------------------------- */

static double
to_ms (const struct timespec *time)
{
  return (double) time->tv_sec * 1e3 + (double) time->tv_nsec / 1e6;
}

static double
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return to_ms (&now);
}

/* Of all its threads, gone ones too. */
static double
cpu_ms (void)
{
  struct timespec used = { 0 };
  clockid_t clock;

  if (clock_getcpuclockid (pid, &clock) == 0)
    clock_gettime (clock, &used);
  return to_ms (&used);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

static double
median (GArray *numbers)
{
  g_array_sort (numbers, compare_numbers);
  return g_array_index (numbers, double, numbers->len / 2);
}

typedef void (*WorkFunc) (virConnectPtr connection, gpointer data);

/* Prints KEY-ms, the median round, and KEY-cpu-ms, the mean. */
static void
measure (const char *key, guint rounds, WorkFunc work, virConnectPtr connection, gpointer data)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autofree char *key_ms = g_strconcat (key, "-ms", NULL);
  g_autofree char *key_cpu = g_strconcat (key, "-cpu-ms", NULL);
  double cpu = cpu_ms ();

  for (guint i = 0; i < rounds; i++)
    {
      double begin = now_ms (), taken;

      work (connection, data);
      taken = now_ms () - begin;
      g_array_append_val (times, taken);
    }
  print (key_ms, median (times));
  print (key_cpu, (cpu_ms () - cpu) / rounds);
}

/* --- the daemon ----------------------------------------------------------- */

static virConnectPtr
try_open (void)
{
  return virConnectOpen (uri);
}

static virConnectPtr
open_connection (void)
{
  virConnectPtr connection = try_open ();

  if (connection == NULL)
    die ("connect");
  return connection;
}

static double
status_kb (const char *field)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (line = strstr (text, field)) == NULL)
    die ("read the daemon's memory");
  return g_ascii_strtod (line + strlen (field) + 1, NULL);
}

static void
print_peak (void)
{
  print ("rss-peak-kB", status_kb ("VmHWM"));
}

/* --- lists ---------------------------------------------------------------- */

/* More devices than an answer can hold (REMOTE_NODE_DEVICE_LIST_MAX) are asked for by capability. */
static const guint all_at_once[] = { 0 };
static const guint by_capability[]
    = { VIR_CONNECT_LIST_NODE_DEVICES_CAP_SYSTEM, VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV,
        VIR_CONNECT_LIST_NODE_DEVICES_CAP_CCW_DEV, VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV };

typedef void (*DeviceFunc) (virNodeDevicePtr device);

/* How many devices there are, each given to @func (may be NULL) and freed; -1 when they cannot be
 * listed. */
static int
list_part (virConnectPtr connection, guint flags, DeviceFunc func)
{
  virNodeDevicePtr *devices;
  int n = virConnectListAllNodeDevices (connection, &devices, flags);

  for (int i = 0; i < n; i++)
    {
      if (func != NULL)
        func (devices[i]);
      virNodeDeviceFree (devices[i]);
    }
  if (n >= 0)
    free (devices);
  return n;
}

static int
list_parts (virConnectPtr connection, const guint *flags, gsize n_flags, DeviceFunc func)
{
  int total = 0;

  for (gsize i = 0; i < n_flags; i++)
    {
      int n = list_part (connection, flags[i], func);

      if (n < 0)
        return -1;
      total += n;
    }
  return total;
}

static int
list_all (virConnectPtr connection, DeviceFunc func)
{
  return is_large ? list_parts (connection, by_capability, G_N_ELEMENTS (by_capability), func)
                  : list_parts (connection, all_at_once, G_N_ELEMENTS (all_at_once), func);
}

static void
work_list (virConnectPtr connection, gpointer data)
{
  if (list_all (connection, NULL) < 0)
    die ("list");
}

static void
get_parent (virNodeDevicePtr device)
{
  virNodeDeviceGetParent (device);
}

/* The calls of "virsh nodedev-list --tree", without what virsh makes of them. */
static void
work_tree (virConnectPtr connection, gpointer data)
{
  if (list_all (connection, get_parent) < 0)
    die ("list");
}

/* @argument: milliseconds of the clock at which the daemon was started. */
static void
task_first_list (char **argument)
{
  double begin = g_ascii_strtod (argument[0], NULL);
  double give_up = now_ms () + PATIENCE_S * 1e3;
  virConnectPtr connection;
  int n;

  while ((connection = try_open ()) == NULL && now_ms () < give_up)
    g_usleep (1000);
  if (connection == NULL)
    die ("connect");
  n = list_all (connection, NULL);
  if (n < 0)
    die ("list");
  print ("start-ms", now_ms () - begin);
  print ("start-cpu-ms", cpu_ms ());
  print ("devices-n", n);
  print ("rss-kB", status_kb ("VmRSS"));
  virConnectClose (connection);
}

static void
task_list (char **argument)
{
  virConnectPtr connection = open_connection ();

  measure ("list", ROUNDS, work_list, connection, NULL);
  measure ("tree", 1, work_tree, connection, NULL);
  virConnectClose (connection);
}

/* --- one device ----------------------------------------------------------- */

static void
work_xml (virConnectPtr connection, gpointer data)
{
  char *xml = virNodeDeviceGetXMLDesc (data, 0);

  if (xml == NULL)
    die ("get XML");
  free (xml);
}

static void
work_lookup (virConnectPtr connection, gpointer data)
{
  virNodeDevicePtr device = virNodeDeviceLookupByName (connection, data);

  if (device == NULL)
    die ("look a device up");
  virNodeDeviceFree (device);
}

/* Each device of a thousand in turns would only add the cost of reading what is read once. */
static void
task_device (char **argument)
{
  virConnectPtr connection = open_connection ();
  virNodeDevicePtr device = virNodeDeviceLookupByName (connection, argument[0]);

  if (device == NULL)
    die ("look a device up");
  measure ("lookup", 50 * ROUNDS, work_lookup, connection, argument[0]);
  measure ("xml", 50 * ROUNDS, work_xml, connection, device);
  virNodeDeviceFree (device);
  virConnectClose (connection);
}

/* --- many clients --------------------------------------------------------- */

static gpointer
run_client (gpointer data)
{
  virConnectPtr connection = try_open ();
  int n = connection == NULL ? -1 : list_all (connection, NULL);

  if (connection != NULL)
    virConnectClose (connection);
  return GINT_TO_POINTER (n > 0);
}

static void
task_clients (char **argument)
{
  guint n = (guint) g_ascii_strtoull (argument[0], NULL, 10);
  g_autofree GThread **threads = g_new (GThread *, n);
  double begin = now_ms (), cpu = cpu_ms ();
  guint n_good = 0;

  for (guint i = 0; i < n; i++)
    threads[i] = g_thread_new ("client", run_client, NULL);
  for (guint i = 0; i < n; i++)
    n_good += GPOINTER_TO_INT (g_thread_join (threads[i])) != 0;
  print ("clients-ms", now_ms () - begin);
  print ("clients-cpu-ms", cpu_ms () - cpu);
  print ("clients-failed-n", n - n_good);
  print_peak ();
}

/* --- mediated devices ----------------------------------------------------- */

static char *
make_xml (const char *parent)
{
  return g_strdup_printf ("<device><parent>%s</parent><capability type='mdev'>"
                          "<type id='vfio_ccw-io'/></capability></device>",
                          parent);
}

static void
task_create (char **argument)
{
  virConnectPtr connection = open_connection ();
  g_autofree char *xml = make_xml (argument[0]);
  double begin = now_ms (), created, destroyed;
  virNodeDevicePtr device = virNodeDeviceCreateXML (connection, xml, 0);

  if (device == NULL)
    die ("create a mediated device");
  created = now_ms ();
  if (virNodeDeviceDestroy (device) < 0)
    die ("destroy it");
  destroyed = now_ms ();
  print ("create-ms", created - begin);
  print ("destroy-ms", destroyed - created);
  virNodeDeviceFree (device);
  virConnectClose (connection);
}

static void
task_define (char **argument)
{
  virConnectPtr connection = open_connection ();
  g_autofree char *xml = make_xml (argument[0]);
  double begin = now_ms (), defined, set;
  virNodeDevicePtr device = virNodeDeviceDefineXML (connection, xml, 0);

  if (device == NULL)
    die ("define a mediated device");
  defined = now_ms ();
  if (virNodeDeviceSetAutostart (device, 1) < 0)
    die ("set autostart");
  set = now_ms ();
  print ("define-ms", defined - begin);
  print ("autostart-ms", set - defined);
  if (virNodeDeviceUndefine (device, 0) < 0)
    die ("undefine it");
  print ("undefine-ms", now_ms () - set);
  virNodeDeviceFree (device);
  virConnectClose (connection);
}

/* In place, as mdevctl does. */
static void
write_definition (const char *path, const char *autostart)
{
  FILE *file = fopen (path, "w");

  if (file == NULL
      || fprintf (file,
                  "{\n  \"mdev_type\": \"vfio_ccw-io\",\n  \"start\": \"%s\",\n  \"attrs\": []\n}",
                  autostart)
             < 0
      || fclose (file) != 0)
    die ("write a definition");
}

static int
get_autostart (virNodeDevicePtr device)
{
  int autostart = -1;

  if (virNodeDeviceGetAutostart (device, &autostart) < 0)
    die ("get autostart");
  return autostart;
}

/* @argument: a definition's file and the device's name. Somebody else changes it. */
static void
task_change (char **argument)
{
  virConnectPtr connection = open_connection ();
  virNodeDevicePtr device = virNodeDeviceLookupByName (connection, argument[1]);
  double begin, give_up, cpu = cpu_ms ();
  int before;

  if (device == NULL)
    die ("look the mediated device up");
  before = get_autostart (device);
  begin = now_ms ();
  give_up = begin + PATIENCE_S * 1e3;
  write_definition (argument[0], before ? "manual" : "auto");
  while (get_autostart (device) == before && now_ms () < give_up)
    g_usleep (200);
  print ("change-ms", now_ms () - begin);
  print ("change-cpu-ms", cpu_ms () - cpu);
  virNodeDeviceFree (device);
  virConnectClose (connection);
}

/* UUIDs that tell the subchannel: 00000000-0000-4000-8000-000000001000. */
static void
persist (char **argument)
{
  guint n = (guint) g_ascii_strtoull (argument[0], NULL, 10);

  for (guint i = 0; i < n; i++)
    {
      guint number = FIRST_SUBCHANNEL + i;
      g_autofree char *folder
          = g_strdup_printf ("%s/0.%x.%04x", argument[2], number >> 16, number & 0xffff);
      g_autofree char *file = g_strdup_printf ("%s/00000000-0000-4000-8000-%012x", folder, number);

      g_mkdir_with_parents (folder, 0755);
      write_definition (file, argument[1]);
    }
}

/* --- events --------------------------------------------------------------- */

typedef struct
{
  struct udev_monitor *monitor;
  double sent;
  GArray *latencies;
} Events;

/*
 * udev's events come to all listeners at the same time: to us, too. That of a
 * ccw device, for one of a subchannel comes before it has a driver, and is
 * nothing to stock libvirt then.
 */
static void
on_uevent (int watch, int fd, int what, void *opaque)
{
  Events *events = opaque;
  struct udev_device *device = udev_monitor_receive_device (events->monitor);

  if (device == NULL)
    return;
  if (g_strcmp0 (udev_device_get_action (device), "add") == 0)
    events->sent = now_ms ();
  udev_device_unref (device);
}

static void
on_lifecycle (virConnectPtr connection, virNodeDevicePtr device, int event, int detail,
              void *opaque)
{
  Events *events = opaque;
  double latency;

  if (event != VIR_NODE_DEVICE_EVENT_CREATED
      || !g_str_has_prefix (virNodeDeviceGetName (device), "ccw_"))
    return;
  latency = now_ms () - events->sent;
  g_array_append_val (events->latencies, latency);
}

static void
on_timeout (int timer, void *opaque)
{
  *(gboolean *) opaque = TRUE;
}

static void
listen_to_udev (Events *events)
{
  events->monitor = udev_monitor_new_from_netlink (udev_new (), "udev");
  if (events->monitor == NULL
      || udev_monitor_filter_add_match_subsystem_devtype (events->monitor, "ccw", NULL) < 0
      || udev_monitor_enable_receiving (events->monitor) < 0
      || virEventAddHandle (udev_monitor_get_fd (events->monitor), VIR_EVENT_HANDLE_READABLE,
                            on_uevent, events, NULL)
             < 0)
    die ("listen to udev");
}

/* @argument: how many to wait for. A line "ready" says that the machine may begin. */
static void
task_events (char **argument)
{
  guint n = (guint) g_ascii_strtoull (argument[0], NULL, 10);
  Events events = { .latencies = g_array_new (FALSE, FALSE, sizeof (double)) };
  gboolean is_late = FALSE;
  virConnectPtr connection;

  virEventRegisterDefaultImpl ();
  connection = open_connection ();
  listen_to_udev (&events);
  if (virConnectNodeDeviceEventRegisterAny (connection, NULL, VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE,
                                            VIR_NODE_DEVICE_EVENT_CALLBACK (on_lifecycle), &events,
                                            NULL)
          < 0
      || virEventAddTimeout (60 * 1000, on_timeout, &is_late, NULL) < 0)
    die ("register for events");
  g_printerr ("ready\n");
  while (events.latencies->len < n && !is_late && virEventRunDefaultImpl () == 0)
    ;
  if (events.latencies->len < n)
    die ("hear of all events");
  print ("event-ms", median (events.latencies));
}

/* --- main ----------------------------------------------------------------- */

static const struct
{
  const char *name;
  int n_arguments;
  void (*run) (char **argument);
} tasks[] = {
  { "first-list", 1, task_first_list }, { "list", 0, task_list },     { "device", 1, task_device },
  { "clients", 1, task_clients },       { "create", 1, task_create }, { "define", 1, task_define },
  { "change", 2, task_change },         { "events", 1, task_events },
};

static void
ignore_error (void *data, virErrorPtr error)
{
}

int
main (int argc, char **argv)
{
  if (argc == 5 && strcmp (argv[1], "persist") == 0)
    {
      persist (argv + 2);
      return 0;
    }
  if (argc == 2 && strcmp (argv[1], "now") == 0)
    {
      g_print ("%.3f\n", now_ms ());
      return 0;
    }
  virSetErrorFunc (NULL, ignore_error);
  for (gsize i = 0; argc > 3 && i < G_N_ELEMENTS (tasks); i++)
    if (strcmp (argv[3], tasks[i].name) == 0 && argc == 4 + tasks[i].n_arguments)
      {
        is_large = g_getenv ("LARGE") != NULL;
        uri = argv[1];
        pid = (pid_t) atoi (argv[2]);
        tasks[i].run (argv + 4);
        return 0;
      }
  g_printerr ("usage: see the top of client.c\n");
  return 2;
}
