/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel-protocol.h"

/* The kernel recognises a device some time after io_subchannel is bound: nobody may rely on it
 * being there at once. */
#define RECOGNITION_MS 5

#define DRIVER_IO "io_subchannel"
#define DRIVER_VFIO "vfio_ccw"
#define MDEV_TYPE "vfio_ccw-io"
#define NO_OVERRIDE "(null)"

struct _MockKernel
{
  MockMachine *machine;
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  int listener;
  int ioctl_listener;
  guint pending;      /* deferred work; guarded by the machine's lock */
  GPtrArray *delayed; /* sources of who waits by "delay"; guarded by the same */
  GCond settled;
  GMutex settled_lock;
};

/* --- drivers of the css bus ------------------------------------------------ */

static char *
driver_path (const char *driver, const char *leaf)
{
  return g_build_filename ("/sys/bus/css/drivers", driver, leaf, NULL);
}

static gboolean
has_driver (MockMachine *machine, const char *driver)
{
  g_autofree char *path = driver_path (driver, NULL);

  return mock_tree_exists (&machine->tree, path);
}

static char *
bound_driver (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *link = mock_subchannel_path (subchannel, "driver");

  return mock_tree_link_name (&machine->tree, link);
}

static char *
driver_override (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *path = mock_subchannel_path (subchannel, "driver_override");
  char *driver = mock_tree_read (&machine->tree, path);

  if (g_strcmp0 (driver, NO_OVERRIDE) == 0)
    g_clear_pointer (&driver, g_free);
  return driver;
}

static gboolean
is_io_subchannel (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *path = mock_subchannel_path (subchannel, "type");
  g_autofree char *type = mock_tree_read (&machine->tree, path);

  return g_strcmp0 (type, "0") == 0;
}

/* css_bus_match() */
static gboolean
matches (MockMachine *machine, MockSubchannel *subchannel, const char *driver)
{
  g_autofree char *override = driver_override (machine, subchannel);

  if (override != NULL && !g_str_equal (override, driver))
    return FALSE;
  return is_io_subchannel (machine, subchannel) && has_driver (machine, driver);
}

/* --- io_subchannel --------------------------------------------------------- */

typedef struct
{
  MockMachine *machine;
  char *subchannel;
} Recognition;

static void
recognition_free (gpointer data)
{
  Recognition *recognition = data;

  g_free (recognition->subchannel);
  g_free (recognition);
}

static void
work_done (MockMachine *machine)
{
  struct _MockKernel *kernel = machine->kernel;

  g_mutex_lock (&kernel->settled_lock);
  kernel->pending--;
  g_cond_broadcast (&kernel->settled);
  g_mutex_unlock (&kernel->settled_lock);
}

static gboolean
recognise (gpointer data)
{
  Recognition *recognition = data;
  MockMachine *machine = recognition->machine;
  MockSubchannel *subchannel;
  g_autofree char *driver = NULL;

  g_rec_mutex_lock (&machine->lock);
  subchannel = g_hash_table_lookup (machine->subchannels, recognition->subchannel);
  driver = subchannel != NULL ? bound_driver (machine, subchannel) : NULL;
  if (g_strcmp0 (driver, DRIVER_IO) == 0 && subchannel->device != NULL)
    mock_device_register (machine, subchannel);
  g_rec_mutex_unlock (&machine->lock);
  work_done (machine);
  return G_SOURCE_REMOVE;
}

static void
start_recognition (MockMachine *machine, MockSubchannel *subchannel)
{
  struct _MockKernel *kernel = machine->kernel;
  Recognition *recognition = g_new0 (Recognition, 1);
  g_autoptr (GSource) source = g_timeout_source_new (RECOGNITION_MS);

  recognition->machine = machine;
  recognition->subchannel = g_strdup (subchannel->name);
  g_mutex_lock (&kernel->settled_lock);
  kernel->pending++;
  g_mutex_unlock (&kernel->settled_lock);
  g_source_set_callback (source, recognise, recognition, recognition_free);
  g_source_attach (source, kernel->context);
}

/* --- vfio_ccw and its mediated devices -------------------------------------- */

static char *
type_path (MockSubchannel *subchannel, const char *leaf)
{
  g_autofree char *types = mock_subchannel_path (subchannel, "mdev_supported_types/" MDEV_TYPE);

  return g_build_filename (types, leaf, NULL);
}

static void
set_available (MockMachine *machine, MockSubchannel *subchannel, const char *available)
{
  g_autofree char *path = type_path (subchannel, "available_instances");

  mock_tree_file (&machine->tree, path, available);
}

