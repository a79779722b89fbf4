/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the host does with a mediated subchannel. Functions return 0 or the errno
 * unless they say otherwise; strings they return are good until the next call.
 */
#pragma once

#include <stdbool.h>

int host_write (const char *path, const char *text);
bool host_exists (const char *path);

const char *host_subchannel_of (const char *uuid);
const char *host_path_of (const char *uuid);
const char *host_find_subchannel (const char *bus_id);

bool host_has_mdev (const char *uuid);
int host_create_mdev (const char *subchannel, const char *uuid);
int host_remove_mdev (const char *uuid);
int host_bind (const char *subchannel);
int host_unbind (const char *subchannel);

int host_plug (const char *id, const char *bus_id);
int host_unplug (const char *id);
