/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cli/command.h"
#include "cli/device-argument.h"
#include "cli/domains.h"
#include "cli/interrupt.h"
#include "cli/node-devices.h"
#include "cli/plan.h"

/* For how long a guest may take to let go of a device that is unplugged. */
#define UNPLUG_PATIENCE_MS 30000
#define UNPLUG_LOOK_MS 100

static struct
{
  gboolean live;
  gboolean dry_run;
  char *connect;
  char **arguments;
} options;

static const GOptionEntry entries[] = {
  { "live", 'l', 0, G_OPTION_ARG_NONE, &options.live, "Unplug it from virtual machines that run",
    NULL },
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run, "Print what would be done, do nothing",
    NULL },
  { "connect", 'c', 0, G_OPTION_ARG_STRING, &options.connect,
    "libvirt's connection URI (default: " LIBVIRT_CLIENT_DEFAULT_URI ")", "URI" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.arguments, NULL, "DEVNO" },
  G_OPTION_ENTRY_NULL,
};

/* An mdev on the device's subchannel; the XML is to make it anew. */
typedef struct
{
  virConnect *connection; /* the command's */
  virNodeDevice *mdev;
  char *uuid;
  char *xml;
  gboolean is_active;
  gboolean is_defined;
  int starts;
} Mdev;

/* A domain that has one of them. */
typedef struct
{
  virDomain *domain;
  const Mdev *mdev;
  char *hostdev_xml;
  guint use; /* DOMAINS_* */
} Holder;

typedef struct
{
  virConnect *connection;
  CcwDevId device;
  char *device_name;
  char *subchannel;   /* "css_0_0_0313" */
  GPtrArray *mdevs;   /* of Mdev */
  GPtrArray *holders; /* of Holder */
} GiveBack;

static void
mdev_free (gpointer data)
{
  Mdev *mdev = data;

  virNodeDeviceFree (mdev->mdev);
  g_free (mdev->uuid);
  g_free (mdev->xml);
  g_free (mdev);
}

static void
holder_free (gpointer data)
{
  Holder *holder = data;

  virDomainFree (holder->domain);
  g_free (holder->hostdev_xml);
  g_free (holder);
}

static void
give_back_clear (GiveBack *self)
{
  g_clear_pointer (&self->holders, g_ptr_array_unref);
  g_clear_pointer (&self->mdevs, g_ptr_array_unref);
  g_clear_pointer (&self->connection, virConnectClose);
  g_free (self->device_name);
  g_free (self->subchannel);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GiveBack, give_back_clear)

/* --- the steps of a domain ----------------------------------------------- */

/* libvirt returns before a guest that takes its time has let go. */
static gboolean
await_unplug (const Holder *holder, GError **error)
{
  for (guint waited = 0; waited < UNPLUG_PATIENCE_MS; waited += UNPLUG_LOOK_MS)
    {
      if ((domains_get_use (holder->domain, holder->mdev->uuid, NULL) & DOMAINS_RUNNING) == 0)
        return TRUE;
      if (!interrupt_check (error))
        return FALSE;
      g_usleep (UNPLUG_LOOK_MS * 1000);
    }
  g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE, "the guest of domain %s does not let go of it",
               virDomainGetName (holder->domain));
  return FALSE;
}

static gboolean
unplug (gpointer data, GError **error)
{
  Holder *holder = data;

  if (virDomainDetachDeviceFlags (holder->domain, holder->hostdev_xml, VIR_DOMAIN_AFFECT_LIVE) < 0)
    return libvirt_client_fail (error, "unplug it from domain %s",
                                virDomainGetName (holder->domain));
  return await_unplug (holder, error);
}

static gboolean
plug (gpointer data, GError **error)
{
  Holder *holder = data;

  return virDomainAttachDeviceFlags (holder->domain, holder->hostdev_xml, VIR_DOMAIN_AFFECT_LIVE)
             == 0
         || libvirt_client_fail (error, "plug it in again");
}

