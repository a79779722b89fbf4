/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The subcommands that look at a device or do one thing with it. */
#include "commands.h"
#include "subchannel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#define PROGRAM_AT MEMORY_START
#define DATA_AT (MEMORY_START + 0x10000)

/* as much of the Sense ID answer as every device gives */
#define ID_SIZE 7

/* the longest wait for a program to get to the CCW before which it is suspended */
#define SUSPEND_SECONDS 50

#define CMD_3270_ERASE_WRITE 0x05

int
usage (const char *words)
{
  fprintf (stderr, "usage: vfio-client %s\n", words);
  return 2;
}

void
print_hex (const uint8_t *data, size_t size)
{
  size_t i;

  for (i = 0; i < size; i++)
    printf ("%s%02x", i ? " " : "", data[i]);
  putchar ('\n');
}

static void
print_region (Client *client, unsigned index)
{
  struct
  {
    struct vfio_region_info info;
    struct vfio_region_info_cap_type type;
  } answer = { .info = { .argsz = sizeof answer, .index = index } };

  if (ioctl (client->device, VFIO_DEVICE_GET_REGION_INFO, &answer.info))
    die_errno ("VFIO_DEVICE_GET_REGION_INFO");
  printf ("region %u: size %llu offset 0x%llx flags 0x%x", index,
          (unsigned long long) answer.info.size, (unsigned long long) answer.info.offset,
          answer.info.flags);
  if (answer.info.cap_offset == sizeof answer.info)
    printf (" type %u subtype %u", answer.type.type, answer.type.subtype);
  putchar ('\n');
}

static void
print_irq (Client *client, unsigned index)
{
  struct vfio_irq_info info = { .argsz = sizeof info, .index = index };

  if (ioctl (client->device, VFIO_DEVICE_GET_IRQ_INFO, &info))
    die_errno ("VFIO_DEVICE_GET_IRQ_INFO");
  printf ("irq %u: count %u flags 0x%x\n", index, info.count, info.flags);
}

int
command_info (Client *client, int argc, char **argv)
{
  struct vfio_device_info info = { .argsz = sizeof info };
  unsigned index;

  (void) argv;
  if (argc)
    return usage ("info UUID");
  if (ioctl (client->device, VFIO_DEVICE_GET_INFO, &info))
    die_errno ("VFIO_DEVICE_GET_INFO");
  printf ("group %d: flags 0x%x regions %u irqs %u\n", client_group_number (client->uuid),
          info.flags, info.num_regions, info.num_irqs);
  for (index = 0; index < info.num_regions; index++)
    print_region (client, index);
  for (index = 0; index < info.num_irqs; index++)
    print_irq (client, index);
  return 0;
}

int
command_schib (Client *client, int argc, char **argv)
{
  uint8_t schib[SCHIB_AREA_SIZE];

  (void) argv;
  if (argc)
    return usage ("schib UUID");
  store_subchannel (client, schib);
  printf ("enabled %d valid %d devno %04x pim %02x pam %02x pom %02x\n", schib[5] >> 7,
          schib[5] & 1, get_be16 (schib + 6), schib[11], schib[15], schib[14]);
  print_hex (schib, sizeof schib);
  return 0;
}

int
command_sense_id (Client *client, int argc, char **argv)
{
  uint8_t id[ID_SIZE];

  (void) argv;
  if (argc)
    return usage ("sense-id UUID");
  sense_id (client, id, sizeof id);
  print_hex (id, sizeof id);
  return 0;
}

/* EBCDIC (code page 037) of letters, digits and blanks; others become dots. */
static uint8_t
to_ebcdic (char c)
{
  if (c >= 'A' && c <= 'I')
    return 0xc1 + c - 'A';
  if (c >= 'J' && c <= 'R')
    return 0xd1 + c - 'J';
  if (c >= 'S' && c <= 'Z')
    return 0xe2 + c - 'S';
  if (c >= '0' && c <= '9')
    return 0xf0 + c - '0';
  return c == ' ' ? 0x40 : 0x4b;
}

