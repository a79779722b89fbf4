/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/sysfs.h"
#include "cli/doctor/checks.h"
#include "mdev/record.h"
#include "mdev/subchannel.h"

/* A transition that is just being made ends within so much time, unless the device hangs. */
#define TRANSITION_PATIENCE_MS 3000
#define TRANSITION_LOOK_MS 100

/* --- what nobody needs --------------------------------------------------- */

static gboolean
is_needed (const DoctorScene *scene, const CcwDevId *subchannel)
{
  return ccw_host_get_mdev_on (scene->host, subchannel) != NULL
         || mdev_store_has_file (scene->store, subchannel);
}

static void
note_bound (const CcwSubchannel *subchannel, Findings *findings)
{
  const CcwDevId *device = ccw_subchannel_get_device_id (subchannel);
  g_autofree char *name = ccw_dev_id_to_string (ccw_subchannel_get_id (subchannel));
  g_autofree char *number = device != NULL ? ccw_dev_id_to_string (device) : g_strdup ("none");
  g_autofree char *advice = g_strdup_printf (
      "to have the host's driver back: cd " CCW_SYSFS_CSS_BUS "; echo > devices/%s/driver_override;"
      " echo %s > devices/%s/driver/unbind; echo %s > drivers_probe",
      name, name, name, name);

  findings_warn (findings, advice,
                 "vfio_ccw has subchannel %s (device %s), on which no mdev is active or defined",
                 name, number);
}

static void
note_override (const CcwSubchannel *subchannel, Findings *findings)
{
  g_autofree char *name = ccw_dev_id_to_string (ccw_subchannel_get_id (subchannel));
  g_autofree char *advice
      = g_strdup_printf ("echo > " CCW_SYSFS_CSS_BUS "/devices/%s/driver_override", name);

  findings_warn (findings, advice,
                 "the driver override vfio_ccw is left over on subchannel %s: its next driver will "
                 "be that",
                 name);
}

static void
check_subchannel (const DoctorScene *scene, const CcwSubchannel *subchannel, Findings *findings)
{
  const CcwDevId *id = ccw_subchannel_get_id (subchannel);
  g_autofree char *override = NULL;

  if (is_needed (scene, id) || doctor_has_driverctl_override (scene, id))
    return;
  override = mdev_subchannel_read_override (id);
  if (g_strcmp0 (ccw_subchannel_get_driver (subchannel), MDEV_DRIVER_VFIO_CCW) == 0)
    note_bound (subchannel, findings);
  else if (g_strcmp0 (override, MDEV_DRIVER_VFIO_CCW) == 0)
    note_override (subchannel, findings);
}

/* --- what was cut short -------------------------------------------------- */

/* Is a transition noted, now and for longer than one takes? NULL: no. */
static MdevRecord *
find_cut_short (const CcwPaths *paths, const CcwDevId *subchannel, GError **error)
{
  for (guint waited = 0; waited < TRANSITION_PATIENCE_MS; waited += TRANSITION_LOOK_MS)
    {
      g_autoptr (MdevRecord) record = mdev_record_load (paths, subchannel, error);

      if (record == NULL || !record->in_transition)
        return NULL;
      g_usleep (TRANSITION_LOOK_MS * 1000);
    }
  return mdev_record_load (paths, subchannel, error);
}

static void
check_record (const DoctorScene *scene, const CcwDevId *subchannel, Findings *findings)
{
  g_autofree char *name = ccw_dev_id_to_string (subchannel);
  g_autoptr (GError) reason = NULL;
  g_autoptr (MdevRecord) record = find_cut_short (scene->paths, subchannel, &reason);

  if (reason != NULL)
    findings_unseen (findings, "what is under way on subchannel %s: %s", name, reason->message);
  else if (record != NULL)
    findings_problem (findings,
                      "virtccwd puts it in order when it starts (systemctl restart virtccwd), and "
                      "so does the next change of this subchannel",
                      "the %s of mdev %s on subchannel %s was cut short, or hangs in the kernel",
                      record->to > record->from ? "start" : "stop",
                      record->uuid != NULL ? record->uuid : "(none)", name);
}

void
doctor_check_subchannels (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (GPtrArray) subchannels = ccw_host_list (scene->host, CCW_KIND_SUBCHANNEL);
  g_autoptr (GArray) records = mdev_record_list (scene->paths);
  guint before = findings_count_all (findings);

  findings_begin (findings, "subchannels");
  for (guint i = 0; i < subchannels->len; i++)
    check_subchannel (scene, g_ptr_array_index (subchannels, i), findings);
  for (guint i = 0; i < records->len; i++)
    check_record (scene, &g_array_index (records, CcwDevId, i), findings);
  if (findings_count_all (findings) == before)
    findings_ok (findings, "nothing is left over on %u subchannel%s", subchannels->len,
                 subchannels->len == 1 ? "" : "s");
}