static gboolean
leave_out (gpointer data, GError **error)
{
  Holder *holder = data;

  return virDomainDetachDeviceFlags (holder->domain, holder->hostdev_xml, VIR_DOMAIN_AFFECT_CONFIG)
             == 0
         || libvirt_client_fail (error, "take it out of domain %s's definition",
                                 virDomainGetName (holder->domain));
}

static gboolean
put_in (gpointer data, GError **error)
{
  Holder *holder = data;

  return virDomainAttachDeviceFlags (holder->domain, holder->hostdev_xml, VIR_DOMAIN_AFFECT_CONFIG)
             == 0
         || libvirt_client_fail (error, "put it into the definition again");
}

/* --- the steps of an mdev ------------------------------------------------ */

static gboolean
destroy (gpointer data, GError **error)
{
  Mdev *mdev = data;

  return virNodeDeviceDestroy (mdev->mdev) == 0
         || libvirt_client_fail (error, "stop mdev %s", mdev->uuid);
}

static gboolean
take_over (Mdev *mdev, virNodeDevice *made, GError **error)
{
  if (made == NULL)
    return libvirt_client_fail (error, "make mdev %s again", mdev->uuid);
  virNodeDeviceFree (mdev->mdev);
  mdev->mdev = made;
  return TRUE;
}

static gboolean
make_again (gpointer data, GError **error)
{
  Mdev *mdev = data;

  if (!mdev->is_defined)
    return take_over (mdev, virNodeDeviceCreateXML (mdev->connection, mdev->xml, 0), error);
  return node_devices_start (mdev->mdev) == 0
         || libvirt_client_fail (error, "start mdev %s again", mdev->uuid);
}

static gboolean
undefine (gpointer data, GError **error)
{
  Mdev *mdev = data;

  return node_devices_undefine (mdev->mdev) == 0
         || libvirt_client_fail (error, "undefine mdev %s", mdev->uuid);
}

static gboolean
define_again (gpointer data, GError **error)
{
  Mdev *mdev = data;

  if (!take_over (mdev, virNodeDeviceDefineXML (mdev->connection, mdev->xml, 0), error))
    return FALSE;
  return mdev->starts == 0 || virNodeDeviceSetAutostart (mdev->mdev, 1) == 0
         || libvirt_client_fail (error, "have it start with the host again");
}

/* --- what is there ------------------------------------------------------- */

static gboolean
note_mdev (GiveBack *self, virNodeDevice *device, GError **error)
{
  Mdev *mdev = g_new0 (Mdev, 1);

  mdev->connection = self->connection;
  virNodeDeviceRef (device);
  mdev->mdev = device;
  g_ptr_array_add (self->mdevs, mdev);
  mdev->uuid = node_devices_get_uuid (device, error);
  if (mdev->uuid == NULL)
    return FALSE;
  mdev->is_active = virNodeDeviceIsActive (device) == 1;
  mdev->is_defined = virNodeDeviceIsPersistent (device) == 1;
  mdev->xml = node_devices_mdev_xml (self->subchannel, mdev->uuid);
  if (mdev->is_defined)
    virNodeDeviceGetAutostart (device, &mdev->starts);
  return TRUE;
}

static gboolean
find_mdevs (GiveBack *self, GError **error)
{
  g_autoptr (GPtrArray) devices = NULL;

  self->subchannel = node_devices_find_subchannel (self->connection, &self->device, error);
  if (self->subchannel == NULL)
    return FALSE;
  devices = node_devices_list_mdevs (self->connection, self->subchannel, error);
  if (devices == NULL)
    return FALSE;
  for (guint i = 0; i < devices->len; i++)
    if (!note_mdev (self, g_ptr_array_index (devices, i), error))
      return FALSE;
  return TRUE;
}

static void
note_holder (GiveBack *self, virDomain *domain, const Mdev *mdev)
{
  Holder *holder = g_new0 (Holder, 1);
  g_autoptr (Hostdev) hostdev = NULL;

  holder->use = domains_get_use (domain, mdev->uuid, &hostdev);
  holder->mdev = mdev;
  virDomainRef (domain);
  holder->domain = domain;
  holder->hostdev_xml = hostdev != NULL ? hostdev_to_xml (hostdev) : NULL;
  if (holder->use != 0)
    g_ptr_array_add (self->holders, holder);
  else
    holder_free (holder);
}

