/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each cases/NAME.xml is either understood, and then NAME.json, NAME.classic
 * and NAME.hostdev hold what the generator prints for it, or refused, and
 * then NAME.error holds the kind of error and a part of its text.
 * domains/NAME.xml are domains that are put to stock libvirt, too
 * (tests/interop/hostdev-libvirt.sh): domains/expected.tsv tells what comes of
 * each, a line for each device or the error.
 * With REGENERATE=1 in the environment all but NAME.error is written anew, to
 * be reviewed as a diff.
 */
#include <string.h>

#include "ccw/error.h"
#include "qemu-hook/hostdev-xml.h"
#include "qemu-hook/hostdev.h"
#include "qemu-hook/qemu-args.h"

typedef char *(*Printer) (const Hostdev *hostdev);

static char *
print_json (const Hostdev *hostdev)
{
  g_autofree char *device = qemu_args_device (hostdev, QEMU_ARGS_JSON);

  return g_strconcat (device, "\n", NULL);
}

static char *
print_classic (const Hostdev *hostdev)
{
  g_autofree char *device = qemu_args_device (hostdev, QEMU_ARGS_CLASSIC);

  return g_strconcat (device, "\n", NULL);
}

static const struct
{
  const char *suffix;
  Printer print;
} outputs[] = {
  { "json", print_json },
  { "classic", print_classic },
  { "hostdev", hostdev_to_xml },
};

static char *
case_file (const char *name, const char *suffix)
{
  return g_strdup_printf ("%s/%s.%s", g_getenv ("CASES"), name, suffix);
}

static char *
read_case (const char *name, const char *suffix)
{
  g_autofree char *path = case_file (name, suffix);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
check_output (const char *name, GPtrArray *hostdevs, gsize output)
{
  g_autoptr (GString) printed = g_string_new (NULL);
  g_autofree char *expected = NULL;

  for (guint i = 0; i < hostdevs->len; i++)
    {
      g_autofree char *text = outputs[output].print (hostdevs->pdata[i]);

      g_string_append (printed, text);
    }

  if (g_getenv ("REGENERATE") != NULL)
    {
      g_autofree char *path = case_file (name, outputs[output].suffix);

      g_assert_true (g_file_set_contents (path, printed->str, -1, NULL));
    }
  expected = read_case (name, outputs[output].suffix);
  g_assert_cmpstr (printed->str, ==, expected);
}

static void
test_understood (gconstpointer data)
{
  const char *name = data;
  g_autofree char *xml = read_case (name, "xml");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hostdevs = hostdevs_from_xml (xml, -1, "FILE", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (hostdevs->len, >, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (outputs); i++)
    check_output (name, hostdevs, i);
}

/* What we print as an element is what we read from one. */
static void
test_round_trip (gconstpointer data)
{
  g_autofree char *xml = read_case (data, "xml");
  g_autoptr (GPtrArray) hostdevs = hostdevs_from_xml (xml, -1, "FILE", NULL);

  for (guint i = 0; i < hostdevs->len; i++)
    {
      g_autofree char *once = hostdev_to_xml (hostdevs->pdata[i]);
      g_autoptr (GPtrArray) again = hostdevs_from_xml (once, -1, "FILE", NULL);
      g_autofree char *twice = NULL;

      g_assert_nonnull (again);
      g_assert_cmpuint (again->len, ==, 1);
      twice = hostdev_to_xml (again->pdata[0]);
      g_assert_cmpstr (once, ==, twice);
    }
}

static void
test_refused (gconstpointer data)
{
  g_autofree char *xml = read_case (data, "xml");
  g_autofree char *expected = read_case (data, "error");
  g_auto (GStrv) lines = g_strsplit (expected, "\n", 3);
  int kind = strcmp (lines[0], "not-found") == 0 ? CCW_ERROR_NOT_FOUND : CCW_ERROR_INVALID;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hostdevs = hostdevs_from_xml (xml, -1, "FILE", &error);

  g_assert_null (hostdevs);
  g_assert_error (error, CCW_ERROR, kind);
  if (strstr (error->message, lines[1]) == NULL)
    g_error ("'%s' does not say '%s'", error->message, lines[1]);
}

/* --- domains ------------------------------------------------------------- */

static char *
domain_file (const char *file)
{
  return g_build_filename (g_getenv ("DOMAINS"), file, NULL);
}

static char *
read_domain_file (const char *file)
{
  g_autofree char *path = domain_file (file);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* What comes of domains/@name.xml, as lines of expected.tsv. */
static char *
outcome_of_domain (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".xml", NULL);
  g_autofree char *xml = read_domain_file (file);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hostdevs = hostdevs_from_xml (xml, -1, "FILE", &error);
  GString *outcome = g_string_new (NULL);

  if (hostdevs == NULL)
    g_string_append_printf (outcome, "%s\terror: %s\n", name, error->message);
  for (guint i = 0; hostdevs != NULL && i < hostdevs->len; i++)
    {
      g_autofree char *device = qemu_args_device (hostdevs->pdata[i], QEMU_ARGS_JSON);

      g_string_append_printf (outcome, "%s\t%s\n", name, device);
    }
  return g_string_free (outcome, FALSE);
}

static void
test_domain (gconstpointer name)
{
  g_autofree char *outcome = outcome_of_domain (name);
  g_autofree char *expected = read_domain_file ("expected.tsv");
  g_auto (GStrv) lines = g_strsplit (expected, "\n", -1);
  g_autofree char *start = g_strconcat (name, "\t", NULL);
  g_autoptr (GString) wanted = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], start))
      g_string_append_printf (wanted, "%s\n", lines[i]);
  g_assert_cmpstr (outcome, ==, wanted->str);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names of domains/NAME.xml, in order. */
