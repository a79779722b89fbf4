/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/doctor/checks.h"
#include "cli/node-devices.h"

#define RUN "/run/libvirt/"
#define QEMU_SOCKET RUN "virtqemud-sock"       /* modular daemons: virtual machines */
#define NODEDEV_SOCKET RUN "virtnodedevd-sock" /* and node devices: virtccwd's slot */
#define MONOLITHIC_SOCKET RUN "libvirt-sock"   /* libvirtd; virtproxyd beside modular ones */
#define UPSTREAM_SOCKET "/run/virtccwd-behind/virtnodedevd-sock"    /* virtnodedevd's, behind */
#define BEHIND "/etc/systemd/system/virtccwd.service.d/behind.conf" /* virt-ccw-slot(8) */
/* Enables both daemons' units as they should be; virtccwd's alone would fight with libvirt's. */
#define TAKE_SLOT "virt-ccw-slot take"
#define LEAVE_SLOT "virt-ccw-slot leave"
/* Where no daemon of libvirt's has the slot that takes nothing. */
#define START_DAEMON "systemctl enable --now virtccwd.socket virtccwd-ro.socket virtccwd.service"
#define POLKIT_ACTIONS "/usr/share/polkit-1/actions/org.libvirt.unix.policy"

/* --- sockets ------------------------------------------------------------- */

static gboolean
has_socket (const DoctorScene *scene, const char *path)
{
  g_autofree char *place = doctor_path (scene, path);
  struct stat status;

  return stat (place, &status) == 0 && S_ISSOCK (status.st_mode);
}

/* The socket that changes nothing, when there is one: it lets in everybody. */
static char *
choose_socket (const DoctorScene *scene, const char *path)
{
  g_autofree char *readonly = g_strconcat (path, "-ro", NULL);

  return doctor_path (scene, has_socket (scene, readonly) ? readonly : path);
}

static gboolean
is_modular (const DoctorScene *scene)
{
  return has_socket (scene, QEMU_SOCKET);
}

/* A connection to whoever serves @place, a path; @hidden: that cannot be seen, or tried. */
static virConnect *
connect_to (const char *driver, const char *place, gboolean *hidden, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (place, "/", FALSE);
  g_autofree char *uri = g_strdup_printf ("%s:///system?socket=%s", driver, escaped);

  *hidden = access (place, W_OK) != 0 && errno != ENOENT;
  if (!*hidden)
    return libvirt_client_open (uri, TRUE, error);
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s", g_strerror (errno));
  return NULL;
}

/* A connection to whoever serves @path; notes why there is none. */
static virConnect *
ask (const DoctorScene *scene, Findings *findings, const char *driver, const char *path)
{
  g_autofree char *place = choose_socket (scene, path);
  g_autoptr (GError) reason = NULL;
  gboolean hidden;
  virConnect *connection = connect_to (driver, place, &hidden, &reason);

  if (hidden)
    findings_unseen (findings, "who answers at %s: %s", place, reason->message);
  else if (connection == NULL)
    findings_problem (findings, "look at its service: systemctl status 'virt*d' libvirtd",
                      "nobody answers at %s: %s", place, reason->message);
  return connection;
}

/* Who may connect is told by the socket's mode; with everybody let in, polkit decides. */
static void
check_mode (const DoctorScene *scene, Findings *findings, const char *path)
{
  g_autofree char *place = doctor_path (scene, path);
  g_autofree char *actions = doctor_path (scene, POLKIT_ACTIONS);
  struct stat status;

  if (stat (place, &status) != 0 || (status.st_mode & 0002) == 0)
    return;
  if (!g_file_test (actions, G_FILE_TEST_EXISTS))
    findings_warn (findings,
                   "install libvirt's client library with its polkit actions, or only "
                   "root is let in",
                   "%s is open to all, and polkit does not know who may use it", place);
}

/* --- who answers --------------------------------------------------------- */

static gboolean
count_devices (virConnect *connection, guint flags, const char *what, guint *n, Findings *findings)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GPtrArray) devices = node_devices_list (connection, flags, &reason);

  if (devices == NULL)
    findings_problem (findings, NULL, "libvirt does not tell of %s: %s", what, reason->message);
  else
    *n = devices->len;
  return devices != NULL;
}

/* How much of the channel subsystem a libvirt shows. */
static void
check_devices (virConnect *connection, const char *who, Findings *findings)
{
  guint subchannels;
  guint mdevs;

  if (!count_devices (connection, VIR_CONNECT_LIST_NODE_DEVICES_CAP_CSS_DEV, "subchannels",
                      &subchannels, findings)
      || !count_devices (connection, VIR_CONNECT_LIST_NODE_DEVICES_CAP_MDEV, "mediated devices",
                         &mdevs, findings))
    return;
  if (subchannels == 0)
    findings_warn (findings, "look whether the host has a channel subsystem: lscss",
                   "%s shows no subchannels", who);
  else
    findings_ok (findings, "%s shows %u subchannels and %u mediated devices", who, subchannels,
                 mdevs);
}

