/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "console.h"

void
check (bool good, const char *what)
{
  console_text (good ? "ok " : "not ok ");
  console_line (what);
}

void
check_equal (uint64_t got, uint64_t wanted, const char *what)
{
  console_text (got == wanted ? "ok " : "not ok ");
  console_text (what);
  if (got != wanted)
    {
      console_text (": got ");
      console_hex (got, 8);
      console_text (", wanted ");
      console_hex (wanted, 8);
    }
  console_end_line ();
}
