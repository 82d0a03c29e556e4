/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "doctor/doctor.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* What building an image and fetching a kernel need, beyond what runs them. */

static const struct {
	const char *program, *package;
} tools[] = {
	{ "usr/bin/mmdebstrap", "mmdebstrap" },
	{ "usr/bin/dpkg-deb", "dpkg" },
	{ "usr/sbin/mke2fs", "e2fsprogs" },
	{ "usr/sbin/depmod", "kmod" },
	{ "usr/bin/qemu-img", "qemu-utils" },
};

/* Both places, because a root folder may be from before /sbin was merged into /usr. */
static bool program_there(int root_fd, const char *program)
{
	return !faccessat(root_fd, program, F_OK, 0) ||
	       !faccessat(root_fd, program + strlen("usr/"), F_OK, 0);
}

static void look_tools(const struct doctor_env *env, struct finding *f)
{
	char missing[128] = "";
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
		if (!program_there(env->root_fd, tools[i].program))
			len += (size_t)snprintf(missing + len, sizeof(missing) - len, " %s",
						tools[i].package);
	}
	if (!len) {
		finding_set(f, DOCTOR_OK, NULL, "all programs are there");
		return;
	}
	cleanup_free char *mend = path_format("run ci/setup, or as root: apt-get install%s", missing);

	finding_set(f, DOCTOR_WARN, mend, "Debian packages are missing:%s", missing);
}

/* Whether @user stands first in a line of the file, followed by a colon. */
static bool subid_there(int root_fd, const char *path, const char *user)
{
	cleanup_free char *text = NULL;
	struct err absent;

	if (!user || file_read(root_fd, path, 1 << 20, &text, NULL, &absent))
		return false;
	for (const char *line = text; *line;) {
		size_t len = strlen(user);

		if (!strncmp(line, user, len) && line[len] == ':')
			return true;
		line = strchrnul(line, '\n');
		line += *line == '\n';
	}
	return false;
}

static void look_user(const struct doctor_env *env, struct finding *f)
{
	const char *user = env->user ? env->user : "USER";

	if (!env->uid) {
		finding_set(f, DOCTOR_OK, NULL, "root: images are built as root, QEMU runs as nobody");
		return;
	}
	if (subid_there(env->root_fd, "etc/subuid", env->user) &&
	    subid_there(env->root_fd, "etc/subgid", env->user) &&
	    program_there(env->root_fd, "usr/bin/newuidmap")) {
		finding_set(f, DOCTOR_OK, NULL, "user %s has subordinate user IDs", user);
		return;
	}
	cleanup_free char *mend = path_format("as root: usermod --add-subuids 100000-165535 "
					      "--add-subgids 100000-165535 %s "
					      "(and have package uidmap)", user);

	if (program_there(env->root_fd, "usr/bin/fakechroot") &&
	    program_there(env->root_fd, "usr/bin/fakeroot"))
		finding_set(f, DOCTOR_INFO, NULL, "user %s has no subordinate user IDs: images are "
			    "built with fakechroot, which is slower", user);
	else
		finding_set(f, DOCTOR_WARN, mend, "user %s has no subordinate user IDs, and "
			    "fakechroot is missing: no image can be built", user);
}

static int is_packages(const struct dirent *de)
{
	return strstr(de->d_name, "_Packages") != NULL;
}

static void look_apt(const struct doctor_env *env, struct finding *f)
{
	struct dirent **found = NULL;
	int n = scandirat(env->root_fd, "var/lib/apt/lists", &found, is_packages, alphasort);

	for (int i = 0; i < n; i++)
		free(found[i]);
	free(found);
	if (n > 0)
		finding_set(f, DOCTOR_OK, NULL, "%d in /var/lib/apt/lists", n);
	else
		finding_set(f, DOCTOR_WARN, "as root: apt-get update",
			    "there are no package lists: no kernel or image can be fetched");
}

const struct check image_checks[] = {
	{ "image-tools", "programs for images", look_tools },
	{ "image-user", "account for images", look_user },
	{ "apt-lists", "package lists", look_apt },
	{ 0 },
};
