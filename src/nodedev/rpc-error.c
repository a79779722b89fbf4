/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/rpc-error.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "ccw/error.h"

G_DEFINE_QUARK (nodedev - error - quark, nodedev_error)

/* What libvirt's server puts before the text of these errors (its src/util/virerror.c). */
static const struct
{
  int code;
  const char *prefix;
} prefixes[] = {
  { VIR_ERR_INTERNAL_ERROR, "internal error: " },
  { VIR_ERR_NO_SUPPORT, "this function is not supported by the connection driver: " },
  { VIR_ERR_INVALID_ARG, "invalid argument: " },
  { VIR_ERR_OPERATION_FAILED, "operation failed: " },
  { VIR_ERR_XML_ERROR, "XML error: " },
  { VIR_ERR_OPERATION_DENIED, "operation forbidden: " },
  { VIR_ERR_AUTH_FAILED, "authentication failed: " },
  { VIR_ERR_AUTH_CANCELLED, "authentication cancelled: " },
  { VIR_ERR_AUTH_UNAVAILABLE, "authentication unavailable: " },
  { VIR_ERR_ACCESS_DENIED, "access denied: " },
  { VIR_ERR_NO_NODE_DEVICE, "Node device not found: " },
  { VIR_ERR_OPERATION_INVALID, "Requested operation is not valid: " },
  { VIR_ERR_CONFIG_UNSUPPORTED, "unsupported configuration: " },
  { VIR_ERR_OPERATION_UNSUPPORTED, "Operation not supported: " },
  { VIR_ERR_RESOURCE_BUSY, "resource busy: " },
  { VIR_ERR_XML_INVALID_SCHEMA, "XML document failed to validate against schema: " },
};

static const struct
{
  CcwError ccw;
  int code;
} translations[] = {
  { CCW_ERROR_INVALID, VIR_ERR_XML_ERROR },
  { CCW_ERROR_NOT_FOUND, VIR_ERR_NO_NODE_DEVICE },
  { CCW_ERROR_EXISTS, VIR_ERR_OPERATION_INVALID },
  { CCW_ERROR_IN_USE, VIR_ERR_RESOURCE_BUSY },
  { CCW_ERROR_STATE, VIR_ERR_OPERATION_INVALID },
  { CCW_ERROR_UNSUPPORTED, VIR_ERR_CONFIG_UNSUPPORTED },
  { CCW_ERROR_SYSTEM, VIR_ERR_OPERATION_FAILED },
};

static int
translate_ccw_error (int ccw)
{
  for (gsize i = 0; i < G_N_ELEMENTS (translations); i++)
    if ((int) translations[i].ccw == ccw)
      return translations[i].code;
  return VIR_ERR_INTERNAL_ERROR;
}

int
nodedev_error_get_code (const GError *error)
{
  if (error->domain == NODEDEV_ERROR)
    return error->code;
  if (error->domain == CCW_ERROR)
    return translate_ccw_error (error->code);
  return VIR_ERR_INTERNAL_ERROR;
}

int
nodedev_error_get_domain (const GError *error)
{
  switch (nodedev_error_get_code (error))
    {
    case VIR_ERR_RPC:
      /* A client that finds this and "unknown procedure" reports an old server. */
      return VIR_FROM_RPC;
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
      /* Clients that find this start an agent that asks for a password. */
      return VIR_FROM_POLKIT;
    default:
      return VIR_FROM_NODEDEV;
    }
}

static const char *
find_prefix (int code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (prefixes[i].code == code)
      return prefixes[i].prefix;
  return "";
}

char *
nodedev_error_get_message (const GError *error)
{
  return g_strconcat (find_prefix (nodedev_error_get_code (error)), error->message, NULL);
}
