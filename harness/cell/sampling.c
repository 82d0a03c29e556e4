/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cell/sampling.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "result/metric.h"

/* More than a second of samples may come at once after a pause of the host. */
#define BURST_S 10

bool sampling_is_flood(size_t n, int64_t ms, int hz)
{
	return (int64_t)n > (int64_t)hz * (BURST_S + SAMPLING_RATE_SLACK * ms / 1000);
}

static int log_open(struct cell *c, const json_t *columns, struct err *e)
{
	cleanup_free char *path = path_format("%s/samples.jsonl", c->out_dir);
	cleanup_json json_t *head = json_pack("{s:O}", "columns", columns);

	c->samples_log = fopen(path, "we");
	if (!c->samples_log)
		return err_set(e, errno, "cannot create %s: %m", path);
	json_dumpf(head, c->samples_log, JSON_COMPACT);
	fputc('\n', c->samples_log);
	return 0;
}

static int log_write(struct cell *c, const json_t *event, struct err *e)
{
	cleanup_json json_t *line = json_pack("{s:O, s:O}", "t_ns", json_object_get(event, "t_ns"),
					      "v", json_object_get(event, "v"));

	json_dumpf(line, c->samples_log, JSON_COMPACT | JSON_REAL_PRECISION(15));
	fputc('\n', c->samples_log);
	if (ferror(c->samples_log))
		return err_set(e, EIO, "cannot write samples.jsonl; is %s full?", c->out_dir);
	if (ftell(c->samples_log) > SAMPLING_FILE_MAX)
		return err_set(e, EFBIG, "the samples of this cell are over %ld MiB; sample less often",
			       SAMPLING_FILE_MAX >> 20);
	return 0;
}

int sampling_start(struct cell *c, struct err *e)
{
	cleanup_json json_t *answer = NULL, *none = NULL;
	const json_t *columns;

	c->sampling_ms = clock_now_ms();
	if (!c->sample_hz) {
		none = json_pack("[s]", "none");
		return samples_new(none, &c->samples, e);
	}
	int rc = guest_call(c->guest, "sample-start",
			    json_pack("{s:i, s:o}", "hz", c->sample_hz, "sources",
				      metric_sources(c->topology, c->guest->disks, c->workload,
						     c->all_policies)),
			    &answer, e);
	if (rc)
		return rc;
	columns = json_object_get(answer, "columns");
	rc = samples_new(columns, &c->samples, e);
	if (!rc)
		rc = log_open(c, columns, e);
	if (!rc)
		link_expect_events(c->guest->link, SAMPLING_QUIET_VERBS * c->guest->verb_ms);
	return rc;
}

int sampling_stop(struct cell *c, struct err *e)
{
	link_expect_events(c->guest->link, 0);
	return c->sample_hz ? guest_call(c->guest, "sample-stop", NULL, NULL, e) : 0;
}

void sampling_take(struct cell *c, const json_t *event)
{
	struct err *e = &c->samples_err;

	if (!c->samples || c->samples_rc)
		return;
	c->samples_rc = samples_append(c->samples, event, e);
	if (!c->samples_rc && sampling_is_flood(samples_count(c->samples),
						clock_now_ms() - c->sampling_ms, c->sample_hz))
		c->samples_rc = err_set(e, EPROTO, "the agent sends far more than the %d samples a "
					"second it was asked for", c->sample_hz);
	if (!c->samples_rc && c->samples_log)
		c->samples_rc = log_write(c, event, e);
}
