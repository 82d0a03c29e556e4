/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <libvirt/libvirt.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/embed.h"

#define CAPS "cache/qemu/capabilities"	/* below the embed root */
#define OFFERED "caps"			/* below the run folder */

/*
 * Where libvirt looks for its drivers: what LIBVIRT_DRIVER_DIR says, else a
 * folder beside the library that is loaded here.
 */
static char *driver_path(void)
{
	const char *dir = getenv("LIBVIRT_DRIVER_DIR");
	Dl_info lib;

	if (dir && *dir)
		return path_format("%s/libvirt_driver_qemu.so", dir);
	if (!dladdr((void *)virGetVersion, &lib) || !lib.dli_fname)
		return NULL;
	const char *slash = strrchr(lib.dli_fname, '/');

	return path_format("%.*s/libvirt/connection-driver/libvirt_driver_qemu.so",
			   slash ? (int)(slash - lib.dli_fname) : 0, lib.dli_fname);
}

int embed_check(struct err *e)
{
	cleanup_free char *driver = driver_path();

	if (driver && !access(driver, R_OK))
		return 0;
	return err_set(e, ENOPKG, "libvirt's driver for QEMU is not installed (%s): run ci/setup, or "
		       "apt-get install libvirt-daemon-driver-qemu",
		       driver ? driver : "no libvirt is loaded");
}

static int write_conf(const char *root, struct err *e)
{
	const struct passwd *pw = getpwuid(geteuid());
	const struct group *gr = getgrgid(getegid());

	if (!pw || !gr)
		return err_set(e, ENOENT, "user %u or group %u has no name for libvirt to use",
			       geteuid(), getegid());
	cleanup_free char *dir = path_format("%s/etc", root);
	cleanup_free char *path = path_format("%s/qemu.conf", dir);
	cleanup_free char *text = path_format("stdio_handler = \"file\"\n"
					      "security_driver = \"none\"\n"
					      "namespaces = []\n"
					      "cgroup_controllers = []\n"
					      "seccomp_sandbox = 1\n"
					      "remember_owner = 0\n"
					      "dynamic_ownership = 0\n"
					      "user = \"%s\"\ngroup = \"%s\"\n",
					      pw->pw_name, gr->gr_name);
	int rc = dir_make(dir, 0700, e);

	return rc ? rc : file_write_atomic(path, text, strlen(text), e);
}

/* The worker's own copy: libvirt writes there when it finds QEMU changed. */
static int take_offered_caps(const char *run_dir, const char *root, struct err *e)
{
	cleanup_free char *offered = path_format("%s/" OFFERED, run_dir);
	cleanup_free char *above = path_format("%s/cache/qemu", root);
	cleanup_free char *caps = path_format("%s/" CAPS, root);

	if (access(offered, R_OK | X_OK))
		return 0;
	int rc = dir_make(above, 0700, e);

	return rc ? rc : dir_copy(offered, caps, e);
}

int embed_prepare(const char *run_dir, char **ret_uri, struct err *e)
{
	cleanup_free char *root = path_format("%s/embed", run_dir);
	int rc = write_conf(root, e);

	if (!rc)
		rc = take_offered_caps(run_dir, root, e);
	if (!rc)
		*ret_uri = path_format(EMBED_URI "?root=%s", root);
	return rc;
}

void embed_offer_caps(const char *run_dir, const char *caps_dir)
{
	cleanup_free char *offered = path_format("%s/" OFFERED, run_dir);
	struct err ignored;

	if (!access(caps_dir, F_OK))
		dir_copy(caps_dir, offered, &ignored);
}

/* Renamed into place, so that runs at the same time never see half of it. */
static void keep_file(const char *from, const char *to)
{
	cleanup_free char *fresh = path_format("%s.%d", to, getpid());
	char was[65] = "", now[65] = "";
	struct err ignored;

	if (!file_sha256(from, now, &ignored) && !file_sha256(to, was, &ignored) &&
	    !strcmp(was, now))
		return;
	if (file_copy(from, fresh, 0644, &ignored) || rename(fresh, to))
		unlink(fresh);
}

void embed_keep_caps(const char *run_dir, const char *caps_dir)
{
	cleanup_free char *caps = path_format("%s/embed/" CAPS, run_dir);
	struct err ignored;
	DIR *d = opendir(caps);

	if (!d || dir_make(caps_dir, 0755, &ignored)) {
		if (d)
			closedir(d);
		return;
	}
	for (struct dirent *de; (de = readdir(d));) {
		cleanup_free char *from = path_format("%s/%s", caps, de->d_name);
		cleanup_free char *to = path_format("%s/%s", caps_dir, de->d_name);

		if (de->d_type == DT_REG)
			keep_file(from, to);
	}
	closedir(d);
}
