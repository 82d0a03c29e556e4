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

/* Below the root folder libvirt keeps a file of abilities for each QEMU program. */
#define CAPS_BELOW_ROOT "cache/qemu/capabilities"

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

int embed_prepare(const char *run_dir, const char *caps_dir, char **ret_uri, struct err *e)
{
	cleanup_free char *root = path_format("%s/embed", run_dir);
	cleanup_free char *caps = path_format("%s/" CAPS_BELOW_ROOT, root);
	cleanup_free char *above = path_format("%s/cache/qemu", root);
	int rc = write_conf(root, e);

	if (!rc)
		rc = dir_make(above, 0700, e);
	if (!rc && caps_dir && !access(caps_dir, R_OK | X_OK))
		rc = dir_copy(caps_dir, caps, e);
	if (!rc)
		*ret_uri = path_format(EMBED_URI "?root=%s", root);
	return rc;
}

void embed_keep_caps(const char *run_dir, const char *caps_dir)
{
	cleanup_free char *caps = path_format("%s/embed/" CAPS_BELOW_ROOT, run_dir);
	cleanup_free char *fresh = path_format("%s.%d", caps_dir, getpid());
	struct err ignored;

	if (!access(caps_dir, F_OK) || dir_copy(caps, fresh, &ignored))
		return;
	if (rename(fresh, caps_dir))
		dir_remove(fresh, &ignored);
}
