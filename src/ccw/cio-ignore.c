/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/cio-ignore.h"

#define LIST "/proc/cio_ignore"

/* A line is "0.0.0200" or "0.0.0000-0.0.01ff", within one subchannel set. */
static gboolean
line_has (const char *line, const CcwDevId *device)
{
  g_auto (GStrv) ends = g_strsplit (line, "-", 2);
  CcwDevId first, last;

  if (ends[0] == NULL || !ccw_dev_id_parse (ends[0], &first, NULL))
    return FALSE;
  if (ends[1] == NULL)
    return ccw_dev_id_equal (device, &first);
  return ccw_dev_id_parse (ends[1], &last, NULL) && ccw_dev_id_compare (&first, device) <= 0
         && ccw_dev_id_compare (device, &last) <= 0;
}

gboolean
ccw_device_is_ignored (const CcwDevId *device)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (LIST, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (line_has (g_strstrip (*line), device))
      return TRUE;
  return FALSE;
}

char *
ccw_explain_absence (const CcwDevId *device, const char *otherwise)
{
  g_autofree char *name = ccw_dev_id_to_string (device);

  if (!ccw_device_is_ignored (device))
    return g_strdup (otherwise);
  return g_strdup_printf ("the kernel ignores device %s: 'cio_ignore -r %s' makes it available",
                          name, name);
}
