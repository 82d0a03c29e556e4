/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "cell/fio.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define FILL_SECONDS_MAX 120	/* of FIO_SPAN_MAX at half a megabyte a second */

static const struct pass {
	const char *name, *pattern;
	int depth;
} passes[FIO_PASSES] = {
	{ "read-1", "read", 1 },
	{ "read-32", "read", 32 },
	{ "write-1", "write", 1 },
	{ "write-32", "write", 32 },
};

static const struct {
	const char *percentile, *key;
} percentiles[] = {
	{ "50.000000", "p50_ns" },
	{ "99.000000", "p99_ns" },
	{ "99.900000", "p999_ns" },
};

static __attribute__((format(printf, 2, 3))) void add(json_t *argv, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_append_new(argv, json_string(text));
}

json_t *fio_command(const char *device, uint64_t span_bytes)
{
	json_t *argv = json_pack("[s, s, s, s, s, s, s, s]", "fio", "--output-format=json",
				 "--name=global", "--ioengine=libaio", "--direct=1",
				 "--clat_percentiles=0", "--lat_percentiles=1",
				 "--percentile_list=50:99:99.9");

	add(argv, "--filename=%s", device);
	add(argv, "--size=%" PRIu64, span_bytes);
	/* A page at a time, as swap compresses: not the whole of a large block. */
	add(argv, "--buffer_compress_percentage=%d", FIO_COMPRESS_PERCENT);
	add(argv, "--buffer_compress_chunk=4k");
	add(argv, "--name=fill");
	add(argv, "--rw=write");
	add(argv, "--bs=1m");
	for (size_t i = 0; i < FIO_PASSES; i++) {
		add(argv, "--name=%s", passes[i].name);
		add(argv, "--stonewall");
		add(argv, "--rw=rand%s", passes[i].pattern);
		add(argv, "--bs=4k");
		add(argv, "--iodepth=%d", passes[i].depth);
		add(argv, "--time_based");
		add(argv, "--runtime=%d", FIO_SECONDS);
		add(argv, "--ramp_time=%d", FIO_RAMP_SECONDS);
	}
	return argv;
}

int64_t fio_duration_ms(void)
{
	return 1000LL * (FILL_SECONDS_MAX + FIO_PASSES * (FIO_SECONDS + FIO_RAMP_SECONDS));
}

static const json_t *find_job(const json_t *jobs, const char *name)
{
	const json_t *job;
	size_t i;

	json_array_foreach(jobs, i, job) {
		const char *its = json_str(job, "jobname");

		if (its && !strcmp(its, name))
			return job;
	}
	return NULL;
}

/* A number that is none, or not below 0, is what no fio prints. */
static int copy_number(json_t *row, const char *key, const json_t *from, const char *name,
		       const char *pass, struct err *e)
{
	const json_t *v = json_object_get(from, name);

	if (!json_is_number(v) || !(json_number_value(v) >= 0))
		return err_set(e, EPROTO, "fio told no '%s' of its pass %s", name, pass);
	return json_object_set_new(row, key, json_real(json_number_value(v)));
}

static int read_pass(const json_t *jobs, const struct pass *p, json_t *rows, struct err *e)
{
	const json_t *job = find_job(jobs, p->name), *half = json_object_get(job, p->pattern);
	const json_t *list = json_object_get(json_object_get(half, "lat_ns"), "percentile");
	cleanup_json json_t *row = json_pack("{s:s, s:i}", "pattern", p->pattern, "depth", p->depth);
	json_int_t error = json_int_or(job, "error", -1);

	if (!job)
		return err_set(e, EPROTO, "fio told nothing of its pass %s", p->name);
	if (error)
		return err_set(e, EIO, "fio's pass %s failed: %s", p->name,
			       error > 0 && error < 4096 ? strerror((int)error) : "no error number");
	int rc = copy_number(row, "iops", half, "iops", p->name, e);

	if (!rc)
		rc = copy_number(row, "bytes_per_s", half, "bw_bytes", p->name, e);
	for (size_t i = 0; !rc && i < ARRAY_SIZE(percentiles); i++)
		rc = copy_number(row, percentiles[i].key, list, percentiles[i].percentile, p->name,
				 e);
	return rc ? rc : json_array_append(rows, row);
}

int fio_read(const char *output, json_t **ret, struct err *e)
{
	/* Notes and warnings may stand before and behind it. */
	const char *start = strchr(output, '{');
	cleanup_json json_t *rows = json_array();
	cleanup_json json_t *doc = start ? json_loads(start, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
	const json_t *jobs = json_object_get(doc, "jobs");

	if (!json_is_array(jobs))
		return err_set(e, EPROTO, "fio printed no result: '%.100s'", output);
	for (size_t i = 0; i < FIO_PASSES; i++) {
		int rc = read_pass(jobs, &passes[i], rows, e);

		if (rc)
			return rc;
	}
	*ret = take_ptr(rows);
	return 0;
}
