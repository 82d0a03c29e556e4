/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/embed.h"

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

int embed_prepare(const char *run_dir, char **ret_uri, struct err *e)
{
	cleanup_free char *root = path_format("%s/embed", run_dir);
	int rc = write_conf(root, e);

	if (!rc)
		*ret_uri = path_format(EMBED_URI "?root=%s", root);
	return rc;
}
