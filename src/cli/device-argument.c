/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device-argument.h"

#include <string.h>

#include "ccw/error.h"

gboolean
device_argument_parse (const char *text, CcwDevId *device, GError **error)
{
  g_autofree char *whole = NULL;

  if (strchr (text, '.') != NULL)
    return ccw_dev_id_parse (text, device, error);
  whole = g_strconcat ("0.0.", text, NULL);
  if (ccw_dev_id_parse (whole, device, NULL))
    return TRUE;
  g_set_error (error, CCW_ERROR, CCW_ERROR_INVALID,
               "'%s' is not a device number: write it in hexadecimal, like 2b09 or 0.0.2b09", text);
  return FALSE;
}

gboolean
device_argument_parse_only (char **arguments, CcwDevId *device, GError **error)
{
  if (arguments != NULL && arguments[1] == NULL)
    return device_argument_parse (arguments[0], device, error);
  g_set_error_literal (error, CCW_ERROR, CCW_ERROR_INVALID, "give one device number");
  return FALSE;
}
