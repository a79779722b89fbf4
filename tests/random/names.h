/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What the numbers of the model are called in the machine. The strings are static. */
const char *place_name (int place);   /* "0.0.0400" */
const char *device_name (int device); /* "0.0.2b00" */
const char *uuid_name (int uuid);

/* The UUID of the files that nobody can read. */
#define GARBAGE_UUID "0000000f-0000-4000-8000-000000000000"

const char *kind_name (int kind); /* of the mock machine */
const char *kind_cutype (int kind);
gboolean kind_is_online (int kind);    /* when it is plugged in */
gboolean kind_is_automatic (int kind); /* whenever it is found */

/* "mdev_00000000_…_0_0_0400"; the caller frees it. */
char *mdev_name (int uuid, int place);

/* Takes @text over; its lines in order, so that two texts can be compared. The caller frees it. */
char *lines_sorted (char *text);
