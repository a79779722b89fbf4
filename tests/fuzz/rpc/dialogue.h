/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * What a fuzzer's input says: a client and the daemon behind us, both strangers,
 * talk with a session of ours. The first byte chooses the kind of dialogue, then
 * each step begins with a byte that chooses what happens: a call with arguments
 * of the right types, a packet with any header, bytes; and the same from the
 * other end, as answers to what we ask there and as events.
 *
 * After it, whatever was said:
 * - each call has exactly one answer, with its serial and procedure; nothing else has one,
 *   but a ping a pong;
 * - what we send is made of whole packets;
 * - the client is disconnected only if what it sent cannot be a packet;
 * - when it leaves, the session ends.
 * A dialogue that shows otherwise aborts. What is not freed is for the leak sanitizer.
 */
void dialogue_run (const guint8 *data, gsize size);
