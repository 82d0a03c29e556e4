/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/fleet/fleet-maps.h"
#include "lib/text.h"

int maps_count(const char *proc, pid_t pid, uint64_t *ret, struct err *e)
{
	static const char gate[] = "[vsyscall]\n";
	char path[256], buf[16384];
	size_t gate_len = sizeof(gate) - 1;
	uint64_t lines = 0;
	bool ends_in_gate = false;
	ssize_t n;

	if (pid)
		snprintf(path, sizeof(path), "%s/%d/maps", proc, pid);
	else
		snprintf(path, sizeof(path), "%s/self/maps", proc);
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_set(e, errno, "cannot open %s: %m", path);
	/* A read of this file ends at the end of a line. */
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			lines += buf[i] == '\n';
		ends_in_gate = (size_t)n >= gate_len &&
			       !memcmp(buf + n - gate_len, gate, gate_len);
	}
	if (n < 0)
		return err_set(e, errno, "cannot read %s: %m", path);
	*ret = lines - ends_in_gate;
	return 0;
}

int maps_limit(const char *proc, uint64_t *ret, struct err *e)
{
	char path[256], text[32], *end;

	snprintf(path, sizeof(path), "%s/sys/vm/max_map_count", proc);
	int rc = text_read(path, text, sizeof(text), e);
	if (rc)
		return rc;
	uint64_t limit = strtoull(text, &end, 10);
	if (end == text || *end != '\n' || !limit)
		return err_set(e, EINVAL, "%s is '%.20s', not a number above zero", path, text);
	*ret = limit;
	return 0;
}