static void
register_parent (MockMachine *machine, MockSubchannel *subchannel)
{
  static const char *const attributes[][2] = {
    { "create", "" },
    { "device_api", "vfio-ccw\n" },
    { "name", "I/O subchannel (Non-QDIO)\n" },
  };
  g_autofree char *folder = mock_subchannel_path (subchannel, NULL);
  g_autofree char *class_link = g_build_filename ("/sys/class/mdev_bus", subchannel->name, NULL);
  g_autofree char *devices = type_path (subchannel, "devices");

  for (gsize i = 0; i < G_N_ELEMENTS (attributes); i++)
    {
      g_autofree char *path = type_path (subchannel, attributes[i][0]);

      mock_tree_file (&machine->tree, path, attributes[i][1]);
    }
  set_available (machine, subchannel, "1\n");
  mock_tree_folder (&machine->tree, devices);
  mock_tree_link (&machine->tree, class_link, folder);
  mock_emit (machine, "change", "css", folder);
}

static char *
take_group (MockMachine *machine)
{
  for (guint number = 0;; number++)
    {
      g_autofree char *name = g_strdup_printf ("%u", number);
      g_autofree char *path = g_build_filename ("/sys/kernel/iommu_groups", name, NULL);

      if (!mock_tree_exists (&machine->tree, path))
        return g_steal_pointer (&name);
    }
}

static void
create_mdev (MockMachine *machine, MockSubchannel *subchannel, const char *uuid)
{
  g_autofree char *folder = mock_subchannel_path (subchannel, uuid);
  g_autofree char *bus_link = g_build_filename ("/sys/bus/mdev/devices", uuid, NULL);
  g_autofree char *remove = g_build_filename (folder, "remove", NULL);
  g_autofree char *uevent = g_build_filename (folder, "uevent", NULL);
  g_autofree char *subsystem = g_build_filename (folder, "subsystem", NULL);
  g_autofree char *driver = g_build_filename (folder, "driver", NULL);
  g_autofree char *mdev_type = g_build_filename (folder, "mdev_type", NULL);
  g_autofree char *type = type_path (subchannel, NULL);
  g_autofree char *number = take_group (machine);
  g_autofree char *group = g_build_filename ("/sys/kernel/iommu_groups", number, NULL);
  g_autofree char *group_link = g_build_filename (folder, "iommu_group", NULL);
  g_autofree char *node = g_build_filename ("/dev/vfio", number, NULL);

  mock_tree_file (&machine->tree, remove, "");
  mock_tree_file (&machine->tree, uevent, "");
  mock_tree_link (&machine->tree, subsystem, "/sys/bus/mdev");
  mock_tree_link (&machine->tree, bus_link, folder);
  mock_emit (machine, "add", "mdev", folder);
  mock_tree_folder (&machine->tree, group);
  mock_tree_link (&machine->tree, group_link, group);
  mock_tree_file (&machine->tree, node, "");
  mock_tree_link (&machine->tree, driver, "/sys/bus/mdev/drivers/vfio_ccw_mdev");
  mock_tree_link (&machine->tree, mdev_type, type);
  set_available (machine, subchannel, "0\n");
  mock_emit (machine, "bind", "mdev", folder);
}

static void
remove_mdev (MockMachine *machine, MockSubchannel *subchannel, const char *uuid)
{
  g_autofree char *folder = mock_subchannel_path (subchannel, uuid);
  g_autofree char *bus_link = g_build_filename ("/sys/bus/mdev/devices", uuid, NULL);
  g_autofree char *group_link = g_build_filename (folder, "iommu_group", NULL);
  g_autofree char *group = mock_tree_link_name (&machine->tree, group_link);
  g_autofree char *group_folder = g_build_filename ("/sys/kernel/iommu_groups", group, NULL);
  g_autofree char *node = g_build_filename ("/dev/vfio", group, NULL);

  mock_tree_remove (&machine->tree, bus_link);
  mock_tree_remove (&machine->tree, group_folder);
  mock_tree_remove (&machine->tree, node);
  set_available (machine, subchannel, "1\n");
  mock_emit (machine, "remove", "mdev", folder);
  mock_tree_remove (&machine->tree, folder);
}

static void
remove_mdevs (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *folder = mock_subchannel_path (subchannel, NULL);
  g_autoptr (GPtrArray) names = mock_tree_list (&machine->tree, folder);

  for (guint i = 0; i < names->len; i++)
    if (g_uuid_string_is_valid (g_ptr_array_index (names, i)))
      remove_mdev (machine, subchannel, g_ptr_array_index (names, i));
}

