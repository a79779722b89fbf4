/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ccw/error.h"

G_DEFINE_QUARK (ccw - error - quark, ccw_error)

gboolean
ccw_error_is_not_found (const GError *error)
{
  return g_error_matches (error, CCW_ERROR, CCW_ERROR_NOT_FOUND);
}

static CcwExit
exit_from_code (CcwError code)
{
  switch (code)
    {
    case CCW_ERROR_INVALID:
      return CCW_EXIT_USAGE;
    case CCW_ERROR_NOT_FOUND:
      return CCW_EXIT_NOT_FOUND;
    case CCW_ERROR_IN_USE:
      return CCW_EXIT_REFUSED;
    case CCW_ERROR_EXISTS:
    case CCW_ERROR_STATE:
    case CCW_ERROR_UNSUPPORTED:
    case CCW_ERROR_SYSTEM:
      break;
    }
  return CCW_EXIT_FAILED;
}

CcwExit
ccw_exit_from_error (const GError *error)
{
  if (error == NULL)
    return CCW_EXIT_DONE;
  if (error->domain == G_OPTION_ERROR)
    return CCW_EXIT_USAGE;
  if (error->domain == CCW_ERROR)
    return exit_from_code ((CcwError) error->code);
  return CCW_EXIT_FAILED;
}
