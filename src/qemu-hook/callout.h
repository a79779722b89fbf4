/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/paths.h"

/*
 * What mdevctl asks of a callout (mdevctl(8), "Callouts"): around each of its
 * actions it calls every callout, until one knows the type of the mdev.
 */
typedef struct
{
  const char *type;
  const char *event;  /* "pre", "post", "get", "notify", "live" */
  const char *action; /* "define", "start", "stop" … */
  const char *state;  /* "none", "success", "failure": how the action ended, in "post" */
  const char *uuid;
  const char *parent;
} CalloutRequest;

typedef enum
{
  CALLOUT_DONE = 0,
  CALLOUT_REFUSED = 1,  /* with an error; mdevctl gives the action up */
  CALLOUT_NOT_OURS = 2, /* mdevctl asks the next one */
} CalloutAnswer;

/*
 * Before "define" and "modify": a type or a parent that cannot be is refused,
 * with the one that was probably meant. Before "start" the parent is made
 * ready as by mdev_prepare_parent(), after one that failed and after "stop" it
 * is given back. "stop" is refused while a program has the mdev open that has
 * not itself, like libvirt, asked for it. What was defined is noted as meant for
 * the device that is there (mdev/identity.h).
 *
 * Errors: with CALLOUT_REFUSED, those of transitions and CCW_ERROR_INVALID.
 */
CalloutAnswer callout_answer (const CcwPaths *paths, const CalloutRequest *request, GError **error);
