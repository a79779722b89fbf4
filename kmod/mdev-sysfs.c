// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mediated devices look like in sysfs:
 *
 *   PARENT/mdev_supported_types/vfio_ccw-io/
 *	available_instances, create, device_api, name	attributes
 *	description		only if the driver has one
 *	devices/UUID		link to each mediated device of the type
 *   PARENT/UUID/
 *	mdev_type		link to its type
 *	remove			attribute
 */
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/wait.h>

#include "mdev-private.h"

/* woken when a type has lost its last reference */
static DECLARE_WAIT_QUEUE_HEAD(type_released);

struct type_attribute {
	struct attribute attr;
	ssize_t (*show)(struct mdev_type *type, char *buffer);
	ssize_t (*store)(struct mdev_type *type, const char *buffer, size_t count);
};

static struct mdev_type *to_type(struct kobject *kobj)
{
	return container_of(kobj, struct mdev_type, kobj);
}

static struct type_attribute *to_type_attribute(struct attribute *attr)
{
	return container_of(attr, struct type_attribute, attr);
}

/* One UUID in text form, with or without an end of line behind it. */
static int parse_uuid(const char *buffer, size_t count, guid_t *uuid)
{
	char text[UUID_STRING_LEN + 1];

	if (count < UUID_STRING_LEN || count > UUID_STRING_LEN + 1)
		return -EINVAL;
	strscpy(text, buffer, sizeof(text));
	return guid_parse(text, uuid);
}

static ssize_t create_store(struct mdev_type *type, const char *buffer, size_t count)
{
	guid_t uuid;
	int ret;

	ret = parse_uuid(buffer, count, &uuid);
	if (!ret)
		ret = mdev_create(type, &uuid);
	return ret ? ret : count;
}

static ssize_t device_api_show(struct mdev_type *type, char *buffer)
{
	return sysfs_emit(buffer, "%s\n", type->parent->mdev_driver->device_api);
}

static ssize_t name_show(struct mdev_type *type, char *buffer)
{
	return sysfs_emit(buffer, "%s\n",
			  type->pretty_name ? type->pretty_name : type->sysfs_name);
}

static ssize_t available_instances_show(struct mdev_type *type, char *buffer)
{
	struct mdev_parent *parent = type->parent;

	if (parent->mdev_driver->get_available)
		return sysfs_emit(buffer, "%u\n", parent->mdev_driver->get_available(type));
	return sysfs_emit(buffer, "%u\n", atomic_read(&parent->available_instances));
}

static ssize_t description_show(struct mdev_type *type, char *buffer)
{
	return type->parent->mdev_driver->show_description(type, buffer);
}

static struct type_attribute type_attr_create = __ATTR_WO(create);
static struct type_attribute type_attr_device_api = __ATTR_RO(device_api);
static struct type_attribute type_attr_name = __ATTR_RO(name);
static struct type_attribute type_attr_available_instances = __ATTR_RO(available_instances);
static struct type_attribute type_attr_description = __ATTR_RO(description);

static struct attribute *type_attrs[] = {
	&type_attr_create.attr,
	&type_attr_device_api.attr,
	&type_attr_name.attr,
	&type_attr_available_instances.attr,
	&type_attr_description.attr,
	NULL,
};

static umode_t type_attr_visible(struct kobject *kobj, struct attribute *attr, int index)
{
	struct mdev_driver *driver = to_type(kobj)->parent->mdev_driver;

	if (attr == &type_attr_description.attr && !driver->show_description)
		return 0;
	return attr->mode;
}

static const struct attribute_group type_group = {
	.attrs = type_attrs,
	.is_visible = type_attr_visible,
};

static const struct attribute_group *type_groups[] = {
	&type_group,
	NULL,
};

static ssize_t type_attr_show(struct kobject *kobj, struct attribute *attr, char *buffer)
{
	struct type_attribute *type_attr = to_type_attribute(attr);

	return type_attr->show ? type_attr->show(to_type(kobj), buffer) : -EIO;
}

static ssize_t type_attr_store(struct kobject *kobj, struct attribute *attr,
			       const char *buffer, size_t count)
{
	struct type_attribute *type_attr = to_type_attribute(attr);

	return type_attr->store ? type_attr->store(to_type(kobj), buffer, count) : -EIO;
}

static const struct sysfs_ops type_sysfs_ops = {
	.show = type_attr_show,
	.store = type_attr_store,
};

static void type_release(struct kobject *kobj)
{
	struct mdev_type *type = to_type(kobj);
	struct device *dev = type->parent->dev;

	/* Pairs with put_type_and_wait(): the type's memory may be gone then. */
	smp_store_release(&type->parent, NULL);
	wake_up_all(&type_released);
	put_device(dev);
}

