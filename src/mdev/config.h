/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/dev-id.h"

/*
 * One mediated device as it is wanted: its UUID, parent, type, whether it
 * starts by itself and its attributes. The same object describes a transient
 * mdev to be created and a persistent one kept in mdevctl's file
 * /etc/mdevctl.d/PARENT/UUID, whose bytes we write exactly as mdevctl does.
 */
typedef struct _MdevConfig MdevConfig;

/* The only type that a subchannel can offer; written with an underscore, then a dash. */
#define MDEV_TYPE_VFIO_CCW "vfio_ccw-io"

/*
 * @uuid: 36 characters, any case, kept in lower case; NULL makes a new random
 * one (RFC 4122 version 4). @type: must not be empty nor hold '/'.
 * Errors: CCW_ERROR_INVALID for a malformed UUID or type; a type that is a
 * known slip (vfio-ccw_io) is refused with a message that gives the right one.
 */
MdevConfig *mdev_config_new (const char *uuid, const CcwDevId *parent, const char *type,
                             GError **error);
MdevConfig *mdev_config_copy (const MdevConfig *config);

/* A copy on another parent. */
MdevConfig *mdev_config_copy_to (const MdevConfig *config, const CcwDevId *parent);
void mdev_config_free (MdevConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MdevConfig, mdev_config_free)

/* The config's own, never NULL. UUIDs are in lower case. */
const char *mdev_config_get_uuid (const MdevConfig *config);
const CcwDevId *mdev_config_get_parent (const MdevConfig *config);
const char *mdev_config_get_type (const MdevConfig *config);

/* mdevctl's "start": TRUE is "auto", FALSE "manual" (the default). */
gboolean mdev_config_get_autostart (const MdevConfig *config);
void mdev_config_set_autostart (MdevConfig *config, gboolean autostart);

/* sysfs attributes to write after creation, in order. Names must not hold '/', be empty or be
 * one of those that every mdev has, such as "remove". */
gsize mdev_config_n_attributes (const MdevConfig *config);
void mdev_config_get_attribute (const MdevConfig *config, gsize index, const char **name,
                                const char **value);
gboolean mdev_config_add_attribute (MdevConfig *config, const char *name, const char *value,
                                    GError **error);
gboolean mdev_config_equal (const MdevConfig *a, const MdevConfig *b);

/* The text of mdevctl's file (mdevctl 1.2: pretty JSON, two spaces, keys
 * mdev_type, start, attrs, no newline at the end). The caller frees it. */
char *mdev_config_to_json (const MdevConfig *config);

/* Errors: CCW_ERROR_INVALID, naming what is wrong. @uuid and @parent come from the file's path. */
MdevConfig *mdev_config_from_json (const char *json, gssize length, const char *uuid,
                                   const CcwDevId *parent, GError **error);

/* Is @text a UUID of 36 characters? */
gboolean mdev_uuid_is_valid (const char *text);
