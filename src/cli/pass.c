/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gio/gio.h>

#include "ccw/dev-id.h"
#include "ccw/in-use.h"
#include "cli/command.h"
#include "cli/device-argument.h"
#include "cli/domains.h"
#include "cli/node-devices.h"
#include "cli/plan.h"
#include "mdev/config.h"
#include "qemu-hook/hostdev.h"

static struct
{
  char *domain;
  char *guest_devno;
  char *uuid;
  char *connect;
  gboolean transient;
  gboolean no_autostart;
  gboolean dry_run;
  char **arguments;
} options;

static const GOptionEntry entries[] = {
  { "domain", 'd', 0, G_OPTION_ARG_STRING, &options.domain,
    "Give it to this virtual machine, now if it runs and whenever it is started", "DOMAIN" },
  { "guest-devno", 'g', 0, G_OPTION_ARG_STRING, &options.guest_devno,
    "Its address in the guest (fe.0.1234 is seen there as 0.0.1234)", "ID" },
  { "uuid", 'u', 0, G_OPTION_ARG_STRING, &options.uuid,
    "The mdev's UUID (default: that of its definition, else a new one)", "UUID" },
  { "transient", 't', 0, G_OPTION_ARG_NONE, &options.transient, "Only until the host is restarted",
    NULL },
  { "no-autostart", 0, 0, G_OPTION_ARG_NONE, &options.no_autostart,
    "Do not take it when the host is started", NULL },
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run, "Print what would be done, do nothing",
    NULL },
  { "connect", 'c', 0, G_OPTION_ARG_STRING, &options.connect,
    "libvirt's connection URI (default: " LIBVIRT_CLIENT_DEFAULT_URI ")", "URI" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.arguments, NULL, "DEVNO" },
  G_OPTION_ENTRY_NULL,
};

/* What is to be passed, and how far it is. */
typedef struct
{
  virConnect *connection;
  CcwDevId device;
  CcwDevId guest; /* only with --guest-devno */
  char *device_name;
  char *subchannel; /* "css_0_0_0313" */
  char *uuid;
  virNodeDevice *mdev; /* NULL: there is none yet */
  virDomain *domain;   /* NULL: it is given to none now */
  char *hostdev_xml;
  guint attach; /* VIR_DOMAIN_AFFECT_* that are missing */
} Pass;

static void
pass_clear (Pass *pass)
{
  g_clear_pointer (&pass->domain, virDomainFree);
  g_clear_pointer (&pass->mdev, virNodeDeviceFree);
  g_clear_pointer (&pass->connection, virConnectClose);
  g_free (pass->device_name);
  g_free (pass->subchannel);
  g_free (pass->uuid);
  g_free (pass->hostdev_xml);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pass, pass_clear)

/* --- the steps ----------------------------------------------------------- */

static gboolean
take_over (Pass *pass, virNodeDevice *mdev, const char *what, GError **error)
{
  if (mdev == NULL)
    return libvirt_client_fail (error, "%s the mdev on %s", what, pass->subchannel);
  g_clear_pointer (&pass->mdev, virNodeDeviceFree);
  pass->mdev = mdev;
  return TRUE;
}

static gboolean
define (gpointer data, GError **error)
{
  Pass *pass = data;
  g_autofree char *xml = node_devices_mdev_xml (pass->subchannel, pass->uuid);

  return take_over (pass, virNodeDeviceDefineXML (pass->connection, xml, 0), "define", error);
}

static gboolean
undefine (gpointer data, GError **error)
{
  Pass *pass = data;

  return node_devices_undefine (pass->mdev) == 0
         || libvirt_client_fail (error, "undefine the mdev");
}

static gboolean
start (gpointer data, GError **error)
{
  Pass *pass = data;

  return node_devices_start (pass->mdev) == 0
         || libvirt_client_fail (error, "start the mdev of device %s", pass->device_name);
}

static gboolean
create (gpointer data, GError **error)
{
  Pass *pass = data;
  g_autofree char *xml = node_devices_mdev_xml (pass->subchannel, pass->uuid);

  return take_over (pass, virNodeDeviceCreateXML (pass->connection, xml, 0), "create", error);
}

static gboolean
destroy (gpointer data, GError **error)
{
  Pass *pass = data;

  return virNodeDeviceDestroy (pass->mdev) == 0 || libvirt_client_fail (error, "stop the mdev");
}

static gboolean
set_autostart (gpointer data, GError **error)
{
  Pass *pass = data;

  return virNodeDeviceSetAutostart (pass->mdev, 1) == 0
         || libvirt_client_fail (error, "have the mdev start with the host");
}

static gboolean
unset_autostart (gpointer data, GError **error)
{
  Pass *pass = data;

  return virNodeDeviceSetAutostart (pass->mdev, 0) == 0
         || libvirt_client_fail (error, "have the mdev not start with the host");
}

static gboolean
attach (gpointer data, GError **error)
{
  Pass *pass = data;

  return virDomainAttachDeviceFlags (pass->domain, pass->hostdev_xml, pass->attach) == 0
         || libvirt_client_fail (error, "give device %s to domain %s", pass->device_name,
                                 virDomainGetName (pass->domain));
}

