// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parents of mediated devices, and the devices themselves.
 */
#include <linux/slab.h>

#include "compat.h"
#include "mdev-private.h"

static struct class_compat *parent_class;

/* all mediated devices, and how many more each parent may have */
static DEFINE_MUTEX(list_lock);
static LIST_HEAD(mdevs);

#if CLASS_LINK_NAMES_DEVICE_LINK
#define class_link(dev)		class_compat_create_link(parent_class, dev, NULL)
#define class_unlink(dev)	class_compat_remove_link(parent_class, dev, NULL)
#else
#define class_link(dev)		class_compat_create_link(parent_class, dev)
#define class_unlink(dev)	class_compat_remove_link(parent_class, dev)
#endif

static void announce(struct mdev_parent *parent, char *state)
{
	kobject_uevent_env(&parent->dev->kobj, KOBJ_CHANGE, (char *[]) { state, NULL });
}

/**
 * mdev_register_parent - let a device have mediated devices
 * @parent: memory for the core, kept until mdev_unregister_parent() returns
 * @dev: the device; the caller holds a reference meanwhile
 * @driver: driver of the mediated devices
 * @types: what kinds there are; as long as @parent
 * @nr_types: how many
 *
 * Return: 0 or -errno.
 */
int mdev_register_parent(struct mdev_parent *parent, struct device *dev,
			 struct mdev_driver *driver, struct mdev_type **types,
			 unsigned int nr_types)
{
	int ret;

	*parent = (struct mdev_parent) {
		.dev = dev,
		.mdev_driver = driver,
		.types = types,
		.nr_types = nr_types,
	};
	init_rwsem(&parent->unreg_sem);
	atomic_set(&parent->available_instances, driver->max_instances);
	ret = mdev_add_types(parent);
	if (ret)
		return ret;
	if (class_link(dev))
		dev_warn(dev, "no link in /sys/class/mdev_bus\n");
	announce(parent, "MDEV_STATE=registered");
	return 0;
}

/* The caller holds the parent's unreg_sem. */
static void remove_device(struct mdev_device *mdev)
{
	mdev_remove_links(mdev);
	device_del(&mdev->dev);
	put_device(&mdev->dev);
}

static int remove_child(struct device *dev, void *unused)
{
	if (dev->bus == &mdev_bus)
		remove_device(to_mdev_device(dev));
	return 0;
}

/**
 * mdev_unregister_parent - remove a device's mediated devices and their types
 * @parent: the parent; nothing refers to it afterwards
 *
 * Waits for users of the mediated devices.
 */
void mdev_unregister_parent(struct mdev_parent *parent)
{
	down_write(&parent->unreg_sem);
	class_unlink(parent->dev);
	device_for_each_child(parent->dev, NULL, remove_child);
	/* Creators find the semaphore taken, and from here on no attribute. */
	mdev_remove_types(parent);
	up_write(&parent->unreg_sem);
	announce(parent, "MDEV_STATE=unregistered");
}

static void release_mdev(struct device *dev)
{
	struct mdev_device *mdev = to_mdev_device(dev);
	struct mdev_type *type = mdev->type;

	mutex_lock(&list_lock);
	list_del(&mdev->next);
	atomic_inc(&type->parent->available_instances);
	mutex_unlock(&list_lock);
	kfree(mdev);
	kobject_put(&type->kobj);
}

static bool uuid_in_use(const guid_t *uuid)
{
	struct mdev_device *mdev;

	list_for_each_entry(mdev, &mdevs, next) {
		if (guid_equal(&mdev->uuid, uuid))
			return true;
	}
	return false;
}

static int claim_place(struct mdev_device *mdev)
{
	struct mdev_parent *parent = mdev->type->parent;
	int ret = 0;

	mutex_lock(&list_lock);
	if (uuid_in_use(&mdev->uuid)) {
		ret = -EEXIST;
	} else if (!atomic_add_unless(&parent->available_instances, -1, 0)) {
		ret = -EUSERS;
	} else {
		kobject_get(&mdev->type->kobj);
		list_add(&mdev->next, &mdevs);
	}
	mutex_unlock(&list_lock);
	return ret;
}

