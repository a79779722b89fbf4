/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cli/doctor/checks.h"
#include "mdev/subchannel.h"

/* driverctl(8) keeps an override in a file called after the bus and the device there. */
#define FOLDER "/etc/driverctl.d"
#define PREFIX "css-"

gboolean
doctor_has_driverctl_override (const DoctorScene *scene, const CcwDevId *subchannel)
{
  g_autofree char *name = ccw_dev_id_to_string (subchannel);
  g_autofree char *file = g_strconcat (FOLDER "/" PREFIX, name, NULL);
  g_autofree char *path = doctor_path (scene, file);
  g_autofree char *driver = NULL;

  return g_file_get_contents (path, &driver, NULL, NULL)
         && strcmp (g_strstrip (driver), MDEV_DRIVER_VFIO_CCW) == 0;
}

/* It goes on to work, but knows devices by a number that may be another one's tomorrow. */
static void
note_override (const CcwDevId *subchannel, Findings *findings)
{
  g_autofree char *name = ccw_dev_id_to_string (subchannel);
  g_autofree char *advice
      = g_strdup_printf ("driverctl -b css unset-override %s: virt-ccw binds it when its mdev "
                         "starts, and knows the device",
                         name);

  findings_warn (findings, advice,
                 "driverctl gives subchannel %s to vfio_ccw at each start, whatever device is on "
                 "it then",
                 name);
}

void
doctor_check_driverctl (const DoctorScene *scene, Findings *findings)
{
  g_autofree char *folder = doctor_path (scene, FOLDER);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  CcwDevId subchannel;

  findings_begin (findings, "driverctl");
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, PREFIX)
        && ccw_dev_id_parse (name + strlen (PREFIX), &subchannel, NULL)
        && doctor_has_driverctl_override (scene, &subchannel))
      note_override (&subchannel, findings);
}