/* --- what is there ------------------------------------------------------- */

/* libvirt writes UUIDs in lower case; people need not. */
static gboolean
has_uuid (virNodeDevice *mdev, const char *uuid)
{
  g_autofree char *found = node_devices_get_uuid (mdev, NULL);

  return found != NULL && g_ascii_strcasecmp (found, uuid) == 0;
}

/* The one asked for by UUID, the active one, or the only one; NULL: there is none to choose. */
static virNodeDevice *
choose_mdev (const GPtrArray *mdevs, const char *uuid)
{
  for (guint i = 0; i < mdevs->len; i++)
    {
      virNodeDevice *mdev = g_ptr_array_index (mdevs, i);

      if (uuid != NULL ? has_uuid (mdev, uuid) : virNodeDeviceIsActive (mdev) == 1)
        return mdev;
    }
  return uuid == NULL && mdevs->len == 1 ? g_ptr_array_index (mdevs, 0) : NULL;
}

/* A subchannel has room for one mdev at a time; of several definitions only a UUID tells which. */
static gboolean
check_choice (Pass *pass, const GPtrArray *mdevs, GError **error)
{
  for (guint i = 0; i < mdevs->len; i++)
    {
      virNodeDevice *mdev = g_ptr_array_index (mdevs, i);

      if (mdev == pass->mdev || virNodeDeviceIsActive (mdev) != 1)
        continue;
      g_set_error (error, CCW_ERROR, CCW_ERROR_STATE, "device %s is passed as %s already",
                   pass->device_name, virNodeDeviceGetName (mdev));
      return FALSE;
    }
  if (pass->mdev != NULL || options.uuid != NULL || mdevs->len == 0)
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "device %s has several mdevs defined: tell by --uuid which is meant",
               pass->device_name);
  return FALSE;
}

static gboolean
find_mdev (Pass *pass, GError **error)
{
  g_autoptr (GPtrArray) mdevs = node_devices_list_mdevs (pass->connection, pass->subchannel, error);

  if (mdevs == NULL)
    return FALSE;
  pass->mdev = choose_mdev (mdevs, options.uuid);
  if (!check_choice (pass, mdevs, error))
    {
      pass->mdev = NULL;
      return FALSE;
    }
  if (pass->mdev == NULL)
    {
      pass->uuid
          = options.uuid != NULL ? g_ascii_strdown (options.uuid, -1) : g_uuid_string_random ();
      return TRUE;
    }
  virNodeDeviceRef (pass->mdev);
  pass->uuid = node_devices_get_uuid (pass->mdev, error);
  return pass->uuid != NULL;
}

static gboolean
make_hostdev (Pass *pass, GError **error)
{
  g_autoptr (Hostdev) hostdev
      = hostdev_new (pass->uuid, options.guest_devno != NULL ? &pass->guest : NULL, error);

  if (hostdev == NULL)
    return FALSE;
  pass->hostdev_xml = hostdev_to_xml (hostdev);
  return TRUE;
}

/* What is done already is not done again; what was done otherwise is told. */
static gboolean
check_guest_id (const Pass *pass, const Hostdev *present, GError **error)
{
  const CcwDevId *guest = hostdev_get_guest_id (present);
  g_autofree char *name = guest != NULL ? ccw_dev_id_to_string (guest) : NULL;

  if (guest == NULL || ccw_dev_id_equal (guest, &pass->guest))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_STATE,
               "domain %s has device %s as %s already: give it back before it is passed as %s",
               virDomainGetName (pass->domain), pass->device_name, name, options.guest_devno);
  return FALSE;
}

/* Where the domain with this use of it lacks it: running, defined, both or nowhere. */
static guint
missing_uses (virDomain *domain, guint use)
{
  guint missing = 0;

  if (virDomainIsActive (domain) == 1 && (use & DOMAINS_RUNNING) == 0)
    missing |= VIR_DOMAIN_AFFECT_LIVE;
  if (virDomainIsPersistent (domain) == 1 && !options.transient && (use & DOMAINS_DEFINED) == 0)
    missing |= VIR_DOMAIN_AFFECT_CONFIG;
  return missing;
}

static gboolean
find_domain (Pass *pass, GError **error)
{
  g_autoptr (Hostdev) present = NULL;
  guint use;

  if (options.domain == NULL)
    return TRUE;
  pass->domain = virDomainLookupByName (pass->connection, options.domain);
  if (pass->domain == NULL)
    return libvirt_client_fail (error, "find the domain %s", options.domain);
  use = domains_get_use (pass->domain, pass->uuid, &present);
  if (present != NULL && options.guest_devno != NULL && !check_guest_id (pass, present, error))
    return FALSE;
  pass->attach = missing_uses (pass->domain, use);
  return make_hostdev (pass, error);
}

static gboolean
look (Pass *pass, GError **error)
{
  pass->connection = libvirt_client_open (options.connect, FALSE, error);
  if (pass->connection == NULL)
    return FALSE;
  pass->subchannel = node_devices_find_subchannel (pass->connection, &pass->device, error);
  return pass->subchannel != NULL && find_mdev (pass, error) && find_domain (pass, error);
}

