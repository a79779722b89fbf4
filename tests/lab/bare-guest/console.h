/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Console: SCLP's ASCII event. A line is sent when it is complete. */
#pragma once

#include <stdint.h>

void console_open (void);
void console_text (const char *text);
void console_hex (uint64_t value, int digits);
void console_end_line (void);
void console_line (const char *text);
