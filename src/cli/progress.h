/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * What takes more than a moment tells people who sit at a terminal what is
 * waited for, on a line of standard error that goes when it is over. Programs
 * see nothing of it.
 */
typedef struct _Progress Progress;

/* @what is copied: "start mdev UUID". NULL when nobody is there to read it. */
Progress *progress_begin (const char *what);

/* Does nothing for NULL. */
void progress_end (Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_end)
