/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <unistd.h>
#include "daemons/lib/group.h"
#include "daemons/lib/knob.h"
#include "lib/cleanup.h"
#include "lib/file.h"

int group_enter(const char *path, struct err *e)
{
	if (!*path)
		return 0;
	cleanup_free char *folder = path_format("/sys/fs/cgroup/%s", path + (*path == '/'));
	cleanup_free char *procs = path_format("%s/cgroup.procs", folder);
	int rc = dir_make(folder, 0755, e);

	return rc ? rc : knob_write(AT_FDCWD, procs, "0", e);
}
