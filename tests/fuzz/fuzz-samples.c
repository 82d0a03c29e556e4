/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * samples.jsonl of any bytes: it is refused with a sentence, or every figure
 * that is made of it is a number.
 */
#include <math.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/metric.h"
#include "result/samples.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void derive(const struct samples *s)
{
	cleanup_json json_t *metrics = json_object();
	cleanup_json json_t *workload = json_pack("{s:[s], s:[{s:s, s:b}]}", "groups", "server",
						  "daemons", "group", "server", "policy", 1);
	int64_t last = samples_last_ns(s);
	struct window w = { .from_ns = last / 3, .to_ns = last / 3 + last / 2 };
	const json_t *m;
	const char *name;
	struct err e = {};

	if (metric_derive(s, workload, w, metrics, &e))
		abort();
	json_object_foreach(metrics, name, m)
		if (!isfinite(json_number_value(json_object_get(m, "value"))))
			abort();
	metric_stable(s, workload, "mem_used", w, 0.01);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_close int fd = memfd_create("samples", MFD_CLOEXEC);
	cleanup_free char *path = path_format("/proc/self/fd/%d", fd);
	cleanup_samples struct samples *s = NULL;
	struct err e = {};

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	int rc = samples_load(path, &s, &e);

	if (rc && (!*e.msg || s))
		abort();
	if (!rc)
		derive(s);
	return 0;
}
