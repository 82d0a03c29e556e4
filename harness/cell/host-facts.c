/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include "cell/host-facts.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define FILE_MAX (4U << 20)	/* of /proc; a large host has a stanza for each of its CPUs */

/* What stands behind "model name" in a line of its own, or "". */
static char *model_of(const char *cpuinfo)
{
	cleanup_free char *text = NULL;
	struct err ignored;

	if (file_read(AT_FDCWD, cpuinfo, FILE_MAX, &text, NULL, &ignored))
		return path_format("%s", "");
	const char *line = strstr(text, "model name"), *value = line ? strchr(line, ':') : NULL;

	if (!value || memchr(line, '\n', (size_t)(value - line)))
		return path_format("%s", "");
	value += 1 + strspn(value + 1, " \t");
	return path_format("%.*s", (int)strcspn(value, "\n"), value);
}

json_t *host_facts(const char *cpuinfo)
{
	cleanup_free char *boot = NULL, *model = model_of(cpuinfo);
	struct utsname u;
	struct sysinfo s;
	struct err ignored;

	uname(&u);
	sysinfo(&s);
	if (!file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", FILE_MAX, &boot, NULL, &ignored))
		boot[strcspn(boot, "\n")] = '\0';
	return json_pack("{s:o, s:i, s:I, s:s, s:s}", "model", json_sentence(model), "cpus",
			 get_nprocs(), "memory_bytes", (json_int_t)s.totalram * s.mem_unit,
			 "kernel", u.release, "boot_id", boot ? boot : "");
}

/* Whole GiB: what the kernel keeps for itself differs from boot to boot. */
char *host_signature(const json_t *facts)
{
	double gib = (double)json_int_or(facts, "memory_bytes", 0) / 0x1p30;

	return path_format("%s, %lld CPUs, %.0f GiB", json_str_or(facts, "model", ""),
			   (long long)json_int_or(facts, "cpus", 0), rint(gib));
}
