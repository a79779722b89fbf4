/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * libvirt's hook for QEMU domains (libvirt, docs/hooks.rst): called as
 *
 *   virt-ccw-qemu-hook DOMAIN OPERATION SUBOPERATION EXTRA
 *
 * with the domain's XML on standard input. Of all operations two concern us:
 * "prepare begin", before libvirt looks at the domain's devices, and "release
 * end", which comes at every end of a domain, also of one that did not start.
 * For "restore", "migrate" and "reconnect" an empty answer says that all is
 * well. It never calls libvirt, which waits for it.
 */
#include <stdio.h>
#include <string.h>

#include "ccw/error.h"
#include "ccw/usage.h"
#include "qemu-hook/guest-devices.h"
#include "qemu-hook/guest-note.h"
#include "qemu-hook/program.h"

static const char usage[] = "Usage: virt-ccw-qemu-hook DOMAIN OPERATION SUBOPERATION EXTRA\n\n"
                            "For libvirt, which calls it so; see virt-ccw-qemu-hook(8).\n";

static gboolean
prepare (const CcwPaths *paths, GError **error)
{
  g_autoptr (GString) text = program_read_input (error);
  g_autoptr (GuestDomain) domain = NULL;

  if (text == NULL)
    return FALSE;
  /* What an earlier start left may be of a domain that has lost its devices since. */
  if (!guest_domain_may_have_mdevs (text) && !guest_note_any (paths))
    return TRUE;
  domain = guest_domain_from_xml (text, error);
  return domain != NULL && guest_devices_prepare (paths, domain, error);
}

static gboolean
release (const CcwPaths *paths, GError **error)
{
  g_autoptr (GString) text = NULL;
  g_autoptr (GuestDomain) domain = NULL;

  if (!guest_note_any (paths))
    return TRUE;
  text = program_read_input (error);
  domain = text == NULL ? NULL : guest_domain_from_xml (text, error);
  return domain != NULL && guest_devices_release (paths, domain, error);
}

static const struct
{
  const char *operation;
  const char *suboperation;
  gboolean (*run) (const CcwPaths *paths, GError **error);
} operations[] = {
  { "prepare", "begin", prepare },
  { "release", "end", release },
};

static gboolean
run (const char *operation, const char *suboperation, GError **error)
{
  g_autoptr (CcwPaths) paths = ccw_paths_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    if (strcmp (operations[i].operation, operation) == 0
        && strcmp (operations[i].suboperation, suboperation) == 0)
      return operations[i].run (paths, error);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (ccw_usage_answer (argc, argv, "virt-ccw-qemu-hook", usage))
    return CCW_EXIT_DONE;
  if (argc < 4)
    {
      fputs (usage, stderr);
      return CCW_EXIT_USAGE;
    }
  program_log_to_journal ();
  if (!run (argv[2], argv[3], &error))
    fprintf (stderr, "virt-ccw: %s\n", error->message);
  return (int) ccw_exit_from_error (error);
}
