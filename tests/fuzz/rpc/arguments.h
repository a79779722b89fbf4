/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "input.h"

/*
 * Payloads of the right types, with contents that the input chooses, so that
 * it need not find out by itself how XDR's lengths fit.
 */

/* The procedure that @choice selects. */
int arguments_pick_procedure (guint choice);

/* Arguments of a call of @procedure; nothing for one that has none, or that is not known. */
void arguments_append_call (GByteArray *payload, int procedure, Input *input);

/* What a daemon answers to such a call, or, @status not 0, why it fails. */
void arguments_append_answer (GByteArray *payload, int procedure, guint status, Input *input);

/* An event: callback, device and two numbers. */
void arguments_append_event (GByteArray *payload, Input *input);
