/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device-argument.h"

#include <string.h>

gboolean
device_argument_parse (const char *text, CcwDevId *device, GError **error)
{
  g_autofree char *whole = NULL;

  if (strchr (text, '.') != NULL)
    return ccw_dev_id_parse (text, device, error);
  whole = g_strconcat ("0.0.", text, NULL);
  return ccw_dev_id_parse (whole, device, error);
}
