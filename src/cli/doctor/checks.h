/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ccw/host.h"
#include "ccw/paths.h"
#include "cli/doctor/findings.h"
#include "mdev/store.h"

/*
 * What virt-ccw doctor looks at, a file for each subject. Checks only read:
 * they change nothing, not even what was left by something cut short. What an
 * ordinary user cannot see is noted as such.
 */
typedef struct
{
  const char *root; /* of all files but sysfs, procfs and /dev; "" for / */
  const char *uri;  /* libvirt's, NULL for the usual ones */
  const CcwPaths *paths;
  CcwHost *host;    /* as it is now */
  MdevStore *store; /* loaded; what cannot be read is not in it */
} DoctorScene;

/* vfio_ccw, the core for mediated devices, VFIO. kernel.c */
void doctor_check_kernel (const DoctorScene *scene, Findings *findings);

/* Which daemons of libvirt there are, and which serves node devices. libvirt.c */
void doctor_check_libvirt (const DoctorScene *scene, Findings *findings);

/* Is there a monolithic libvirtd, whose node-device driver makes mdevs by mdevctl? libvirt.c */
gboolean doctor_is_monolithic (const DoctorScene *scene);

/*
 * The libvirt at the scene's URI. TRUE when it answers and is of this host, of
 * which the other checks tell more. libvirt.c
 */
gboolean doctor_check_uri (const DoctorScene *scene, Findings *findings);

/* Our programs, where libvirt, mdevctl and udev look for them, and QEMU. programs.c */
void doctor_check_programs (const DoctorScene *scene, Findings *findings);

/* Folders that others could write to, or that we cannot. files.c */
void doctor_check_files (const DoctorScene *scene, Findings *findings);

/* Each persistent mdev, and files that should be one. definitions.c */
void doctor_check_definitions (const DoctorScene *scene, Findings *findings);

/* Subchannels: driver overrides, cut-short transitions, drivers without purpose. subchannels.c */
void doctor_check_subchannels (const DoctorScene *scene, Findings *findings);

/* Driver overrides that driverctl keeps for subchannels. driverctl.c */
void doctor_check_driverctl (const DoctorScene *scene, Findings *findings);

/* --- for them ------------------------------------------------------------ */

/* Where a file of the system is, below the scene's root. The caller frees it. scene.c */
char *doctor_path (const DoctorScene *scene, const char *path);

/*
 * Is there a program, or a link to one within the scene's root, that may be
 * executed? Notes nothing. scene.c
 */
gboolean doctor_is_program (const DoctorScene *scene, const char *path);

/* What a program of the system prints, at most for a few seconds; NULL when it fails. scene.c */
char *doctor_run (const DoctorScene *scene, const char *const *arguments);

/* Does driverctl give the subchannel to vfio_ccw at each start? driverctl.c */
gboolean doctor_has_driverctl_override (const DoctorScene *scene, const CcwDevId *subchannel);