int
command_write_3270 (Client *client, int argc, char **argv)
{
  /* write control character: restore the keyboard; set buffer address 0 */
  static const uint8_t orders[] = { 0xc3, 0x11, 0x40, 0x40 };
  Program program = program_begin (client, PROGRAM_AT, ORB_USUAL);
  size_t length = argc == 1 ? strlen (argv[0]) : 0;
  uint8_t *data = guest (client, DATA_AT, sizeof orders + length);
  Status status;
  size_t i;

  if (argc != 1)
    return usage ("write-3270 UUID TEXT");
  memcpy (data, orders, sizeof orders);
  for (i = 0; i < length; i++)
    data[sizeof orders + i] = to_ebcdic (argv[0][i]);
  program_add (&program, CMD_3270_ERASE_WRITE, CCW_SLI, sizeof orders + length, DATA_AT);
  status = run_program (&program);
  puts (status_text (&status));
  return is_normal_end (&status) ? 0 : 1;
}

int
command_bad_command (Client *client, int argc, char **argv)
{
  Program program = program_begin (client, PROGRAM_AT, ORB_USUAL);
  Status status;

  (void) argv;
  if (argc)
    return usage ("bad-command UUID");
  program_add (&program, CMD_UNKNOWN, CCW_SLI, 1, DATA_AT);
  status = run_program (&program);
  puts (status_text (&status));
  return status.dstat & DSTAT_UNIT_CHECK ? 0 : 1;
}

int
command_loop (Client *client, int argc, char **argv)
{
  uint8_t first[ID_SIZE], id[ID_SIZE];
  long i, times = argc == 1 ? strtol (argv[0], NULL, 10) : 0;

  if (times <= 0)
    return usage ("loop UUID N");
  sense_id (client, first, sizeof first);
  for (i = 1; i < times; i++)
    {
      sense_id (client, id, sizeof id);
      if (!memcmp (first, id, sizeof id))
        continue;
      print_hex (id, sizeof id);
      return 1;
    }
  print_hex (first, sizeof first);
  return 0;
}

/* Suspended before its only CCW and silent about it, it never ends. */
static void
start_endless (Client *client)
{
  Program program
      = program_begin (client, PROGRAM_AT, ORB_USUAL | ORB_SUSPEND | ORB_NO_SUSPEND_INTERRUPT);
  int error;

  program_add (&program, CMD_NOP, CCW_SLI | CCW_SUSPEND, 1, DATA_AT);
  error = start_subchannel (&program);
  if (error)
    die ("the program was refused: %s", strerror (error));
}

static int
end_by (Client *client, int (*instruction) (Client *client), unsigned function)
{
  Status status;
  int error;

  start_endless (client);
  error = instruction (client);
  if (error)
    die ("not carried out: %s", strerror (error));
  if (!wait_for_status (client, &status))
    die ("no interrupt");
  puts (status_text (&status));
  return status.fctl & function ? 0 : 1;
}

int
command_async (Client *client, int argc, char **argv)
{
  if (argc == 1 && !strcmp (argv[0], "halt"))
    return end_by (client, halt_subchannel, FCTL_HALT);
  if (argc == 1 && !strcmp (argv[0], "clear"))
    return end_by (client, clear_subchannel, FCTL_CLEAR);
  return usage ("async UUID halt|clear");
}

/* A program that is halted before it has got as far as that hangs its device in Hercules 3.13. */
static void
wait_until_suspended (Client *client)
{
  const time_t end = time (NULL) + SUSPEND_SECONDS;
  uint8_t schib[SCHIB_AREA_SIZE];

  do
    {
      if (time (NULL) > end)
        die ("the program is not suspended");
      store_subchannel (client, schib);
    }
  while (!(get_be32 (schib + SCHIB_SCSW) >> 5 & ACTL_SUSPENDED));
}

int
command_endless (Client *client, int argc, char **argv)
{
  Status status;

  (void) argv;
  if (argc)
    return usage ("endless UUID");
  start_endless (client);
  wait_until_suspended (client);
  puts ("started");
  if (!wait_for_status (client, &status))
    die ("nobody has ended it");
  puts (status_text (&status));
  return 0;
}

int
command_hold (Client *client, int argc, char **argv)
{
  int seconds = argc == 1 ? atoi (argv[0]) : 0;

  if (seconds <= 0)
    return usage ("hold UUID SECONDS");
  puts ("holding");
  if (!client_wait (client->request_event, seconds * 1000))
    {
      puts ("nobody has asked for it");
      return 1;
    }
  puts ("giving it back");
  return 0;
}
