/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mdev/config.h"
#include "nodedev/node.h"
#include "nodedev/schema.h"

/*
 * What must hold of everything that our parsers take, whatever a fuzzer gives
 * them; each ends the program where it does not.
 */

/* A parser gives either something or an error that can be shown. */
void check_outcome (gconstpointer result, const GError *error);

/* The device XML of a persistent @config, which is valid by our schema. The caller frees it. */
char *print_config (const MdevConfig *config);

/* Read again, with and without validation, it is @config. @view: holds its parent. */
void check_config_as_xml (const NodedevView *view, const MdevConfig *config);

/* mdevctl's file of @config, read again, is @config. */
void check_config_as_json (const MdevConfig *config);

/* A file of xml/schemas; read once. */
NodedevSchema *load_schema (const char *name);
