/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>
#include "agent/disk.h"
#include "agent/verbs.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"

/* Disks announce themselves in no way that a process without udev could wait for. */
#define DISK_STEP_US 10000

static void closedirp(DIR **d)
{
	if (*d)
		closedir(*d);
}
#define cleanup_closedir __attribute__((cleanup(closedirp)))

static DIR *opendir_at(int dirfd, const char *path)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		close(fd);
	return d;
}

/* NVMe pads its serial with blanks. */
static bool serial_is(int dirfd, const char *path, const char *serial)
{
	cleanup_free char *text = NULL;
	struct err e;
	size_t len;

	if (file_read(dirfd, path, 4096, &text, &len, &e))
		return false;
	while (len && strchr(" \n", text[len - 1]))
		text[--len] = '\0';
	return !strcmp(text, serial);
}

/*
 * A controller's namespace is nvmeXnZ, or, where the kernel does multipath,
 * nvmeXcYnZ, whose block device is nvmeXnZ.
 */
static char *namespace_disk(int sys_fd, const char *controller)
{
	cleanup_free char *path = path_format("class/nvme/%s", controller);
	cleanup_closedir DIR *dir = opendir_at(sys_fd, path);
	struct dirent *d;
	unsigned x, y, z;
	int end;

	while (dir && (d = readdir(dir))) {
		const char *name = d->d_name;

		end = 0;
		if (sscanf(name, "nvme%un%u%n", &x, &z, &end) == 2 && end && !name[end])
			return path_format("nvme%un%u", x, z);
		end = 0;
		if (sscanf(name, "nvme%uc%un%u%n", &x, &y, &z, &end) == 3 && end && !name[end])
			return path_format("nvme%un%u", x, z);
	}
	return NULL;
}

static char *virtio_disk(int sys_fd, const char *name)
{
	(void)sys_fd;
	return path_format("%s", name);
}

static const struct {
	const char *folder;
	char *(*disk)(int sys_fd, const char *name);
} places[] = {
	{ "block", virtio_disk },
	{ "class/nvme", namespace_disk },
};

int disk_find(int sys_fd, const char *serial, char **ret, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		cleanup_closedir DIR *dir = opendir_at(sys_fd, places[i].folder);
		struct dirent *d;

		while (dir && (d = readdir(dir))) {
			cleanup_free char *path = path_format("%s/%s/serial", places[i].folder,
							      d->d_name);

			if (*d->d_name == '.' || !serial_is(sys_fd, path, serial))
				continue;
			char *name = places[i].disk(sys_fd, d->d_name);

			if (!name)
				continue;
			*ret = name;
			return 0;
		}
	}
	return err_set(e, ENOENT, "no disk has the serial '%s'", serial);
}

int disk_wait(const char *serial, int64_t deadline_ms, char **ret_path, struct err *e)
{
	cleanup_close int sys_fd = open("/sys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *name = NULL;

	for (;;) {
		int rc = disk_find(sys_fd, serial, &name, e);

		if (!rc)
			break;
		if (!clock_left_ms(deadline_ms))
			return err_set(e, ETIMEDOUT, "no disk with the serial '%s' appeared", serial);
		usleep(DISK_STEP_US);
	}
	cleanup_free char *path = path_format("/dev/%s", name);
	while (access(path, F_OK)) {
		if (!clock_left_ms(deadline_ms))
			return err_set(e, ETIMEDOUT, "%s did not appear", path);
		usleep(DISK_STEP_US);
	}
	*ret_path = take_ptr(path);
	return 0;
}

int work_disk(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	cleanup_free char *device = NULL;
	const char *serial;
	json_int_t timeout_ms;

	(void)c;
	int rc = request_unpack(request, e, "{s:s, s:I}", "serial", &serial, "timeout_ms",
				&timeout_ms);
	if (!rc)
		rc = disk_wait(serial, clock_now_ms() + timeout_ms, &device, e);
	if (!rc)
		*ret = json_pack("{s:s}", "device", device);
	return rc;
}

int work_swap_on(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	const char *device;
	int priority;

	(void)c;
	int rc = request_unpack(request, e, "{s:s, s:i}", "device", &device, "priority", &priority);
	if (rc)
		return rc;
	if (priority < 0 || priority > SWAP_FLAG_PRIO_MASK)
		return err_set(e, EINVAL, "priority is not 0 to %d", SWAP_FLAG_PRIO_MASK);
	if (swapon(device, SWAP_FLAG_PREFER | priority))
		return err_set(e, errno, "cannot swap to %s: %m", device);
	*ret = json_object();
	return 0;
}