/* Has virt-ccw-slot given the place to virtccwd? */
static gboolean
is_slot_taken (const DoctorScene *scene)
{
  g_autofree char *place = doctor_path (scene, BEHIND);

  return g_file_test (place, G_FILE_TEST_IS_SYMLINK);
}

static void
warn_of_none_behind (const DoctorScene *scene, const GError *reason, Findings *findings)
{
  if (is_slot_taken (scene))
    findings_warn (findings, "look at its service: systemctl status virtccwd-behind.service",
                   "libvirt's own daemon, which should run behind virtccwd, does not answer: %s: "
                   "devices that are not channel-attached are not shown",
                   reason->message);
  else
    findings_warn (findings, TAKE_SLOT,
                   "virtccwd has the place of virtnodedevd, which does not run behind it: devices "
                   "that are not channel-attached are not shown");
}

static void
check_behind (const DoctorScene *scene, Findings *findings)
{
  g_autofree char *place = doctor_path (scene, UPSTREAM_SOCKET);
  g_autoptr (GError) reason = NULL;
  gboolean hidden;
  g_autoptr (virConnect) connection = connect_to ("nodedev", place, &hidden, &reason);

  if (connection != NULL)
    findings_ok (findings, "libvirt's own daemon runs behind it, for all other devices");
  else if (hidden)
    findings_unseen (findings, "whether libvirt's own daemon runs behind it: %s: %s", place,
                     reason->message);
  else
    warn_of_none_behind (scene, reason, findings);
}

/* Is it virtccwd? libvirt's own node-device driver tells no version of its own. */
static gboolean
tell_owner (virConnect *connection, Findings *findings)
{
  unsigned long version;

  if (virConnectGetVersion (connection, &version) == 0)
    {
      findings_ok (findings, "virtccwd %lu.%lu.%lu serves node devices", version / 1000000,
                   version / 1000 % 1000, version % 1000);
      return TRUE;
    }
  findings_warn (findings, TAKE_SLOT,
                 "node devices are served by libvirt's own daemon, not by virtccwd: devices "
                 "are passed by mdevctl's callout alone");
  return FALSE;
}

static void
check_node_devices (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (virConnect) connection = NULL;

  check_mode (scene, findings, NODEDEV_SOCKET);
  connection = ask (scene, findings, "nodedev", NODEDEV_SOCKET);
  if (connection == NULL)
    return;
  if (tell_owner (connection, findings) && is_modular (scene))
    check_behind (scene, findings);
  check_devices (connection, "it", findings);
}

/* --- which flavour of libvirt -------------------------------------------- */

static void
check_modular (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (virConnect) connection = NULL;

  findings_ok (findings, "libvirt is modular: virtqemud serves virtual machines");
  connection = ask (scene, findings, "qemu", QEMU_SOCKET);
  if (!has_socket (scene, NODEDEV_SOCKET))
    findings_problem (findings, TAKE_SLOT " && " START_DAEMON,
                      "nobody serves node devices to virtqemud: there is no " NODEDEV_SOCKET);
  else
    check_node_devices (scene, findings);
}

static void
check_monolithic (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (virConnect) connection = NULL;

  findings_ok (findings,
               "libvirt is monolithic: libvirtd serves virtual machines and node devices");
  connection = ask (scene, findings, "qemu", MONOLITHIC_SOCKET);
  if (connection != NULL)
    check_devices (connection, "libvirtd", findings);
  if (is_slot_taken (scene))
    findings_warn (findings, LEAVE_SLOT,
                   "virtccwd has the place of virtnodedevd, but libvirtd is used, which asks "
                   "neither");
  if (has_socket (scene, NODEDEV_SOCKET))
    check_node_devices (scene, findings);
}

gboolean
doctor_is_monolithic (const DoctorScene *scene)
{
  return has_socket (scene, MONOLITHIC_SOCKET) && !is_modular (scene);
}

void
doctor_check_libvirt (const DoctorScene *scene, Findings *findings)
{
  findings_begin (findings, "libvirt");
  if (is_modular (scene))
    check_modular (scene, findings);
  else if (doctor_is_monolithic (scene))
    check_monolithic (scene, findings);
  else if (has_socket (scene, NODEDEV_SOCKET))
    check_node_devices (scene, findings);
  else
    findings_warn (findings, "install and start libvirt, unless virtual machines shall do without",
                   "no daemon of libvirt listens in " RUN);
}

/* --- a libvirt that was asked for ---------------------------------------- */

gboolean
doctor_check_uri (const DoctorScene *scene, Findings *findings)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (virConnect) connection = libvirt_client_open (scene->uri, TRUE, &reason);

  findings_begin (findings, "libvirt");
  if (connection == NULL)
    {
      findings_problem (findings, NULL, "%s", reason->message);
      return FALSE;
    }
  check_devices (connection, scene->uri, findings);
  if (!libvirt_client_is_afar (connection))
    return TRUE;
  findings_warn (findings, "run virt-ccw doctor there",
                 "kernel, programs, definitions and uses of devices of another host cannot be "
                 "known from afar");
  return FALSE;
}