static const struct kobj_type type_ktype = {
	.sysfs_ops = &type_sysfs_ops,
	.release = type_release,
	.default_groups = type_groups,
};

/* Mediated devices hold a reference on their type. */
static void put_type_and_wait(struct mdev_type *type)
{
	kobject_put(&type->kobj);
	/* Pairs with type_release(). */
	wait_event(type_released, !smp_load_acquire(&type->parent));
}

static int add_type(struct mdev_parent *parent, struct mdev_type *type)
{
	int ret;

	type->kobj.kset = parent->mdev_types_kset;
	type->parent = parent;
	get_device(parent->dev);
	ret = kobject_init_and_add(&type->kobj, &type_ktype, NULL, "%s-%s",
				   dev_driver_string(parent->dev), type->sysfs_name);
	if (ret)
		goto put;
	type->devices_kobj = kobject_create_and_add("devices", &type->kobj);
	if (type->devices_kobj)
		return 0;
	ret = -ENOMEM;
	kobject_del(&type->kobj);
put:
	put_type_and_wait(type);
	return ret;
}

static void remove_type(struct mdev_type *type)
{
	kobject_put(type->devices_kobj);
	kobject_del(&type->kobj);
	put_type_and_wait(type);
}

static void remove_types(struct mdev_parent *parent, unsigned int count)
{
	while (count)
		remove_type(parent->types[--count]);
	kset_unregister(parent->mdev_types_kset);
}

/**
 * mdev_add_types - make a parent's types appear
 * @parent: the parent
 *
 * Return: 0 or -errno.
 */
int mdev_add_types(struct mdev_parent *parent)
{
	unsigned int i;
	int ret;

	parent->mdev_types_kset = kset_create_and_add("mdev_supported_types", NULL,
						      &parent->dev->kobj);
	if (!parent->mdev_types_kset)
		return -ENOMEM;
	for (i = 0; i < parent->nr_types; i++) {
		ret = add_type(parent, parent->types[i]);
		if (ret) {
			remove_types(parent, i);
			return ret;
		}
	}
	return 0;
}

/**
 * mdev_remove_types - undo mdev_add_types(), and wait for the last reference
 * @parent: a parent whose mediated devices were all removed
 */
void mdev_remove_types(struct mdev_parent *parent)
{
	remove_types(parent, parent->nr_types);
}

/*
 * Removing the device from within one of its own attributes: the attribute
 * goes first, so that nobody waits for the writer, and from then on only the
 * reference keeps the device.
 */
static int remove_self(struct device *dev, struct device_attribute *attr)
{
	struct mdev_device *mdev = to_mdev_device(dev);
	int ret = 0;

	if (!mdev_claim_removal(mdev))
		return -EAGAIN;
	get_device(dev);
	if (device_remove_file_self(dev, attr))
		ret = mdev_destroy(mdev);
	put_device(dev);
	return ret;
}

static ssize_t remove_store(struct device *dev, struct device_attribute *attr,
			    const char *buffer, size_t count)
{
	unsigned long wanted;
	int ret;

	if (kstrtoul(buffer, 0, &wanted))
		return -EINVAL;
	ret = wanted ? remove_self(dev, attr) : 0;
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(remove);

static struct attribute *device_attrs[] = {
	&dev_attr_remove.attr,
	NULL,
};

static const struct attribute_group device_group = {
	.attrs = device_attrs,
};

const struct attribute_group *mdev_device_groups[] = {
	&device_group,
	NULL,
};

/**
 * mdev_add_links - link a mediated device and its type
 * @mdev: the device
 *
 * Return: 0 or -errno.
 */
int mdev_add_links(struct mdev_device *mdev)
{
	struct kobject *kobj = &mdev->dev.kobj;
	int ret;

	ret = sysfs_create_link(mdev->type->devices_kobj, kobj, dev_name(&mdev->dev));
	if (ret)
		return ret;
	ret = sysfs_create_link(kobj, &mdev->type->kobj, "mdev_type");
	if (ret)
		sysfs_remove_link(mdev->type->devices_kobj, dev_name(&mdev->dev));
	return ret;
}

/**
 * mdev_remove_links - undo mdev_add_links()
 * @mdev: the device
 */
void mdev_remove_links(struct mdev_device *mdev)
{
	sysfs_remove_link(&mdev->dev.kobj, "mdev_type");
	sysfs_remove_link(mdev->type->devices_kobj, dev_name(&mdev->dev));
}
