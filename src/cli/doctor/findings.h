/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * What virt-ccw doctor has found, in the order in which it was found.
 */

typedef enum
{
  FINDING_OK,
  FINDING_WARNING, /* works, but maybe not as meant; or could not be seen */
  FINDING_PROBLEM, /* devices cannot be passed, or not all of them */
} FindingLevel;

typedef struct
{
  FindingLevel level;
  const char *subject; /* "kernel", static */
  char *text;
  char *advice; /* what to do; NULL: nothing */
} Finding;

typedef struct _Findings Findings;

Findings *findings_new (void);
void findings_free (Findings *findings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Findings, findings_free)

/* What is noted from now on is about @subject, a static string. */
void findings_begin (Findings *findings, const char *subject);

/* Something is as it should be. */
void findings_ok (Findings *findings, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* @advice, which may be NULL, tells what to do; it is copied. */
void findings_warn (Findings *findings, const char *advice, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void findings_problem (Findings *findings, const char *advice, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* A warning that something is not known, which @format tells: "what is in /run: REASON". */
void findings_unseen (Findings *findings, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* How many there are of a level. */
guint findings_count (const Findings *findings, FindingLevel level);

/* How many there were when a check began: to say that all is well when it added none. */
guint findings_count_all (const Findings *findings);

/* For people, on standard output; those that are well are left out when @only_bad. */
void findings_print (const Findings *findings, gboolean only_bad, gboolean with_colors);

/* {"findings": [{"level": …, "subject": …, "text": …, "advice": …}]}. Errors: CCW_ERROR_SYSTEM. */
gboolean findings_print_json (const Findings *findings, GError **error);