static GPtrArray *
list_domains (void)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (g_getenv ("DOMAINS"), 0, NULL);
  const char *file;

  g_assert_nonnull (dir);
  while ((file = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (file, ".xml"))
      g_ptr_array_add (names, g_strndup (file, strlen (file) - strlen (".xml")));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
regenerate_domains (GPtrArray *names)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *path = domain_file ("expected.tsv");

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *outcome = outcome_of_domain (names->pdata[i]);

      g_string_append (text, outcome);
    }
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
}

static void
add_domains (void)
{
  g_autoptr (GPtrArray) names = list_domains ();

  if (g_getenv ("REGENERATE") != NULL)
    regenerate_domains (names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("/hostdev-xml/domain/%s", (char *) names->pdata[i]);

      g_test_add_data_func (path, g_intern_string (names->pdata[i]), test_domain);
    }
}

/* Cut anywhere, no document may do worse than be refused. */
static void
test_truncated_anywhere (void)
{
  g_autofree char *xml = read_case ("domain-assigned-after-disks-and-interfaces", "xml");
  gsize length = strlen (g_strchomp (xml));

  for (gsize cut = 0; cut < length; cut++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) hostdevs = hostdevs_from_xml (xml, (gssize) cut, "FILE", &error);

      g_assert_null (hostdevs);
      g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
    }
}

static void
test_too_large (void)
{
  g_autoptr (GString) xml = g_string_new ("<domain>");
  g_autoptr (GError) error = NULL;

  while (xml->len <= 4 * 1024 * 1024)
    g_string_append (xml, "<metadata/>");
  g_string_append (xml, "</domain>");
  g_assert_null (hostdevs_from_xml (xml->str, (gssize) xml->len, "FILE", &error));
  g_assert_error (error, CCW_ERROR, CCW_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "more than"));
}

static void
add_case (const char *file)
{
  char *name = g_strndup (file, strlen (file) - strlen (".xml"));
  g_autofree char *error_file = case_file (name, "error");
  g_autofree char *understood = g_strdup_printf ("/hostdev-xml/understood/%s", name);
  g_autofree char *round_trip = g_strdup_printf ("/hostdev-xml/round-trip/%s", name);
  g_autofree char *refused = g_strdup_printf ("/hostdev-xml/refused/%s", name);

  if (g_file_test (error_file, G_FILE_TEST_EXISTS))
    {
      g_test_add_data_func_full (refused, name, test_refused, g_free);
      return;
    }
  g_test_add_data_func (round_trip, g_intern_string (name), test_round_trip);
  g_test_add_data_func_full (understood, name, test_understood, g_free);
}

static void
add_cases (void)
{
  g_autoptr (GDir) dir = g_dir_open (g_getenv ("CASES"), 0, NULL);
  const char *file;

  g_assert_nonnull (dir);
  while ((file = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (file, ".xml"))
      add_case (file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostdev-xml/truncated-anywhere", test_truncated_anywhere);
  g_test_add_func ("/hostdev-xml/too-large", test_too_large);
  add_cases ();
  add_domains ();
  return g_test_run ();
}
