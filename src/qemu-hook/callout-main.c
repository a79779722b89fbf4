/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * mdevctl's callout for mediated devices on subchannels: called as
 *
 *   virt-ccw-mdevctl-callout -t TYPE -e EVENT -a ACTION -s STATE -u UUID -p PARENT
 *
 * with the mdev's JSON on standard input (mdevctl(8), "Callouts").
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ccw/error.h"
#include "ccw/usage.h"
#include "qemu-hook/callout.h"
#include "qemu-hook/program.h"

static const char usage[]
    = "Usage: virt-ccw-mdevctl-callout -t TYPE -e EVENT -a ACTION -s STATE -u UUID -p PARENT\n\n"
      "For mdevctl, which calls it so; see virt-ccw-mdevctl-callout(8).\n";

static gboolean
parse_options (int argc, char **argv, CalloutRequest *request)
{
  int option;

  while ((option = getopt (argc, argv, "t:e:a:s:u:p:")) != -1)
    switch (option)
      {
      case 't':
        request->type = optarg;
        break;
      case 'e':
        request->event = optarg;
        break;
      case 'a':
        request->action = optarg;
        break;
      case 's':
        request->state = optarg;
        break;
      case 'u':
        request->uuid = optarg;
        break;
      case 'p':
        request->parent = optarg;
        break;
      default:
        return FALSE;
      }
  return request->type != NULL && request->event != NULL && request->action != NULL
         && request->state != NULL && request->uuid != NULL && request->parent != NULL;
}

/* mdevctl 1.2 takes a callout that does not read all it is given for one that cannot be run. */
static gboolean
drain_input (GError **error)
{
  g_autoptr (GString) text = program_read_input (error);

  return text != NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (CcwPaths) paths = ccw_paths_new (NULL);
  g_autoptr (GError) error = NULL;
  CalloutRequest request = { 0 };
  CalloutAnswer answer = CALLOUT_REFUSED;

  if (ccw_usage_answer (argc, argv, "virt-ccw-mdevctl-callout", usage))
    return CCW_EXIT_DONE;
  program_log_to_journal ();
  /* Not with a status that says that others may know the type: this is nobody's request. */
  if (!parse_options (argc, argv, &request))
    {
      fputs (usage, stderr);
      return CALLOUT_REFUSED;
    }
  if (drain_input (&error))
    answer = callout_answer (paths, &request, &error);
  if (error != NULL)
    fprintf (stderr, "%s\n", error->message);
  return (int) answer;
}
