/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that uses a mediated subchannel by itself, as QEMU would.
 *
 * It owns a stretch of "guest" memory which appears to the device at
 * MEMORY_START. Whatever goes wrong on the way (not: with the device) ends the
 * program with a message and status 1; so no function here returns an error
 * unless it says so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vfio.h>
#include <linux/vfio_ccw.h>

/* guest addresses; the memory ends where the map says, nothing is behind it */
#define MEMORY_START 0x00100000u
#define MEMORY_SIZE 0x00400000u
#define MEMORY_END (MEMORY_START + MEMORY_SIZE)

/* how long to wait for an interrupt that has to come */
#define PATIENCE_MS 10000

enum
{
  REGION_IO,
  REGION_COMMAND,
  REGION_SCHIB,
  REGION_CRW,
  REGIONS
};

typedef struct
{
  const char *uuid;
  bool by_iommufd; /* else by VFIO's group and container */
  int container;   /* or iommufd */
  int group;
  uint32_t address_space; /* iommufd's number of it */
  int device;
  uint64_t region_offset[REGIONS];
  uint64_t region_size[REGIONS];
  int io_event;      /* eventfd of the I/O interrupt */
  int request_event; /* eventfd of the wish to have the device back */
  uint8_t *memory;   /* MEMORY_SIZE bytes */
} Client;

void die (const char *format, ...) __attribute__ ((noreturn, format (printf, 1, 2)));
void die_errno (const char *what) __attribute__ ((noreturn));

int client_group_number (const char *uuid);
void client_open (Client *client, const char *uuid);
void client_close (Client *client);
const char *client_attach (Client *client);
void client_detach (Client *client);

void client_map (Client *client);
void client_unmap (Client *client);
int client_try_unmap (Client *client, uint64_t *size);
void client_reset (Client *client);
int client_set_eventfd (Client *client, unsigned index, int fd);
bool client_wait (int eventfd, int timeout_ms);

uint8_t *guest (Client *client, uint32_t address, uint32_t length);
void put_be16 (uint8_t *to, uint16_t value);
void put_be32 (uint8_t *to, uint32_t value);
void put_be64 (uint8_t *to, uint64_t value);
uint16_t get_be16 (const uint8_t *from);
uint32_t get_be32 (const uint8_t *from);
