/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/calls.h"

/*
 * What calls.c's table names; argument and result types stand there. Each
 * group has its own source file.
 */

/* auth-calls.c: may it connect? */
gboolean nodedev_auth_list (NodedevSession *, gconstpointer, gpointer, GError **);
void nodedev_auth_polkit (NodedevCall *, gconstpointer);

/* connect-calls.c: the connection itself */
gboolean nodedev_connect_open (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_close (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_supports_feature (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_get_type (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_get_version (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_get_lib_version (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_get_hostname (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_get_uri (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_is_secure (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_close_callback (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_connect_set_identity (NodedevSession *, gconstpointer, gpointer, GError **);

/* list-calls.c: all that there are */
void nodedev_num_of_devices (NodedevCall *, gconstpointer);
void nodedev_list_devices (NodedevCall *, gconstpointer);
void nodedev_list_all_devices (NodedevCall *, gconstpointer);

/* device-calls.c: one device */
gboolean nodedev_lookup_by_name (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_lookup_scsi_host (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_get_xml_desc (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_get_parent (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_num_of_caps (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_list_caps (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_get_autostart (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_is_persistent (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_is_active (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_pci_only (NodedevSession *, gconstpointer, gpointer, GError **);

/* change-calls.c: what changes it */
void nodedev_create_xml (NodedevCall *, gconstpointer);
void nodedev_define_xml (NodedevCall *, gconstpointer);
void nodedev_create (NodedevCall *, gconstpointer);
void nodedev_destroy (NodedevCall *, gconstpointer);
void nodedev_undefine (NodedevCall *, gconstpointer);
void nodedev_set_autostart (NodedevCall *, gconstpointer);
void nodedev_update (NodedevCall *, gconstpointer);

/* event-calls.c: news of it */
gboolean nodedev_event_register (NodedevSession *, gconstpointer, gpointer, GError **);
gboolean nodedev_event_deregister (NodedevSession *, gconstpointer, gpointer, GError **);
