/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/fleet/fleet-container.h"
#include "lib/text.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define BASE_SIZE 256
#define PATH_SIZE 512

static int cgroup_write(const char *folder, const char *file, const char *text, struct err *e)
{
	char path[PATH_SIZE + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_set(e, errno, "cannot write '%s' to %s: %m", text, path);
	return 0;
}

static int cgroup_make(const char *folder, struct err *e)
{
	if (mkdir(folder, 0755) && errno != EEXIST)
		return err_set(e, errno, "cannot make the cgroup %s: %m", folder);
	return 0;
}

static void container_path(const char *base, uint64_t i, char path[static PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%.*s/c%" PRIu64, BASE_SIZE, base, i);
}

/* The folder of this process's own cgroup: the line "0::/a/b" of cgroup version 2. */
static int own_cgroup(char path[static BASE_SIZE], struct err *e)
{
	char text[BASE_SIZE - sizeof(CGROUP_ROOT)];
	int rc = text_read("/proc/self/cgroup", text, sizeof(text), e);

	if (rc)
		return rc;
	if (strncmp(text, "0::/", 4))
		return err_set(e, EOPNOTSUPP, "/proc/self/cgroup is '%.60s': containers need cgroup "
			       "version 2 alone; set containers to 0", text);
	text[strcspn(text, "\n")] = '\0';
	snprintf(path, BASE_SIZE, CGROUP_ROOT "%s", text + 3);
	return 0;
}

int containers_make(uint64_t n, char **ret_base, struct err *e)
{
	char base[BASE_SIZE], launcher[PATH_SIZE], container[PATH_SIZE];
	int rc = own_cgroup(base, e);

	if (rc)
		return rc;
	snprintf(launcher, sizeof(launcher), "%s/launcher", base);
	rc = cgroup_make(launcher, e);
	if (!rc)
		rc = cgroup_write(launcher, "cgroup.procs", "0", e);
	if (!rc)
		rc = cgroup_write(base, "cgroup.subtree_control", "+memory", e);
	for (uint64_t i = 0; i < n && !rc; i++) {
		container_path(base, i, container);
		rc = cgroup_make(container, e);
	}
	if (rc)
		return rc;
	*ret_base = strdup(base);
	return *ret_base ? 0 : err_set(e, ENOMEM, "out of memory for a path");
}

int container_join(const char *base, uint64_t i, struct err *e)
{
	char container[PATH_SIZE];

	container_path(base, i, container);
	return cgroup_write(container, "cgroup.procs", "0", e);
}

static int container_print(const char *base, uint64_t i, struct err *e)
{
	char container[PATH_SIZE], path[PATH_SIZE + 64], procs[65536], memory[32];
	unsigned n = 0;

	container_path(base, i, container);
	snprintf(path, sizeof(path), "%s/cgroup.procs", container);
	int rc = text_read(path, procs, sizeof(procs), e);
	if (rc)
		return rc;
	for (const char *c = procs; *c; c++)
		n += *c == '\n';
	snprintf(path, sizeof(path), "%s/memory.current", container);
	rc = text_read(path, memory, sizeof(memory), e);
	if (rc)
		return rc;
	printf("container c%" PRIu64 ": %u processes, %.*s bytes\n", i, n,
	       (int)strcspn(memory, "\n"), memory);
	return 0;
}

int containers_print(const char *base, uint64_t n, struct err *e)
{
	int rc = 0;

	for (uint64_t i = 0; !rc && i < n; i++)
		rc = container_print(base, i, e);
	return rc;
}