static void
unregister_parent (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *types = mock_subchannel_path (subchannel, "mdev_supported_types");
  g_autofree char *class_link = g_build_filename ("/sys/class/mdev_bus", subchannel->name, NULL);

  remove_mdevs (machine, subchannel);
  mock_tree_remove (&machine->tree, class_link);
  mock_tree_remove (&machine->tree, types);
}

/* --- binding ---------------------------------------------------------------- */

static void
link_driver (MockMachine *machine, MockSubchannel *subchannel, const char *driver)
{
  g_autofree char *folder = mock_subchannel_path (subchannel, NULL);
  g_autofree char *link = mock_subchannel_path (subchannel, "driver");
  g_autofree char *driver_folder = driver_path (driver, NULL);
  g_autofree char *back_link = driver_path (driver, subchannel->name);

  mock_tree_link (&machine->tree, link, driver_folder);
  mock_tree_link (&machine->tree, back_link, folder);
  mock_subchannel_tell_driver (machine, subchannel, driver);
}

static void
bind_driver (MockMachine *machine, MockSubchannel *subchannel, const char *driver)
{
  g_autofree char *folder = mock_subchannel_path (subchannel, NULL);

  link_driver (machine, subchannel, driver);
  if (g_str_equal (driver, DRIVER_VFIO))
    register_parent (machine, subchannel);
  mock_emit (machine, "bind", "css", folder);
  if (g_str_equal (driver, DRIVER_IO) && subchannel->device != NULL)
    start_recognition (machine, subchannel);
}

void
mock_kernel_adopt (MockMachine *machine, MockSubchannel *subchannel)
{
  link_driver (machine, subchannel, DRIVER_IO);
  mock_device_register (machine, subchannel);
}

void
mock_kernel_unbind (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *driver = bound_driver (machine, subchannel);
  g_autofree char *folder = mock_subchannel_path (subchannel, NULL);
  g_autofree char *link = mock_subchannel_path (subchannel, "driver");
  g_autofree char *back_link = NULL;

  if (driver == NULL)
    return;
  back_link = driver_path (driver, subchannel->name);
  if (g_str_equal (driver, DRIVER_VFIO))
    unregister_parent (machine, subchannel);
  else if (subchannel->device != NULL)
    mock_device_unregister (machine, subchannel);
  mock_tree_remove (&machine->tree, link);
  mock_tree_remove (&machine->tree, back_link);
  mock_subchannel_tell_driver (machine, subchannel, NULL);
  mock_emit (machine, "unbind", "css", folder);
}

/* device_attach(): the first driver that matches, in the order they were loaded. */
void
mock_kernel_probe (MockMachine *machine, MockSubchannel *subchannel)
{
  static const char *const drivers[] = { DRIVER_IO, DRIVER_VFIO };
  g_autofree char *bound = bound_driver (machine, subchannel);

  if (bound != NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (drivers); i++)
    if (matches (machine, subchannel, drivers[i]))
      {
        bind_driver (machine, subchannel, drivers[i]);
        return;
      }
}

/* --- orders ----------------------------------------------------------------- */

/* An order's path, cut at its slashes: "devices", "css0", "0.0.0313", … */
typedef struct
{
  char **part;
  MockSubchannel *subchannel; /* the one that the path or the data names, if any */
  const char *data;           /* without line end */
} Order;

/* driver_set_override() */
static int
order_override (MockMachine *machine, const Order *order)
{
  g_autofree char *path = mock_subchannel_path (order->subchannel, "driver_override");
  g_autofree char *text
      = g_strdup_printf ("%s\n", *order->data != '\0' ? order->data : NO_OVERRIDE);

  mock_tree_file (&machine->tree, path, text);
  return 0;
}

static int
order_unbind (MockMachine *machine, const Order *order)
{
  g_autofree char *driver = NULL;

  if (order->subchannel == NULL)
    return ENODEV;
  driver = bound_driver (machine, order->subchannel);
  if (g_strcmp0 (driver, order->part[3]) != 0)
    return ENODEV;
  mock_kernel_unbind (machine, order->subchannel);
  return 0;
}

static int
order_bind (MockMachine *machine, const Order *order)
{
  g_autofree char *driver = NULL;

  if (order->subchannel == NULL || !matches (machine, order->subchannel, order->part[3]))
    return ENODEV;
  driver = bound_driver (machine, order->subchannel);
  if (driver != NULL)
    return EBUSY;
  bind_driver (machine, order->subchannel, order->part[3]);
  return 0;
}

