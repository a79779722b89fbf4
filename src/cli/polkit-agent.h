/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * pkttyagent(1), through which polkit asks whoever sits at the terminal for a
 * password, when a daemon of libvirt wants this program to be authorised.
 */
typedef struct _PolkitAgent PolkitAgent;

/*
 * Starts one for this process, behind whatever agent the user's session has,
 * and waits until polkit knows it. NULL: there is no terminal, no such
 * program, or it does not come up.
 */
PolkitAgent *polkit_agent_start (void);
void polkit_agent_stop (PolkitAgent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PolkitAgent, polkit_agent_stop)
