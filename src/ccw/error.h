/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * The one way in which our functions fail.
 *
 * A function that can fail takes a GError last and returns FALSE, NULL or a
 * negative number when it sets it. Messages are "could not VERB OBJECT:
 * reason" or name the rule that was broken, and say what to do next where
 * there is something to do. Callers at the edge (RPC, command line, hook)
 * translate the code, never the text.
 */

#define CCW_ERROR (ccw_error_quark ())

typedef enum
{
  CCW_ERROR_INVALID,     /* malformed or out of range input */
  CCW_ERROR_NOT_FOUND,   /* no such subchannel, device, mdev or type */
  CCW_ERROR_EXISTS,      /* there is one already */
  CCW_ERROR_IN_USE,      /* refused for safety: the host or a guest uses it */
  CCW_ERROR_STATE,       /* not possible in the object's present state */
  CCW_ERROR_UNSUPPORTED, /* not offered by this host's kernel or by us */
  CCW_ERROR_SYSTEM,      /* the kernel or a file system said no */
} CcwError;

GQuark ccw_error_quark (void);

/* FALSE for NULL, and for errors of others. */
gboolean ccw_error_is_not_found (const GError *error);

/* Exit codes of our programs, the same for all of them. */
typedef enum
{
  CCW_EXIT_DONE = 0,      /* done */
  CCW_EXIT_FAILED = 1,    /* failed, and undone as far as that went */
  CCW_EXIT_USAGE = 2,     /* the command line or a file given on it is wrong */
  CCW_EXIT_REFUSED = 3,   /* refused for safety */
  CCW_EXIT_NOT_FOUND = 4, /* what was named does not exist */
} CcwExit;

/* The exit code that tells @error's kind; CCW_EXIT_DONE for NULL. */
CcwExit ccw_exit_from_error (const GError *error);
