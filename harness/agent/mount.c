/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "agent/disk.h"
#include "agent/verbs.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"

static const struct {
	const char *name;
	unsigned long flag;
} mount_flags[] = {
	{ "ro", MS_RDONLY },
	{ "nosuid", MS_NOSUID },
	{ "nodev", MS_NODEV },
	{ "noexec", MS_NOEXEC },
	{ "noatime", MS_NOATIME },
	{ "nodiratime", MS_NODIRATIME },
	{ "relatime", MS_RELATIME },
	{ "sync", MS_SYNCHRONOUS },
	{ "bind", MS_BIND },
	{ "rw", 0 },
};

static bool flag_take(const char *word, size_t len, unsigned long *flags)
{
	for (size_t i = 0; i < ARRAY_SIZE(mount_flags); i++) {
		if (strlen(mount_flags[i].name) != len || memcmp(mount_flags[i].name, word, len))
			continue;
		*flags |= mount_flags[i].flag;
		return true;
	}
	return false;
}

/* Takes the words of mount(8) out of @options; what is left is the file system's. */
static unsigned long flags_take(char *options)
{
	unsigned long flags = 0;
	char *out = options;

	for (char *word = options, *next; *word; word = next) {
		size_t len = strcspn(word, ",");

		next = word + len + (word[len] == ',');
		if (flag_take(word, len, &flags))
			continue;
		if (out != options)
			*out++ = ',';
		memmove(out, word, len);
		out += len;
	}
	*out = '\0';
	return flags;
}

/* What programs in the root need to see of the guest. */
static int root_furnish(const char *root, struct err *e)
{
	static const char *const folders[] = { "/proc", "/sys", "/dev", "/run", "/tmp", "/workload" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		cleanup_free char *target = path_format("%s%s", root, folders[i]);

		if (access(folders[i], F_OK))
			continue;
		int rc = dir_make(target, 0755, e);
		if (rc)
			return rc;
		if (mount(folders[i], target, NULL, MS_BIND | MS_REC, NULL))
			return err_set(e, errno, "cannot show %s in %s: %m", folders[i], root);
	}
	return 0;
}

int work_mount(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	const char *serial, *target, *type, *source = NULL, *options = "";
	json_int_t timeout_ms = 0;

	int rc = request_unpack(request, e, "{s:s, s?s, s:s, s:s, s?s, s?I}", "serial", &serial,
				"source", &source, "target", &target, "type", &type,
				"options", &options, "timeout_ms", &timeout_ms);
	if (rc)
		return rc;
	if (!*serial == !source)
		return err_set(e, EINVAL, "a mount needs either a serial or a source");
	cleanup_free char *device = NULL;
	if (*serial)
		rc = disk_wait(serial, clock_now_ms() + timeout_ms, &device, e);
	else
		device = path_format("%s", source);
	if (!rc)
		rc = dir_make(target, 0755, e);
	if (rc)
		return rc;
	cleanup_free char *data = path_format("%s", options);
	unsigned long flags = flags_take(data);
	if (mount(device, target, type, flags, data))
		return err_set(e, errno, "cannot mount %s (%s) on %s: %m", device, type, target);
	if (!strcmp(target, c->sysroot)) {
		rc = root_furnish(target, e);
		if (rc)
			return rc;
	}
	*ret = json_object();
	return 0;
}