/* Succeeds whether or not a driver took it, as in the kernel. */
static int
order_probe (MockMachine *machine, const Order *order)
{
  if (order->subchannel == NULL)
    return ENODEV;
  mock_kernel_probe (machine, order->subchannel);
  return 0;
}

static void
let_rival_create (MockMachine *machine, MockSubchannel *subchannel)
{
  g_autofree char *uuid = g_steal_pointer (&subchannel->rival);

  if (uuid != NULL)
    create_mdev (machine, subchannel, uuid);
}

static int
order_create (MockMachine *machine, const Order *order)
{
  g_autofree char *bus_link = g_build_filename ("/sys/bus/mdev/devices", order->data, NULL);
  g_autofree char *available_path = type_path (order->subchannel, "available_instances");
  g_autofree char *available = NULL;

  let_rival_create (machine, order->subchannel);
  available = mock_tree_read (&machine->tree, available_path);
  if (!g_uuid_string_is_valid (order->data))
    return EINVAL;
  if (mock_tree_exists (&machine->tree, bus_link))
    return EEXIST;
  if (g_strcmp0 (available, "0") == 0)
    return EUSERS;
  create_mdev (machine, order->subchannel, order->data);
  return 0;
}

static int
order_remove (MockMachine *machine, const Order *order)
{
  if (!g_str_equal (order->data, "1"))
    return EINVAL;
  remove_mdev (machine, order->subchannel, order->part[3]);
  return 0;
}

static int
order_online (MockMachine *machine, const Order *order)
{
  if (!g_str_equal (order->data, "0") && !g_str_equal (order->data, "1"))
    return EINVAL;
  return mock_device_set_online (machine, order->subchannel, g_str_equal (order->data, "1"));
}

static const struct
{
  const char *pattern; /* of the path below /sys */
  gboolean data_names_subchannel;
  int (*carry_out) (MockMachine *machine, const Order *order);
} orders[] = {
  { "bus/css/drivers/*/unbind", TRUE, order_unbind },
  { "bus/css/drivers/*/bind", TRUE, order_bind },
  { "bus/css/drivers_probe", TRUE, order_probe },
  { "devices/css0/*/driver_override", FALSE, order_override },
  { "devices/css0/*/mdev_supported_types/" MDEV_TYPE "/create", FALSE, order_create },
  { "devices/css0/*/*-*-*-*-*/remove", FALSE, order_remove },
  { "devices/css0/*/*/online", FALSE, order_online },
};

static int
carry_out (MockMachine *machine, const char *path, const char *data)
{
  g_auto (GStrv) parts = g_strsplit (path + 1, "/", -1);
  Order order = { .part = parts, .data = data };

  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      if (!g_pattern_match_simple (orders[i].pattern, path + 1))
        continue;
      order.subchannel = g_hash_table_lookup (machine->subchannels,
                                              orders[i].data_names_subchannel ? data : parts[2]);
      return orders[i].carry_out (machine, &order);
    }
  return EACCES;
}

/* TRUE when a fault decides the outcome, which is then in @error. */
static gboolean
take_fault (MockMachine *machine, const char *path, int *error)
{
  for (guint i = 0; i < machine->faults->len; i++)
    {
      MockFault *fault = g_ptr_array_index (machine->faults, i);

      if (fault->times == 0 || !g_str_has_suffix (path, fault->order))
        continue;
      fault->times--;
      *error = fault->error;
      return TRUE;
    }
  return FALSE;
}

/* The fate of the order or step that is being given now. */
static MockFate
take_fate (MockMachine *machine, const char *what, const char *path)
{
  if (machine->n_orders != machine->fate_at || machine->fate == MOCK_FATE_NONE)
    return MOCK_FATE_NONE;
  g_free (machine->struck);
  machine->struck = g_strconcat (what, path, NULL);
  return machine->fate;
}

static int
decide (MockMachine *machine, const char *path, const char *data)
{
  MockFate fate = take_fate (machine, "write ", path);
  int error = 0;

  if (take_fault (machine, path, &error) || fate == MOCK_FATE_IGNORE)
    return error;
  if (fate == MOCK_FATE_REFUSE)
    return EIO;
  if (fate != MOCK_FATE_KILL)
    error = carry_out (machine, path, data);
  return fate == MOCK_FATE_KILL || fate == MOCK_FATE_ORPHAN ? MOCK_KERNEL_DIE : error;
}

