/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "agent/setup.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "proto/protocol.h"

#define PORTS_DIR "/sys/class/virtio-ports"
#define CGROUP_ROOT "/sys/fs/cgroup"
#define PORT_WAIT_MS 30000
#define PORT_STEP_US 10000

struct mount_entry {
	const char *type, *target, *options;
	unsigned long flags;
	bool optional;		/* a kernel may be built without it */
};

static const struct mount_entry first_mounts[] = {
	{ "devtmpfs", "/dev", "mode=0755", MS_NOSUID, false },
	{ "proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, false },
	{ "sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, false },
};

static const struct mount_entry other_mounts[] = {
	{ "cgroup2", CGROUP_ROOT, NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, false },
	{ "tmpfs", "/run", "mode=0755", MS_NOSUID | MS_NODEV, false },
	{ "tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV, false },
	{ "devpts", "/dev/pts", "mode=0620,ptmxmode=0666", MS_NOSUID | MS_NOEXEC, true },
	{ "tmpfs", "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV, false },
	{ "debugfs", "/sys/kernel/debug", NULL, 0, true },
	{ "tracefs", "/sys/kernel/tracing", NULL, 0, true },
	{ "configfs", "/sys/kernel/config", NULL, 0, true },
};

static int mount_all(const struct mount_entry *list, size_t n, struct err *e)
{
	for (const struct mount_entry *m = list; m < list + n; m++) {
		/* In sysfs a folder cannot be made: it is there or the file system is not. */
		if (mkdir(m->target, 0755) && errno != EEXIST && !m->optional)
			return err_set(e, errno, "cannot create folder %s: %m", m->target);
		/* EBUSY: the kernel mounted it before (devtmpfs), which is as good. */
		if (mount(m->type, m->target, m->type, m->flags, m->options) && errno != EBUSY &&
		    !m->optional)
			return err_set(e, errno, "cannot mount %s on %s: %m", m->type, m->target);
	}
	return 0;
}

int setup_first(struct err *e)
{
	int rc = mount_all(first_mounts, ARRAY_SIZE(first_mounts), e);

	if (rc)
		return rc;
	cleanup_close int fd = open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC);
	/* A guest without a console works all the same. */
	for (int i = 0; i <= 2 && fd >= 0; i++)
		if (fd == i ? fcntl(fd, F_SETFD, 0) : dup2(fd, i) < 0)
			return err_set(e, errno, "cannot use /dev/console: %m");
	if (fd <= 2)
		fd = -1;
	return 0;
}

/* Returns the device's name, "vport0p1", or NULL while there is none. */
static char *port_find(void)
{
	struct dirent *d;
	DIR *dir = opendir(PORTS_DIR);
	char *found = NULL;

	while (dir && !found && (d = readdir(dir))) {
		cleanup_free char *path = path_format(PORTS_DIR "/%s/name", d->d_name);
		cleanup_free char *name = NULL;
		struct err e;

		if (*d->d_name == '.' || file_read(AT_FDCWD, path, 4096, &name, NULL, &e))
			continue;
		name[strcspn(name, "\n")] = '\0';
		if (!strcmp(name, PROTOCOL_PORT))
			found = path_format("/dev/%s", d->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

int setup_open_port(int *ret_fd, struct err *e)
{
	int64_t deadline = clock_now_ms() + PORT_WAIT_MS;

	for (;;) {
		cleanup_free char *path = port_find();
		int fd = path ? open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;

		if (fd >= 0) {
			*ret_fd = fd;
			return 0;
		}
		if (!clock_left_ms(deadline))
			return path ? err_set(e, errno, "cannot open %s: %m", path) :
				      err_set(e, ENODEV, "no virtio port '%s' appeared within %d ms",
					      PROTOCOL_PORT, PORT_WAIT_MS);
		usleep(PORT_STEP_US);
	}
}

/* Each by itself: one that this kernel lacks must not keep out the others. */
static void controllers_enable(const char *cgroup)
{
	static const char *const controllers[] = { "+memory", "+cpu", "+io", "+pids" };
	cleanup_free char *path = path_format("%s/cgroup.subtree_control", cgroup);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	for (size_t i = 0; i < ARRAY_SIZE(controllers) && fd >= 0; i++)
		if (write(fd, controllers[i], strlen(controllers[i])) < 0)
			continue;
}

static int loopback_up(struct err *e)
{
	struct ifreq request = { .ifr_name = "lo" };
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request))
		return err_set(e, errno, "cannot find the loopback device: %m");
	request.ifr_flags |= IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		return err_set(e, errno, "cannot bring the loopback device up: %m");
	return 0;
}

int setup_rest(const struct agent_config *c, struct err *e)
{
	int rc = mount_all(other_mounts, ARRAY_SIZE(other_mounts), e);

	if (!rc)
		rc = dir_make(c->cgroup_base, 0755, e);
	if (rc)
		return rc;
	controllers_enable(CGROUP_ROOT);
	controllers_enable(c->cgroup_base);
	return loopback_up(e);
}

void setup_power_off(const struct err *why)
{
	if (why) {
		cleanup_close int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);

		dprintf(fd >= 0 ? fd : STDERR_FILENO, "ramrig-agent: %s\n", why->msg);
	}
	sync();
	reboot(RB_POWER_OFF);
	/* Where nothing can power the machine off, its end must at least be seen. */
	for (;;)
		pause();
}