/* --- the plan ------------------------------------------------------------ */

static void
plan_mdev (Plan *plan, Pass *pass)
{
  gboolean is_active = pass->mdev != NULL && virNodeDeviceIsActive (pass->mdev) == 1;
  gboolean is_defined = pass->mdev != NULL && virNodeDeviceIsPersistent (pass->mdev) == 1;
  int starts = 0;

  if (!is_defined && !options.transient)
    plan_add (plan, define, undefine, pass, "define mdev %s on %s for device %s", pass->uuid,
              pass->subchannel, pass->device_name);
  if (is_defined)
    virNodeDeviceGetAutostart (pass->mdev, &starts);
  if (!options.transient && !options.no_autostart && starts == 0)
    plan_add (plan, set_autostart, unset_autostart, pass, "have it start with the host");
  if (is_active)
    return;
  if (is_defined || !options.transient)
    plan_add (plan, start, destroy, pass, "start mdev %s", pass->uuid);
  else
    plan_add (plan, create, destroy, pass, "create mdev %s on %s for device %s", pass->uuid,
              pass->subchannel, pass->device_name);
}

static void
plan_domain (Plan *plan, Pass *pass)
{
  static const char *const how[] = {
    [VIR_DOMAIN_AFFECT_LIVE] = "as it runs",
    [VIR_DOMAIN_AFFECT_CONFIG] = "when it starts",
    [VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG] = "as it runs, and when it starts",
  };

  if (pass->attach != 0)
    plan_add (plan, attach, NULL, pass, "give it to domain %s, %s", virDomainGetName (pass->domain),
              how[pass->attach]);
}

static Plan *
make_plan (Pass *pass)
{
  Plan *plan = plan_new ("device %s is passed already, as mdev %s", pass->device_name, pass->uuid);

  plan_mdev (plan, pass);
  plan_domain (plan, pass);
  return plan;
}

/*
 * Would it be refused? Whoever makes the mdev looks, but only then; before, this
 * can be told on the host itself alone.
 */
static gboolean
check_unused (const Pass *pass, GError **error)
{
  g_autoptr (CcwPaths) paths = ccw_paths_new (NULL);
  g_autoptr (GError) problem = NULL;

  if (libvirt_client_is_afar (pass->connection)
      || (pass->mdev != NULL && virNodeDeviceIsActive (pass->mdev) == 1)
      || ccw_device_check_unused (paths, &pass->device, &problem)
      || ccw_error_is_not_found (problem))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
show_plan (const Pass *pass, const Plan *plan, GError **error)
{
  if (!plan_carry_out (plan, TRUE, error))
    return FALSE;
  if (libvirt_client_is_afar (pass->connection))
    g_printerr ("%s: whether that host uses the device cannot be known from afar\n",
                g_get_prgname ());
  return check_unused (pass, error);
}

/*
 * A device in use is refused before anything is begun, and by one exit code, whatever becomes
 * of the refusal on its way through libvirt. Who cannot see who uses it leaves that to the
 * daemon.
 */
static gboolean
follow_plan (const Pass *pass, const Plan *plan, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (check_unused (pass, &problem) || !g_error_matches (problem, CCW_ERROR, CCW_ERROR_IN_USE))
    return plan_carry_out (plan, FALSE, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* --- the command --------------------------------------------------------- */

static gboolean
check_options (Pass *pass, GError **error)
{
  if (options.guest_devno != NULL && options.domain == NULL)
    g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID, "--guest-devno needs --domain");
  else if (options.uuid != NULL && !mdev_uuid_is_valid (options.uuid))
    g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID, "'%s' is not a UUID", options.uuid);
  else
    return device_argument_parse_only (options.arguments, &pass->device, error)
           && (options.guest_devno == NULL
               || ccw_dev_id_parse (options.guest_devno, &pass->guest, error));
  return FALSE;
}

static gboolean
carry_out (Pass *pass, GError **error)
{
  g_autoptr (Plan) plan = NULL;

  if (!look (pass, error))
    return FALSE;
  plan = make_plan (pass);
  return options.dry_run ? show_plan (pass, plan, error) : follow_plan (pass, plan, error);
}

static CcwExit
run (int argc, char **argv, GError **error)
{
  static const char description[]
      = "DEVNO is a device of the host by its number, 0.0.2b09 or 2b09. What is done already\n"
        "is not done again; when a step fails, or Ctrl-C is pressed, those before it are undone.";
  const GOptionEntry *lists[] = { entries, NULL };
  g_auto (Pass) pass = { NULL };

  if (!cli_parse_options (&cli_command_pass, lists, description, argc, argv, error)
      || !check_options (&pass, error))
    return CCW_EXIT_USAGE;
  pass.device_name = ccw_dev_id_to_string (&pass.device);
  return carry_out (&pass, error) ? CCW_EXIT_DONE : ccw_exit_from_error (*error);
}

const CliCommand cli_command_pass = {
  .name = "pass",
  .summary = "Take a device from the host, to be given to a virtual machine",
  .run = run,
};
