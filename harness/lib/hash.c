/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sha256.h>
#include "lib/hash.h"

int file_sha256(const char *path, char ret[static 65], struct err *e)
{
	if (!SHA256File(path, ret))
		return err_set(e, errno, "cannot read %s: %m", path);
	return 0;
}
