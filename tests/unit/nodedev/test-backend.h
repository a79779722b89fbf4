/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nodedev/backend.h"

/*
 * A backend on a machine without a channel subsystem, with a store in a
 * folder of its own: enough for everything but the devices.
 */
typedef struct
{
  NodedevBackend backend;
  NodedevSettings *settings; /* what holds without a file */
  CcwPaths *paths;
  char *root;
} TestBackend;

void test_backend_init (TestBackend *test);
void test_backend_clear (TestBackend *test);

/* Persists an mdev on @parent, a number on 0.0. */
void test_backend_define (TestBackend *test, const char *uuid, guint16 parent);
