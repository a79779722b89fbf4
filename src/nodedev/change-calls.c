/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nodedev/handlers.h"
#include "nodedev/mdev-xml.h"

/* virNodeDeviceCreateXMLFlags and virNodeDeviceDefineXMLFlags */
#define XML_VALIDATE (1u << 0)

/* virNodeDeviceUpdateFlags, since libvirt 10.1: AFFECT_LIVE and AFFECT_CONFIG. */
#define UPDATE_FLAGS ((1u << 0) | (1u << 1))

static const NodedevBackend *
get_backend (const NodedevCall *call)
{
  return nodedev_session_get_backend (nodedev_call_get_session (call));
}

/* --- ends ----------------------------------------------------------------- */

/* Of calls that return nothing. */
static void
on_done (const char *name, const GError *error, gpointer user_data)
{
  if (error != NULL)
    nodedev_call_fail (user_data, error);
  else
    nodedev_call_succeed (user_data, NULL);
}

/* Of calls that return the device. */
static void
on_made (const char *name, const GError *error, gpointer user_data)
{
  nd_device_ret ret = { .dev.name = (char *) name };

  if (error != NULL)
    nodedev_call_fail (user_data, error);
  else
    nodedev_call_succeed (user_data, &ret);
}

/* --- by XML --------------------------------------------------------------- */

typedef void (*MakeFunc) (NodedevService *service, MdevConfig *config, NodedevDoneFunc done,
                          gpointer user_data);

static void
make_from_xml (NodedevCall *call, const nd_xml_args *asked, const char *function, MakeFunc make)
{
  const NodedevBackend *backend = get_backend (call);
  g_autoptr (GError) error = NULL;
  MdevConfig *config = NULL;

  if (nodedev_call_check_flags (asked->flags, XML_VALIDATE, function, &error))
    config = nodedev_mdev_from_xml (&backend->view,
                                    (asked->flags & XML_VALIDATE) != 0 ? backend->schema : NULL,
                                    asked->xml, &error);
  if (config == NULL)
    nodedev_call_fail (call, error);
  else
    make (backend->service, config, on_made, call);
}

void
nodedev_create_xml (NodedevCall *call, gconstpointer args)
{
  make_from_xml (call, args, "virNodeDeviceCreateXML", nodedev_service_create);
}

void
nodedev_define_xml (NodedevCall *call, gconstpointer args)
{
  make_from_xml (call, args, "virNodeDeviceDefineXML", nodedev_service_define);
}

/* As libvirt does: finds the device before it reads the XML, and validates that in any case. */
void
nodedev_update (NodedevCall *call, gconstpointer args)
{
  const nd_update_args *asked = args;
  const NodedevBackend *backend = get_backend (call);
  g_autoptr (GError) error = NULL;
  MdevConfig *config = NULL;
  NodedevNode node;

  if (nodedev_call_check_flags (asked->flags, UPDATE_FLAGS, "virNodeDeviceUpdate", &error)
      && nodedev_node_find (&backend->view, asked->name, &node, &error))
    config = nodedev_mdev_from_xml (&backend->view, backend->schema, asked->xml, &error);
  if (config == NULL)
    nodedev_call_fail (call, error);
  else
    nodedev_service_update (backend->service, asked->name, config, asked->flags, on_done, call);
}

/* --- by name -------------------------------------------------------------- */

void
nodedev_create (NodedevCall *call, gconstpointer args)
{
  const nd_name_flags_args *asked = args;
  g_autoptr (GError) error = NULL;

  if (!nodedev_call_check_flags (asked->flags, 0, "virNodeDeviceCreate", &error))
    nodedev_call_fail (call, error);
  else
    nodedev_service_start (get_backend (call)->service, asked->name, on_done, call);
}

void
nodedev_undefine (NodedevCall *call, gconstpointer args)
{
  const nd_name_flags_args *asked = args;
  g_autoptr (GError) error = NULL;

  if (!nodedev_call_check_flags (asked->flags, 0, "virNodeDeviceUndefine", &error))
    nodedev_call_fail (call, error);
  else
    nodedev_service_undefine (get_backend (call)->service, asked->name, on_done, call);
}

void
nodedev_destroy (NodedevCall *call, gconstpointer args)
{
  const nd_name_args *asked = args;

  nodedev_service_destroy (get_backend (call)->service, asked->name, on_done, call);
}

void
nodedev_set_autostart (NodedevCall *call, gconstpointer args)
{
  const nd_set_autostart_args *asked = args;

  nodedev_service_set_autostart (get_backend (call)->service, asked->name, asked->autostart != 0,
                                 on_done, call);
}