/* A daemon of node devices alone has no domains, and says so. */
static gboolean
find_holders (GiveBack *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) domains = domains_list (self->connection, &problem);

  if (g_error_matches (problem, CCW_ERROR, CCW_ERROR_UNSUPPORTED))
    return TRUE;
  if (domains == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  for (guint i = 0; i < domains->len; i++)
    for (guint k = 0; k < self->mdevs->len; k++)
      note_holder (self, g_ptr_array_index (domains, i), g_ptr_array_index (self->mdevs, k));
  return TRUE;
}

static gboolean
check_not_running (const GiveBack *self, GError **error)
{
  for (guint i = 0; i < self->holders->len && !options.live; i++)
    {
      const Holder *holder = g_ptr_array_index (self->holders, i);

      if ((holder->use & DOMAINS_RUNNING) == 0)
        continue;
      g_set_error (error, CCW_ERROR, CCW_ERROR_IN_USE,
                   "domain %s runs with device %s: shut it down, or unplug the device by --live",
                   virDomainGetName (holder->domain), self->device_name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
look (GiveBack *self, GError **error)
{
  self->connection = libvirt_client_open (options.connect, FALSE, error);
  return self->connection != NULL && find_mdevs (self, error) && find_holders (self, error)
         && check_not_running (self, error);
}

/* --- the plan ------------------------------------------------------------ */

static void
plan_holder (Plan *plan, Holder *holder)
{
  const char *name = virDomainGetName (holder->domain);

  if ((holder->use & DOMAINS_RUNNING) != 0)
    plan_add (plan, unplug, plug, holder, "unplug it from domain %s, which runs", name);
  if ((holder->use & DOMAINS_DEFINED) != 0)
    plan_add (plan, leave_out, put_in, holder, "take it out of the definition of domain %s", name);
}

static void
plan_mdev (Plan *plan, Mdev *mdev, const char *device_name)
{
  if (mdev->is_active)
    plan_add (plan, destroy, make_again, mdev, "stop mdev %s", mdev->uuid);
  if (mdev->is_defined)
    plan_add (plan, undefine, define_again, mdev, "undefine mdev %s of device %s", mdev->uuid,
              device_name);
}

static Plan *
make_plan (GiveBack *self)
{
  Plan *plan = plan_new ("device %s is the host's already", self->device_name);

  for (guint i = 0; i < self->holders->len; i++)
    plan_holder (plan, g_ptr_array_index (self->holders, i));
  for (guint i = 0; i < self->mdevs->len; i++)
    plan_mdev (plan, g_ptr_array_index (self->mdevs, i), self->device_name);
  return plan;
}

/* --- the command --------------------------------------------------------- */

static gboolean
carry_out (GiveBack *self, GError **error)
{
  g_autoptr (Plan) plan = NULL;

  if (!look (self, error))
    return FALSE;
  plan = make_plan (self);
  return plan_carry_out (plan, options.dry_run, error);
}

static CcwExit
run (int argc, char **argv, GError **error)
{
  static const char description[]
      = "DEVNO is a device of the host by its number, 0.0.2b09 or 2b09. Its mdevs are stopped\n"
        "and undefined, and it is taken out of the domains that have it; the host gets it as it\n"
        "was before. When a step fails, or Ctrl-C is pressed, those before it are undone.";
  const GOptionEntry *lists[] = { entries, NULL };
  g_auto (GiveBack) self = { NULL };

  if (!cli_parse_options (&cli_command_give_back, lists, description, argc, argv, error)
      || !device_argument_parse_only (options.arguments, &self.device, error))
    return CCW_EXIT_USAGE;
  self.device_name = ccw_dev_id_to_string (&self.device);
  self.mdevs = g_ptr_array_new_with_free_func (mdev_free);
  self.holders = g_ptr_array_new_with_free_func (holder_free);
  return carry_out (&self, error) ? CCW_EXIT_DONE : ccw_exit_from_error (*error);
}

const CliCommand cli_command_give_back = {
  .name = "give-back",
  .summary = "Give a device back to the host",
  .run = run,
};