static struct mdev_device *new_mdev(struct mdev_type *type, const guid_t *uuid)
{
	struct mdev_device *mdev = kzalloc(sizeof(*mdev), GFP_KERNEL);
	int ret;

	if (!mdev)
		return ERR_PTR(-ENOMEM);
	mdev->type = type;
	guid_copy(&mdev->uuid, uuid);
	ret = claim_place(mdev);
	if (ret) {
		kfree(mdev);
		return ERR_PTR(ret);
	}
	device_initialize(&mdev->dev);
	mdev->dev.parent = type->parent->dev;
	mdev->dev.bus = &mdev_bus;
	mdev->dev.release = release_mdev;
	mdev->dev.groups = mdev_device_groups;
	return mdev;
}

static int add_with_driver(struct mdev_device *mdev)
{
	int ret;

	ret = device_add(&mdev->dev);
	if (ret)
		return ret;
	ret = device_driver_attach(&mdev->type->parent->mdev_driver->driver, &mdev->dev);
	if (!ret)
		ret = mdev_add_links(mdev);
	if (ret)
		device_del(&mdev->dev);
	return ret;
}

static int add_to_parent(struct mdev_device *mdev)
{
	struct mdev_parent *parent = mdev->type->parent;
	int ret;

	/* The parent is being unregistered. */
	if (!down_read_trylock(&parent->unreg_sem))
		return -ENODEV;
	ret = add_with_driver(mdev);
	mdev->active = !ret;
	up_read(&parent->unreg_sem);
	return ret;
}

/**
 * mdev_create - create a mediated device
 * @type: of what type
 * @uuid: its name
 *
 * Return: 0; -EEXIST if there is a device of that name; -EUSERS if the parent
 * can have no more; or another -errno.
 */
int mdev_create(struct mdev_type *type, const guid_t *uuid)
{
	struct mdev_device *mdev = new_mdev(type, uuid);
	int ret;

	if (IS_ERR(mdev))
		return PTR_ERR(mdev);
	ret = dev_set_name(&mdev->dev, "%pUl", uuid);
	if (!ret)
		ret = add_to_parent(mdev);
	if (ret)
		put_device(&mdev->dev);
	return ret;
}

/**
 * mdev_claim_removal - decide who removes a mediated device
 * @mdev: the device
 *
 * Return: true once, when creation is over: the caller removes the device.
 */
bool mdev_claim_removal(struct mdev_device *mdev)
{
	bool active;

	mutex_lock(&list_lock);
	active = mdev->active;
	mdev->active = false;
	mutex_unlock(&list_lock);
	return active;
}

/**
 * mdev_destroy - remove a mediated device
 * @mdev: the device, claimed; the caller holds a reference
 *
 * Waits for its users.
 *
 * Return: 0, or -ENODEV if its parent is being unregistered, and the device
 * with it.
 */
int mdev_destroy(struct mdev_device *mdev)
{
	struct mdev_parent *parent = mdev->type->parent;

	if (!down_read_trylock(&parent->unreg_sem))
		return -ENODEV;
	remove_device(mdev);
	up_read(&parent->unreg_sem);
	return 0;
}

/**
 * mdev_core_init - make the bus and the class of parents appear
 *
 * Return: 0 or -errno.
 */
int __init mdev_core_init(void)
{
	int ret;

	ret = bus_register(&mdev_bus);
	if (ret)
		return ret;
	parent_class = class_compat_register("mdev_bus");
	if (parent_class)
		return 0;
	bus_unregister(&mdev_bus);
	return -ENOMEM;
}

/**
 * mdev_core_exit - undo mdev_core_init()
 */
void mdev_core_exit(void)
{
	class_compat_unregister(parent_class);
	bus_unregister(&mdev_bus);
}
