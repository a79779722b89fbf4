/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /dev/instructions: how many instructions the processor has executed, where
 * the emulator tells that. Hercules does by DIAGNOSE X'F08'; but while it runs
 * undisturbed it counts them by the dozen, and exactly only as long as an
 * instruction trace is on. Opening fails with EAGAIN while it does not.
 *
 * Reading gives a struct readings. Writing "1" puts probes on the functions by
 * which drivers pin pages, "0" takes them away.
 */
#include "readings.h"

#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

/* what is counted to see whether all are */
#define STRETCH 100

static u32
count (void)
{
  u32 instructions = 0;

  asm volatile("diag %0,%0,0xf08" : "+d"(instructions) : : "memory");
  return instructions;
}

static bool
count_is_exact (void)
{
  unsigned long flags;
  u32 before, after;

  local_irq_save (flags);
  asm volatile("diag %0,%0,0xf08\n"
               "\t.rept " __stringify (STRETCH) "\n"
                                                "\tlr 0,0\n"
                                                "\t.endr\n"
                                                "\tdiag %1,%1,0xf08\n"
               : "=&d"(before), "=&d"(after)
               :
               : "memory");
  local_irq_restore (flags);
  return after - before == STRETCH + 1;
}

/* --- probes ------------------------------------------------------------------ */

static u32 inside;
/* what a probe takes before it counts on entry and after it has on return */
static u32 probe_takes;

static int
on_entry (struct kretprobe_instance *instance, struct pt_regs *regs)
{
  u32 *entered = (u32 *) instance->data;

  *entered = count ();
  return 0;
}

static int
on_return (struct kretprobe_instance *instance, struct pt_regs *regs)
{
  const u32 *entered = (const u32 *) instance->data;

  inside += count () - *entered + probe_takes;
  return 0;
}

static noinline void
do_nothing (void)
{
  barrier ();
}

static struct kretprobe probes[] = {
  { .kp.symbol_name = "vfio_pin_pages" },
  { .kp.symbol_name = "vfio_unpin_pages" },
  { .kp.addr = (kprobe_opcode_t *) do_nothing },
};
static struct kretprobe *all_probes[ARRAY_SIZE (probes)];
static bool probing;

/* Of a function that takes nothing itself. The first calls of all are dearer. */
static int
measure_probe (void)
{
  unsigned long flags;
  u32 before, took = 0;
  unsigned int i;

  probe_takes = 0;
  local_irq_save (flags);
  for (i = 0; i < 10; i++)
    {
      inside = 0;
      before = count ();
      do_nothing ();
      took = count () - before;
    }
  local_irq_restore (flags);
  probe_takes = took - inside;
  return inside ? 0 : -EIO;
}

static void
end_probing (void)
{
  if (probing)
    unregister_kretprobes (all_probes, ARRAY_SIZE (probes));
  probing = false;
}

static void
prepare_probes (void)
{
  unsigned int i;

  for (i = 0; i < ARRAY_SIZE (probes); i++)
    {
      /* What registering has found out is in the way of doing it again. */
      if (probes[i].kp.symbol_name)
        probes[i].kp.addr = NULL;
      probes[i].kp.flags = 0;
      probes[i].handler = on_return;
      probes[i].entry_handler = on_entry;
      probes[i].data_size = sizeof (u32);
      all_probes[i] = &probes[i];
    }
}

static int
begin_probing (void)
{
  int ret;

  prepare_probes ();
  ret = register_kretprobes (all_probes, ARRAY_SIZE (probes));
  if (ret)
    return ret;
  probing = true;
  ret = measure_probe ();
  if (ret)
    end_probing ();
  return ret;
}

/* --- the device -------------------------------------------------------------- */

static int
instructions_open (struct inode *inode, struct file *file)
{
  return count_is_exact () ? nonseekable_open (inode, file) : -EAGAIN;
}

static ssize_t
instructions_read (struct file *file, char __user *buffer, size_t size, loff_t *at)
{
  struct readings readings = { .now = count (), .inside = inside };

  if (size != sizeof readings)
    return -EINVAL;
  return copy_to_user (buffer, &readings, sizeof readings) ? -EFAULT : sizeof readings;
}

static ssize_t
instructions_write (struct file *file, const char __user *buffer, size_t size, loff_t *at)
{
  bool wanted;
  int ret = kstrtobool_from_user (buffer, size, &wanted);

  if (!ret && wanted && !probing)
    ret = begin_probing ();
  else if (!ret && !wanted)
    end_probing ();
  return ret ? ret : size;
}

static const struct file_operations instructions_operations = {
  .owner = THIS_MODULE,
  .open = instructions_open,
  .read = instructions_read,
  .write = instructions_write,
};

static struct miscdevice instructions_device = {
  .minor = MISC_DYNAMIC_MINOR,
  .name = "instructions",
  .fops = &instructions_operations,
};

static int __init
instructions_init (void)
{
  return misc_register (&instructions_device);
}

static void __exit
instructions_exit (void)
{
  end_probing ();
  misc_deregister (&instructions_device);
}

module_init (instructions_init);
module_exit (instructions_exit);
MODULE_DESCRIPTION ("Instructions that an emulated processor has executed");
MODULE_LICENSE ("GPL");
