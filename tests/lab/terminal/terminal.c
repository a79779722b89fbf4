/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal PORT SECONDS
 *
 * A 3270 terminal at the other end of the lab's x-terminal3270: speaks TN3270
 * (RFC 1576, RFC 1091) over the character device PORT, and prints a line
 *
 *   screen: COMMAND TEXT
 *
 * for every record that the machine writes to it, COMMAND being the 3270
 * command in hexadecimal and TEXT the printable characters, all others as dots.
 * Before that, "connected" when the negotiation is through. Ends after SECONDS.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum telnet
{
  EOR = 239,
  SE = 240,
  SB = 250,
  WILL = 251,
  WONT = 252,
  DO = 253,
  DONT = 254,
  IAC = 255,
};

enum telnet_option
{
  OPTION_BINARY = 0,
  OPTION_TERMINAL_TYPE = 24,
  OPTION_END_OF_RECORD = 25,
};

#define TERMINAL_TYPE "IBM-3278-2"
#define RECORD_SIZE 8192

enum state
{
  IN_DATA,
  AFTER_IAC,
  AFTER_OPTION_COMMAND, /* DO, DONT, WILL or WONT */
  IN_SUBNEGOTIATION,
  AFTER_IAC_IN_SUBNEGOTIATION,
};

struct terminal
{
  int port;
  enum state state;
  uint8_t option_command;
  bool connected;
  size_t length;
  uint8_t record[RECORD_SIZE];
};

/* EBCDIC code page 037, as far as it is printable ASCII; the rest are dots. */
static char
ascii_of (uint8_t ebcdic)
{
  static const char *const rows[16] = {
    [0x4] = " ..........<(+|",   [0x5] = "&.........!$*);.",  [0x6] = "-/.........,%_>?",
    [0x7] = ".........`:#@'=\"", [0x8] = ".abcdefghi......",  [0x9] = ".jklmnopqr......",
    [0xa] = ".~stuvwxyz......",  [0xb] = "^.........[]....",  [0xc] = "{ABCDEFGHI......",
    [0xd] = "}JKLMNOPQR......",  [0xe] = "\\.STUVWXYZ......", [0xf] = "0123456789......",
  };
  const char *row = rows[ebcdic >> 4];

  return row != NULL ? row[ebcdic & 15] : '.';
}

static void
send_bytes (struct terminal *terminal, const void *bytes, size_t size)
{
  if (write (terminal->port, bytes, size) != (ssize_t) size)
    err (EXIT_FAILURE, "cannot write to the terminal's line");
}

/* Agrees to everything asked for: the server asks only what TN3270 needs. */
static void
answer_option (struct terminal *terminal, uint8_t option)
{
  uint8_t answer[3] = { IAC, WILL, option };

  if (terminal->option_command == WONT || terminal->option_command == DONT)
    return;
  if (terminal->option_command == WILL)
    answer[1] = DO;
  send_bytes (terminal, answer, sizeof answer);
}

static void
send_terminal_type (struct terminal *terminal)
{
  static const uint8_t begin[] = { IAC, SB, OPTION_TERMINAL_TYPE, 0 };
  static const uint8_t end[] = { IAC, SE };

  send_bytes (terminal, begin, sizeof begin);
  send_bytes (terminal, TERMINAL_TYPE, strlen (TERMINAL_TYPE));
  send_bytes (terminal, end, sizeof end);
}

/* Binary transmission is the last thing that is negotiated. */
static void
note_connection (struct terminal *terminal, uint8_t option)
{
  if (terminal->connected || option != OPTION_BINARY || terminal->option_command != WILL)
    return;
  terminal->connected = true;
  puts ("connected");
}

static void
print_record (struct terminal *terminal)
{
  if (terminal->length == 0)
    return;
  printf ("screen: %02x ", terminal->record[0]);
  for (size_t i = 1; i < terminal->length; i++)
    putchar (ascii_of (terminal->record[i]));
  putchar ('\n');
  terminal->length = 0;
}

static void
take_data (struct terminal *terminal, uint8_t byte)
{
  if (terminal->length < RECORD_SIZE)
    terminal->record[terminal->length++] = byte;
}

/* Returns the state after the byte that followed an IAC in the data. */
static enum state
take_command (struct terminal *terminal, uint8_t byte)
{
  switch (byte)
    {
    case DO:
    case DONT:
    case WILL:
    case WONT:
      terminal->option_command = byte;
      return AFTER_OPTION_COMMAND;
    case SB:
      return IN_SUBNEGOTIATION;
    case EOR:
      print_record (terminal);
      return IN_DATA;
    case IAC: /* a data byte of 255 is doubled */
      take_data (terminal, byte);
      return IN_DATA;
    default:
      return IN_DATA;
    }
}

static void
take_byte (struct terminal *terminal, uint8_t byte)
{
  switch (terminal->state)
    {
    case IN_DATA:
      if (byte == IAC)
        terminal->state = AFTER_IAC;
      else
        take_data (terminal, byte);
      break;
    case AFTER_IAC:
      terminal->state = take_command (terminal, byte);
      break;
    case AFTER_OPTION_COMMAND:
      answer_option (terminal, byte);
      note_connection (terminal, byte);
      terminal->state = IN_DATA;
      break;
    case IN_SUBNEGOTIATION: /* the only one is "send your terminal type" */
      if (byte == IAC)
        terminal->state = AFTER_IAC_IN_SUBNEGOTIATION;
      break;
    case AFTER_IAC_IN_SUBNEGOTIATION:
      terminal->state = byte == SE ? IN_DATA : IN_SUBNEGOTIATION;
      if (byte == SE)
        send_terminal_type (terminal);
      break;
    }
}

static void
read_port (struct terminal *terminal)
{
  uint8_t bytes[512];
  ssize_t count = read (terminal->port, bytes, sizeof bytes);

  if (count < 0)
    err (EXIT_FAILURE, "cannot read from the terminal's line");
  for (ssize_t i = 0; i < count; i++)
    take_byte (terminal, bytes[i]);
  if (count == 0) /* nothing at the other end (yet) */
    usleep (50000);
}

int
main (int argc, char **argv)
{
  static struct terminal terminal;
  struct pollfd readable = { .events = POLLIN };
  time_t end;

  if (argc != 3)
    errx (EXIT_FAILURE, "usage: terminal PORT SECONDS");
  setlinebuf (stdout);
  terminal.port = open (argv[1], O_RDWR | O_CLOEXEC);
  if (terminal.port < 0)
    err (EXIT_FAILURE, "%s", argv[1]);
  readable.fd = terminal.port;
  for (end = time (NULL) + atoi (argv[2]); time (NULL) < end;)
    if (poll (&readable, 1, 200) > 0)
      read_port (&terminal);
  return EXIT_SUCCESS;
}
