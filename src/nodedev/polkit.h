/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "nodedev/process.h"

/*
 * Questions to polkitd, over D-Bus (org.freedesktop.PolicyKit1.Authority),
 * answered whenever that, or the user it asks for a password, is ready.
 */

/* @error NULL: allowed; else NODEDEV_ERROR with libvirt's VIR_ERR_AUTH_*. */
typedef void (*NodedevPolkitFunc) (const GError *error, gpointer user_data);

typedef struct
{
  NodedevProcess process;
  int pidfd; /* of the process, or -1; for newer polkits, which need not guess then */
  const char *action;
  const char *const *details; /* names and values in turn, NULL at the end; or NULL */
  gboolean may_interact;      /* a user may be asked for a password */
} NodedevPolkitQuestion;

/*
 * May it? Everything in @question is copied. @func is called exactly once,
 * from the main loop; after @cancellable was cancelled it is told so, and
 * polkitd that nobody waits any more.
 */
void nodedev_polkit_ask (const NodedevPolkitQuestion *question, GCancellable *cancellable,
                         NodedevPolkitFunc func, gpointer user_data);
