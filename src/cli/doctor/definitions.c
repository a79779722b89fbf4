/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ccw/cio-ignore.h"
#include "ccw/error.h"
#include "ccw/in-use.h"
#include "cli/doctor/checks.h"
#include "mdev/identity.h"
#include "mdev/subchannel.h"

/* One persistent mdev, and what is the same for all of them. */
typedef struct
{
  const DoctorScene *scene;
  Findings *findings;
  CcwSystemUse *use;
  gboolean said_unseen; /* that uses cannot be seen is said once */
  const MdevConfig *config;
  char *name;             /* "mdev UUID on 0.0.0313" */
  MdevIdentity *identity; /* of the device that it is meant for; NULL: not known */
} Definition;

/* What starts by itself and cannot is a problem; what waits to be started may be meant so. */
static void
note (Definition *definition, const char *advice, const char *text)
{
  if (mdev_config_get_autostart (definition->config))
    findings_problem (definition->findings, advice, "%s starts by itself, but %s", definition->name,
                      text);
  else
    findings_warn (definition->findings, advice, "%s: %s", definition->name, text);
}

/* --- is its device there? ------------------------------------------------ */

/* Its device answers on another subchannel: virtccwd moves it when it runs. */
static gboolean
note_moved (Definition *definition)
{
  const CcwSubchannel *subchannel
      = ccw_host_get_subchannel_of_device (definition->scene->host, &definition->identity->device);
  g_autofree char *device = ccw_dev_id_to_string (&definition->identity->device);
  g_autofree char *where = NULL;
  g_autofree char *text = NULL;

  if (subchannel == NULL)
    return FALSE;
  where = ccw_dev_id_to_string (ccw_subchannel_get_id (subchannel));
  text = g_strdup_printf ("its device %s is on subchannel %s now", device, where);
  note (definition, "start virtccwd, which moves it there: systemctl start virtccwd", text);
  return TRUE;
}

static void
note_absent (Definition *definition)
{
  g_autofree char *device = NULL;
  g_autofree char *advice = NULL;
  g_autofree char *text = NULL;

  if (definition->identity == NULL)
    {
      note (definition, "undefine it, or attach the device",
            "there is no device on its subchannel");
      return;
    }
  if (note_moved (definition))
    return;
  device = ccw_dev_id_to_string (&definition->identity->device);
  advice = ccw_explain_absence (&definition->identity->device,
                                "undefine it, or attach the device: lscss, chzdev");
  text = g_strdup_printf ("its device %s is not there", device);
  note (definition, advice, text);
}

/* FALSE: the device on its subchannel is another one, which is noted. */
static gboolean
check_identity (Definition *definition)
{
  const CcwDevId *parent = mdev_config_get_parent (definition->config);
  g_autofree char *name = ccw_dev_id_to_string (parent);
  g_autoptr (MdevIdentity) now = mdev_identity_read (parent);
  g_autoptr (GError) reason = NULL;

  if (definition->identity == NULL || now == NULL
      || mdev_identity_check (definition->identity, now, name, &reason))
    return TRUE;
  if (!note_moved (definition))
    note (definition, "define it anew, if the device that is there now is meant", reason->message);
  return FALSE;
}

/* --- may it be taken? ---------------------------------------------------- */

static void
note_unseen (Definition *definition, const GError *reason)
{
  if (!definition->said_unseen)
    findings_unseen (definition->findings, "whether the host uses devices that are defined: %s",
                     reason->message);
  definition->said_unseen = TRUE;
}

/* TRUE: the host uses its device, or that is not known, which is noted. */
static gboolean
is_used (Definition *definition, const CcwDevId *device)
{
  g_autofree char *number = ccw_dev_id_to_string (device);
  g_autoptr (GError) reason = NULL;
  g_autofree char *user = ccw_device_find_user (definition->use, device, &reason);
  g_autofree char *text = NULL;

  if (reason != NULL && !ccw_error_is_not_found (reason))
    note_unseen (definition, reason);
  if (user == NULL)
    return reason != NULL && !ccw_error_is_not_found (reason);
  text = g_strdup_printf ("the host uses its device %s: %s", number, user);
  note (definition, "end that use, or undefine the mdev: virt-ccw give-back", text);
  return TRUE;
}

static gboolean
is_active (const Definition *definition)
{
  const CcwMdev *mdev
      = ccw_host_get_mdev (definition->scene->host, mdev_config_get_uuid (definition->config));

  return mdev != NULL
         && ccw_dev_id_equal (ccw_mdev_get_parent_id (mdev),
                              mdev_config_get_parent (definition->config));
}

static void
check_startable (Definition *definition, const CcwSubchannel *subchannel)
{
  const CcwDevId *device = ccw_subchannel_get_device_id (subchannel);
  const char *driver = ccw_subchannel_get_driver (subchannel);
  g_autofree char *number = ccw_dev_id_to_string (device);
  g_autofree char *advice = g_strdup_printf ("virt-ccw pass %s; why it did not start: "
                                             "journalctl -u virtccwd",
                                             number);

  if (is_used (definition, device) || !mdev_config_get_autostart (definition->config))
    return;
  findings_warn (definition->findings, advice, "%s starts by itself, but is not active (%s has it)",
                 definition->name, driver != NULL ? driver : "no driver");
}

/* --- all of them --------------------------------------------------------- */

static void
check_type (Definition *definition)
{
  const char *type = mdev_config_get_type (definition->config);

  if (strcmp (type, MDEV_TYPE_VFIO_CCW) != 0)
    findings_problem (definition->findings, "define it anew, with type " MDEV_TYPE_VFIO_CCW,
                      "%s is of type %s, which no subchannel offers", definition->name, type);
}

static void
load_identity (Definition *definition)
{
  g_autoptr (GError) reason = NULL;

  definition->identity
      = mdev_identity_load (definition->scene->paths, mdev_config_get_uuid (definition->config),
                            mdev_config_get_parent (definition->config), &reason);
  if (reason != NULL)
    findings_unseen (definition->findings, "for which device %s is meant: %s", definition->name,
                     reason->message);
}

static void
check_definition (Definition *definition)
{
  const CcwSubchannel *subchannel = ccw_host_get_subchannel (
      definition->scene->host, mdev_config_get_parent (definition->config));

  check_type (definition);
  if (is_active (definition))
    return;
  if (subchannel == NULL || ccw_subchannel_get_device_id (subchannel) == NULL)
    note_absent (definition);
  else if (check_identity (definition))
    check_startable (definition, subchannel);
}

static void
check_config (Definition *definition, const MdevConfig *config)
{
  g_autofree char *parent = ccw_dev_id_to_string (mdev_config_get_parent (config));

  definition->config = config;
  definition->name = g_strdup_printf ("mdev %s on %s", mdev_config_get_uuid (config), parent);
  load_identity (definition);
  check_definition (definition);
  g_clear_pointer (&definition->identity, mdev_identity_free);
  g_clear_pointer (&definition->name, g_free);
}

void
doctor_check_definitions (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (CcwSystemUse) use = ccw_system_use_new ();
  g_autoptr (GPtrArray) configs = mdev_store_list (scene->store);
  Definition definition = { .scene = scene, .findings = findings, .use = use };
  guint before = findings_count_all (findings);

  findings_begin (findings, "definitions");
  for (guint i = 0; i < configs->len; i++)
    check_config (&definition, g_ptr_array_index (configs, i));
  if (findings_count_all (findings) == before)
    findings_ok (findings, "%u mdev%s defined", configs->len, configs->len == 1 ? " is" : "s are");
}
