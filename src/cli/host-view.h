/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/inventory.h"

/*
 * What commands that show a host begin with: its devices, and the virtual
 * machines that have them. Of this host the kernel is asked, for it tells most;
 * of another one libvirt there.
 */
typedef struct
{
  GPtrArray *entries;  /* of InventoryEntry */
  GHashTable *domains; /* as domains_by_mdev() gives them; NULL: not known, or not asked for */
  gboolean is_afar;    /* entries are those of another host */
} HostView;

/*
 * Fills @view, to be cleared in any case. @uri: libvirt's connection, NULL for
 * the usual one of this host, which may be absent. Errors: CCW_ERROR_SYSTEM,
 * also when a libvirt that was asked for by its URI does not answer.
 */
gboolean host_view_read (HostView *view, const CcwPaths *paths, const char *uri,
                         gboolean with_domains, GError **error);

void host_view_clear (HostView *view);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HostView, host_view_clear)

/* Tells once on standard error that of another host @what cannot be known. */
void host_view_explain (const HostView *view, const char *what);
