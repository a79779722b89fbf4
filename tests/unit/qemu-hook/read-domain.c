/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * read-domain FILE: the mdevs of the domain in FILE, one a line, as the hook
 * sees them.
 */
#include "qemu-hook/guest-domain.h"

static GString *
read_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize size;

  return g_file_get_contents (path, &text, &size, error) ? g_string_new_len (text, (gssize) size)
                                                         : NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) text = argc == 2 ? read_file (argv[1], &error) : NULL;
  g_autoptr (GuestDomain) domain = text == NULL ? NULL : guest_domain_from_xml (text, &error);

  if (domain == NULL)
    {
      g_printerr ("read-domain: %s\n", error != NULL ? error->message : "give one file");
      return 1;
    }
  for (guint i = 0; i < domain->mdevs->len; i++)
    g_print ("%s\n", (const char *) g_ptr_array_index (domain->mdevs, i));
  return 0;
}