static int
handle_write (MockMachine *machine, const char *path, const char *data, gsize length)
{
  g_autofree char *text = g_strchomp (g_strndup (data, length));
  int answer;

  g_rec_mutex_lock (&machine->lock);
  machine->n_orders++;
  answer = decide (machine, path, text);
  g_rec_mutex_unlock (&machine->lock);
  return answer;
}

/* A change to a file outside of sysfs, which who asks makes itself. */
static int
decide_step (MockMachine *machine, const char *step)
{
  int error = 0;

  if (take_fault (machine, step, &error))
    return error;
  switch (take_fate (machine, "", step))
    {
    case MOCK_FATE_REFUSE:
      return EIO;
    case MOCK_FATE_KILL:
      return MOCK_KERNEL_DIE;
    case MOCK_FATE_ORPHAN:
      return MOCK_KERNEL_DIE_AFTER;
    default:
      return 0;
    }
}

static int
handle_step (MockMachine *machine, const char *step)
{
  int answer;

  g_rec_mutex_lock (&machine->lock);
  machine->n_orders++;
  answer = decide_step (machine, step);
  g_rec_mutex_unlock (&machine->lock);
  return answer;
}

int
mock_kernel_carry_out (MockMachine *machine, const char *path, const char *data)
{
  int error;

  g_rec_mutex_lock (&machine->lock);
  error = carry_out (machine, path, data);
  g_rec_mutex_unlock (&machine->lock);
  return error;
}

/* --- the thread ------------------------------------------------------------- */

static int
handle_control (MockMachine *machine, const char *line)
{
  g_autoptr (GError) error = NULL;

  if (mock_machine_try (machine, line, &error))
    return 0;
  g_printerr ("%s\n", error->message);
  return EINVAL;
}

static int
handle_request (MockMachine *machine, const char *request, gsize length)
{
  const char *data = memchr (request, '\0', length);

  if (data == NULL)
    return EINVAL;
  data++;
  if (*request == MOCK_KERNEL_CONTROL)
    return handle_control (machine, request + 1);
  if (*request == MOCK_KERNEL_STEP)
    return handle_step (machine, request + 1);
  return handle_write (machine, request + 1, data, length - (gsize) (data - request));
}

/* How long the order in @request takes before anything comes of it. */
static guint
take_delay (MockMachine *machine, const char *request)
{
  guint ms = 0;

  g_rec_mutex_lock (&machine->lock);
  for (guint i = 0; ms == 0 && i < machine->delays->len; i++)
    {
      MockDelay *delay = g_ptr_array_index (machine->delays, i);

      if (delay->times == 0 || *request != MOCK_KERNEL_WRITE
          || !g_str_has_suffix (request + 1, delay->order))
        continue;
      delay->times--;
      ms = delay->ms;
    }
  g_rec_mutex_unlock (&machine->lock);
  return ms;
}

/* One who waits for an answer. */
typedef struct
{
  MockMachine *machine;
  GSource *source; /* NULL: no delay; owned by the kernel's list */
  int peer;
  gsize length;
  char request[];
} Waiter;

static void
waiter_free (gpointer data)
{
  Waiter *waiter = data;

  close (waiter->peer);
  g_free (waiter);
}

static void
forget_delayed (const Waiter *waiter)
{
  g_rec_mutex_lock (&waiter->machine->lock);
  g_ptr_array_remove (waiter->machine->kernel->delayed, waiter->source);
  g_rec_mutex_unlock (&waiter->machine->lock);
}

static gboolean
answer (gpointer data)
{
  const Waiter *waiter = data;
  int number;

  forget_delayed (waiter);
  number = handle_request (waiter->machine, waiter->request, waiter->length);

  send (waiter->peer, &number, sizeof number, MSG_NOSIGNAL);
  return G_SOURCE_REMOVE;
}

static void
answer_later (Waiter *waiter, guint ms)
{
  struct _MockKernel *kernel = waiter->machine->kernel;

  waiter->source = g_timeout_source_new (ms);
  g_source_set_callback (waiter->source, answer, waiter, waiter_free);
  g_rec_mutex_lock (&waiter->machine->lock);
  g_ptr_array_add (kernel->delayed, waiter->source);
  g_rec_mutex_unlock (&waiter->machine->lock);
  g_source_attach (waiter->source, kernel->context);
}

void
mock_kernel_hurry (struct _MockKernel *kernel)
{
  for (guint i = 0; i < kernel->delayed->len; i++)
    g_source_set_ready_time (g_ptr_array_index (kernel->delayed, i), 0);
}

