/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/fio.h"
#include "cell/guest-admin.h"
#include "cell/measure.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define PROBE "/workload/memory"
#define MIB (1ULL << 20)

/* A median between its least and most, all of them numbers above 0. */
static bool is_summary(const json_t *v)
{
	double least = json_number_value(json_object_get(v, "least"));
	double median = json_number_value(json_object_get(v, "median"));
	double most = json_number_value(json_object_get(v, "most"));

	return least > 0 && least <= median && median <= most && json_int_or(v, "amount", 0) > 0;
}

int measure_read_node(const char *output, size_t node, json_t **ret, struct err *e)
{
	const char *start = strchr(output, '{');
	cleanup_json json_t *answer =
		start ? json_loads(start, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
	json_int_t pages = json_int_or(answer, "pages", 0);
	json_int_t there = json_int_or(answer, "pages_on_node", -1);

	if (json_int_or(answer, "node", -1) != (json_int_t)node || pages <= 0 ||
	    json_int_or(answer, "bytes", 0) <= 0 || json_int_or(answer, "cpu", -1) < 0 ||
	    !is_summary(json_object_get(answer, "load_ns")) ||
	    !is_summary(json_object_get(answer, "copy_bytes_per_s")))
		return err_set(e, EPROTO, "the probe told nothing of node %zu: '%.100s'", node,
			       output);
	if (there != pages)
		return err_set(e, EIO, "%lld of %lld pages that were bound to node %zu lie there",
			       (long long)there, (long long)pages, node);
	*ret = take_ptr(answer);
	return 0;
}

static int measure_node(struct cell *c, size_t i, json_t *list, struct err *e)
{
	cleanup_free char *node = path_format("%zu", i), *output = NULL;
	const char *argv[] = { PROBE, "--node", node, NULL };
	json_t *figures;
	int rc = guest_run(c->guest, argv, &output, e);

	if (!rc)
		rc = measure_read_node(output, i, &figures, e);
	return rc ? rc : json_array_append_new(list, figures);
}

static int measure_nodes(struct cell *c, const struct guest_opts *o, struct err *e)
{
	json_t *list = json_array();
	int rc = 0;

	(void)o;
	json_object_set_new(c->result, "measured",
			    json_pack("{s:o, s:[]}", "nodes", list, "devices"));
	for (size_t i = 0; !rc && i < c->topology->n_nodes; i++)
		rc = measure_node(c, i, list, e);
	return rc;
}

/* As much as a zram of limited memory surely takes. */
static uint64_t span_of(const struct topology_device *d)
{
	uint64_t span = d->bytes < FIO_SPAN_MAX ? d->bytes : FIO_SPAN_MAX;

	if (d->memory_limit && d->memory_limit < span)
		span = d->memory_limit;
	return span / MIB * MIB;
}

static int run_fio(struct guest *g, const char *disk, uint64_t span, char **ret_output,
		   struct err *e)
{
	cleanup_json json_t *command = fio_command(disk, span);
	const char *argv[FIO_ARGS_MAX + 1] = { NULL };

	for (size_t i = 0; i < FIO_ARGS_MAX; i++)
		argv[i] = json_string_value(json_array_get(command, i));
	return guest_run_for(g, argv, fio_duration_ms(), ret_output, e);
}

static int measure_device(struct cell *c, size_t i, json_t *list, struct err *e)
{
	const struct topology_device *d = &c->topology->devices[i];
	cleanup_free char *output = NULL;
	cleanup_json json_t *passes = NULL;
	int rc = run_fio(c->guest, c->guest->disks[i], span_of(d), &output, e);

	if (!rc)
		rc = fio_read(output, &passes, e);
	if (rc)
		return err_prefix(e, "device %s: ", d->name);
	return json_array_append_new(list,
				     json_pack("{s:s, s:I, s:O}", "name", d->name, "span_bytes",
					       (json_int_t)span_of(d), "passes", passes));
}

static int measure_devices(struct cell *c, const struct guest_opts *o, struct err *e)
{
	json_t *list = json_object_get(json_object_get(c->result, "measured"), "devices");
	int rc = 0;

	(void)o;
	for (size_t i = 0; !rc && i < c->topology->n_devices; i++)
		if (!c->topology->devices[i].is_backing)
			rc = measure_device(c, i, list, e);
	return rc;
}

const struct cell_step task_measure[] = {
	{ "measure memory", measure_nodes },
	{ "measure devices", measure_devices },
	{ NULL, NULL }
};
