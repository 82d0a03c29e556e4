/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/tracing.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "result/stalls.h"
#include "result/swap-ins.h"

static bool is_wanted(const struct cell *c)
{
	return json_array_size(c->trace);
}

/* A call whose error, where the guest answered, says what its kernel cannot do. */
static int call(struct cell *c, const char *verb, json_t *params, json_t **ret, struct err *e)
{
	int rc = guest_call(c->guest, verb, params, ret, e);

	if (rc && link_answered(c->guest->link))
		c->blame = OUTCOME_NONCONFORMING;
	return rc;
}

int tracing_set(struct cell *c, struct err *e)
{
	if (!is_wanted(c))
		return 0;
	return call(c, "trace-set", json_pack("{s:O, s:I}", "events", c->trace, "buffer_kib",
					      (json_int_t)(c->trace_buffer_bytes >> 10)), NULL, e);
}

int tracing_start(struct cell *c, struct err *e)
{
	return is_wanted(c) ? call(c, "trace-start", NULL, NULL, e) : 0;
}

static int note_counts(struct cell *c, const json_t *answer, struct err *e)
{
	json_int_t entries = json_int_or(answer, "entries", -1);
	json_int_t lost = json_int_or(answer, "lost", -1), cpus = json_int_or(answer, "cpus", -1);

	if (entries < 0 || lost < 0 || cpus < 1)
		return err_set(e, EPROTO, "the agent did not say how many events it has recorded");
	json_object_set_new(c->result, "trace", json_pack("{s:I, s:I, s:I}", "entries", entries,
							  "lost", lost, "cpus", cpus));
	if (lost)
		cell_warn(c, "the guest had no room for %lld of its trace's events, the oldest of a "
			  "CPU: raise trace_buffer, or trace less", (long long)lost);
	return 0;
}

int tracing_stop(struct cell *c, struct err *e)
{
	cleanup_json json_t *answer = NULL;

	if (!is_wanted(c))
		return 0;
	int rc = call(c, "trace-stop", NULL, &answer, e);

	return rc ? rc : note_counts(c, answer, e);
}

/* As tracefs heads its own file `trace`, of which a reader of traces takes '#' for no event. */
static void head_write(const struct cell *c, FILE *f)
{
	const json_t *trace = json_object_get(c->result, "trace"), *event;
	json_int_t entries = json_int_or(trace, "entries", 0), lost = json_int_or(trace, "lost", 0);
	size_t i;

	fprintf(f, "# tracer: nop\n#\n# entries-in-buffer/entries-written: %lld/%lld   #P:%lld\n"
		"# lost: %lld\n# clock: mono\n# events:", (long long)entries,
		(long long)(entries + lost), (long long)json_int_or(trace, "cpus", 0),
		(long long)lost);
	json_array_foreach(c->trace, i, event)
		fprintf(f, " %s", json_string_value(event));
	fputs("\n#\n", f);
}

/* Adds the lines of @data that still fit; false where some did not. */
static bool lines_write(FILE *f, const char *data, size_t len)
{
	long room = TRACING_FILE_MAX - ftell(f);
	bool fits = room >= 0 && len <= (size_t)room;

	if (!fits)
		len = room > 0 ? (size_t)room : 0;
	while (!fits && len && data[len - 1] != '\n')
		len--;
	fwrite(data, 1, len, f);
	return fits;
}

/* One answer to trace-read. -EPROTO also for crumbs, of which there might be no end. */
static int chunk_write(const json_t *answer, FILE *f, bool *ret_end, bool *ret_cut, struct err *e)
{
	const json_t *data = json_object_get(answer, "data"), *end = json_object_get(answer, "end");

	if (!json_is_string(data) || !json_is_boolean(end) ||
	    (json_is_false(end) && json_string_length(data) < PROTOCOL_TRACE_MAX / 2))
		return err_set(e, EPROTO, "the agent did not send its trace as it should");
	*ret_end = json_is_true(end);
	*ret_cut = !lines_write(f, json_string_value(data), json_string_length(data));
	return 0;
}

static int chunks_write(struct cell *c, FILE *f, bool *ret_cut, struct err *e)
{
	int64_t deadline = clock_now_ms() + TRACING_READ_MS;
	bool end = false, cut = false;

	while (!end && !cut) {
		cleanup_json json_t *answer = NULL;
		int rc = call(c, "trace-read",
			      json_pack("{s:i}", "max_bytes", (int)PROTOCOL_TRACE_MAX), &answer, e);

		if (!rc)
			rc = chunk_write(answer, f, &end, &cut, e);
		if (rc)
			return rc;
		cut |= !end && !clock_left_ms(deadline);
	}
	*ret_cut = cut;
	return 0;
}

/* Whether all events of the window are in trace.txt: a part of a sum is wrong. */
static bool is_whole(const struct cell *c)
{
	const json_t *trace = json_object_get(c->result, "trace");

	return !json_int_or(trace, "lost", 0) && !json_is_true(json_object_get(trace, "cut"));
}

/* Reads what was written; without begins and ends of stalls among the events, nothing. */
static int note_stalls(struct cell *c, const char *path, struct err *e)
{
	cleanup_stalls struct stalls *stalls = NULL;
	cleanup_fclose FILE *f = fopen(path, "re");
	bool traced = false;

	if (!f)
		return err_set(e, errno, "cannot open %s: %m", path);
	int rc = stalls_read(f, c->trace, &stalls, e);

	if (rc)
		return err_prefix(e, "%s: ", path);
	for (size_t m = 0; m < STALL_MECHANISMS; m++)
		traced |= stalls_traced(stalls, m);
	if (!traced)
		return 0;
	json_object_set_new(c->result, "stalls", stalls_json(stalls));
	return stalls_metrics(stalls, is_whole(c), json_object_get(c->result, "metrics"), e);
}

static int note_swap_ins(struct cell *c, const char *path, struct err *e)
{
	cleanup_swap_ins struct swap_ins s = { 0 };

	if (!json_array_has(c->trace, SWAP_INS_EVENT) || !is_whole(c))
		return 0;
	cleanup_fclose FILE *f = fopen(path, "re");

	if (!f)
		return err_set(e, errno, "cannot open %s: %m", path);
	int rc = swap_ins_read(f, c->swap_areas, &s, e);

	if (rc)
		return err_prefix(e, "%s: ", path);
	if (s.left_out) {
		cell_warn(c, "%llu swap-ins of its trace are not understood, or of areas that no policy "
			  "turned on: there are no figures of swap-ins", (unsigned long long)s.left_out);
		return 0;
	}
	return swap_ins_metrics(&s, json_object_get(c->result, "metrics"), e);
}

int tracing_save(struct cell *c, struct err *e)
{
	cleanup_free char *path = path_format("%s/trace.txt", c->out_dir);
	bool cut = false;

	if (!is_wanted(c))
		return 0;
	cleanup_fclose FILE *f = fopen(path, "we");
	if (!f)
		return err_set(e, errno, "cannot create %s: %m", path);
	head_write(c, f);
	int rc = chunks_write(c, f, &cut, e);

	if (rc)
		return rc;
	if (fflush(f) || ferror(f))
		return err_set(e, EIO, "cannot write %s; is its disk full?", path);
	json_object_set_new(json_object_get(c->result, "trace"), "cut", json_boolean(cut));
	if (cut)
		cell_warn(c, "trace.txt is not all of the trace: it ends at %ld MiB, or after %d "
			  "minutes of reading; trace less", TRACING_FILE_MAX >> 20, TRACING_READ_MS / 60000);
	rc = note_stalls(c, path, e);
	return rc ? rc : note_swap_ins(c, path, e);
}
