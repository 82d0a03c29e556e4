/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/account.h"
#include "vm/arch.h"

static int share_mount(struct account_share *s, const char *at, struct err *e)
{
	cleanup_close int fd = open(at, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_set(e, errno, "cannot create %s: %m", at);
	if (mount(s->path, at, NULL, MS_BIND, NULL) ||
	    mount(NULL, at, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL))
		return err_set(e, errno, "cannot show %s at %s: %m", s->path, at);
	s->visible = path_format("%s", at);
	return 0;
}

static int shares_mount(const char *run_dir, struct account_share *shares, size_t n,
			struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		cleanup_free char *at = path_format("%s/share-%zu", run_dir, i);
		int rc = share_mount(&shares[i], at, e);

		if (rc)
			return rc;
	}
	return 0;
}

static int become_run_user(struct err *e)
{
	const struct passwd *pw = getpwnam(RAMRIG_RUN_USER);

	if (!pw)
		return err_set(e, ENOENT, "there is no user '%s' for QEMU to run as",
			       RAMRIG_RUN_USER);
	/* Whoever may open /dev/kvm belongs to group kvm; take that along where there is one. */
	const struct group *kvm = getgrnam("kvm");
	gid_t groups[2] = { pw->pw_gid, kvm ? kvm->gr_gid : pw->pw_gid };

	if (setgroups(2, groups) || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid))
		return err_set(e, errno, "cannot become user '%s': %m", RAMRIG_RUN_USER);
	return 0;
}

static int set_homes(const char *run_dir, struct err *e)
{
	static const char *const names[] = { "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
					     "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "TMPDIR" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (setenv(names[i], run_dir, 1))
			return err_set(e, errno, "cannot set %s: %m", names[i]);
	}
	return 0;
}

static int check_readable(struct account_share *shares, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (!shares[i].visible)
			shares[i].visible = path_format("%s", shares[i].path);
		if (access(shares[i].visible, R_OK))
			return err_set(e, EACCES, "QEMU's account cannot read %s: %m; set "
				       "XDG_CACHE_HOME to a folder that everyone may enter",
				       shares[i].visible);
	}
	return 0;
}

int account_enter(const char *run_dir, struct account_share *shares, size_t n, struct err *e)
{
	bool root = !geteuid();
	int rc = 0;

	/* In a container or a bare chroot one of these may be refused: see check_readable(). */
	if (root && !unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		rc = shares_mount(run_dir, shares, n, e);
	if (!rc && root)
		rc = become_run_user(e);
	if (!rc)
		rc = set_homes(run_dir, e);
	if (!rc)
		rc = check_readable(shares, n, e);
	return rc;
}

int account_keep(const char *run_dir, struct account_share *shares, size_t n, struct err *e)
{
	if (chmod(run_dir, 0755))
		return err_set(e, errno, "cannot open %s to the daemon's QEMU: %m", run_dir);
	return check_readable(shares, n, e);
}