/* Takes @peer over. */
static void
serve_request (MockMachine *machine, int peer, const char *request, gsize length)
{
  guint ms = take_delay (machine, request);
  Waiter *waiter = g_malloc0 (sizeof *waiter + length + 1);

  waiter->machine = machine;
  waiter->peer = peer;
  waiter->length = length;
  memcpy (waiter->request, request, length);
  if (ms > 0)
    {
      answer_later (waiter, ms);
      return;
    }
  answer (waiter);
  waiter_free (waiter);
}

static gboolean
on_request (int fd, GIOCondition condition, gpointer user_data)
{
  char request[MOCK_KERNEL_REQUEST_MAX + 1] = "";
  int peer = accept (fd, NULL, NULL);
  gssize length = peer >= 0 ? recv (peer, request, sizeof request - 1, 0) : -1;

  if (length > 0)
    serve_request (user_data, peer, request, (gsize) length);
  else if (peer >= 0)
    close (peer);
  return G_SOURCE_CONTINUE;
}

/* umockdev's library connects for every node that is opened, to have its ioctls answered; none is
 * ever asked for here. */
static gboolean
on_node_opened (int fd, GIOCondition condition, gpointer user_data)
{
  int peer = accept (fd, NULL, NULL);

  if (peer >= 0)
    close (peer);
  return G_SOURCE_CONTINUE;
}

static gpointer
run (gpointer data)
{
  struct _MockKernel *kernel = data;

  g_main_context_push_thread_default (kernel->context);
  g_main_loop_run (kernel->loop);
  g_main_context_pop_thread_default (kernel->context);
  return NULL;
}

static int
open_listener (const char *path, int type)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 64) < 0)
    g_error ("could not listen on %s: %s", path, g_strerror (errno));
  return fd;
}

static void
serve (struct _MockKernel *kernel, int listener, GUnixFDSourceFunc func)
{
  g_autoptr (GSource) source = g_unix_fd_source_new (listener, G_IO_IN);

  g_source_set_callback (source, G_SOURCE_FUNC (func), kernel->machine, NULL);
  g_source_attach (source, kernel->context);
}

struct _MockKernel *
mock_kernel_start (MockMachine *machine)
{
  struct _MockKernel *kernel = g_new0 (struct _MockKernel, 1);
  g_autofree char *path = g_build_filename (machine->tree.root, "kernel", NULL);
  g_autofree char *ioctl_path = g_build_filename (machine->tree.root, "ioctl", "_default", NULL);

  kernel->machine = machine;
  kernel->listener = open_listener (path, SOCK_SEQPACKET);
  mock_tree_folder (&machine->tree, "/ioctl");
  kernel->ioctl_listener = open_listener (ioctl_path, SOCK_STREAM);
  kernel->delayed = g_ptr_array_new_with_free_func ((GDestroyNotify) g_source_unref);
  kernel->context = g_main_context_new ();
  kernel->loop = g_main_loop_new (kernel->context, FALSE);
  g_mutex_init (&kernel->settled_lock);
  g_cond_init (&kernel->settled);
  serve (kernel, kernel->listener, on_request);
  serve (kernel, kernel->ioctl_listener, on_node_opened);
  g_setenv ("MOCK_KERNEL_SOCKET", path, TRUE);
  kernel->thread = g_thread_new ("mock-kernel", run, kernel);
  return kernel;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
mock_kernel_stop (struct _MockKernel *kernel)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  mock_kernel_settle (kernel);
  /* From within the loop: a thread that has not come to run it yet would not hear of it. */
  g_source_set_callback (source, quit, kernel->loop, NULL);
  g_source_attach (source, kernel->context);
  g_thread_join (kernel->thread);
  g_unsetenv ("MOCK_KERNEL_SOCKET");
  close (kernel->listener);
  close (kernel->ioctl_listener);
  g_main_loop_unref (kernel->loop);
  g_main_context_unref (kernel->context);
  g_ptr_array_unref (kernel->delayed);
  g_mutex_clear (&kernel->settled_lock);
  g_cond_clear (&kernel->settled);
  g_free (kernel);
}

void
mock_kernel_settle (struct _MockKernel *kernel)
{
  g_mutex_lock (&kernel->settled_lock);
  while (kernel->pending > 0)
    g_cond_wait (&kernel->settled, &kernel->settled_lock);
  g_mutex_unlock (&kernel->settled_lock);
}
