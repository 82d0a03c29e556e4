/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "cell/fio.h"
#include "cli/listing.h"
#include "cli/measure-table.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/quantity.h"
#include "topology/draw.h"

static const struct listing_column node_columns[] = {
	{ "node", "NODE", LISTING_TEXT },	  { "kind", "KIND", LISTING_TEXT },
	{ "bytes", "OVER", LISTING_BYTES },	  { "load", "LOAD", LISTING_TEXT },
	{ "latency", "DECLARED", LISTING_TEXT },  { "copy", "COPY", LISTING_TEXT },
	{ "bandwidth", "DECLARED", LISTING_TEXT }, { "fidelity", "FIDELITY", LISTING_TEXT },
	{ NULL, NULL, 0 }
};

static const struct listing_column device_columns[] = {
	{ "name", "DEVICE", LISTING_TEXT },   { "kind", "KIND", LISTING_TEXT },
	{ "access", "ACCESS", LISTING_TEXT }, { "depth", "DEPTH", LISTING_TEXT },
	{ "iops", "IOPS", LISTING_TEXT },     { "rate", "BANDWIDTH", LISTING_TEXT },
	{ "p50", "P50", LISTING_TEXT },	      { "p99", "P99", LISTING_TEXT },
	{ "p999", "P99.9", LISTING_TEXT },    { "declared", "DECLARED", LISTING_TEXT },
	{ NULL, NULL, 0 }
};

/* A new string object of @text, which is freed. */
static json_t *text_take(char *text)
{
	json_t *s = json_string(text);

	free(text);
	return s;
}

/* In the decimal units in which bandwidths are declared. */
static json_t *rate_text(const json_t *v)
{
	static const struct { double size; const char *unit; } units[] = {
		{ 1e9, "GB/s" }, { 1e6, "MB/s" }, { 1e3, "kB/s" }, { 1, "B/s" },
	};
	double rate = json_number_value(v);
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && rate < units[i].size)
		i++;
	rate /= units[i].size;
	return text_take(path_format("%.*f %s", rate < 10 ? 2 : rate < 100 ? 1 : 0, rate,
				     units[i].unit));
}

static json_t *quantity_or_null(enum quantity q, const json_t *v)
{
	char buf[QUANTITY_TEXT];

	if (!json_is_integer(v))
		return json_null();
	return json_string(quantity_show(q, (uint64_t)json_integer_value(v), buf, sizeof(buf)));
}

static json_t *number_or_null(uint64_t v)
{
	return v ? json_integer((json_int_t)v) : json_null();
}

static json_t *report_node(const struct topology_node *n, const json_t *seen, char *slow)
{
	json_t *j = json_deep_copy(seen);

	json_object_update_new(j, json_pack("{s:s, s:{s:o, s:o}, s:s}", "kind",
					    node_kind_names[n->kind], "declared", "latency_ns",
					    number_or_null(n->latency_ns), "bandwidth",
					    number_or_null(n->bandwidth), "fidelity", slow));
	free(slow);
	return j;
}

static json_t *report_device(const struct topology_device *d, const json_t *seen, char *slow)
{
	json_t *j = json_deep_copy(seen);

	json_object_update_new(j, json_pack("{s:s, s:{s:o, s:o, s:o}, s:s}", "kind",
					    device_kind_names[d->kind], "declared", "iops",
					    number_or_null(d->iops), "bandwidth",
					    number_or_null(d->bandwidth), "latency_ns",
					    number_or_null(d->latency_ns), "fidelity", slow));
	free(slow);
	return j;
}

json_t *measure_report(const struct topology *t, const json_t *measured, enum accel accel)
{
	json_t *nodes = json_array(), *devices = json_array();
	const json_t *seen;
	size_t i;

	json_array_foreach(json_object_get(measured, "nodes"), i, seen)
		json_array_append_new(nodes, report_node(&t->nodes[i], seen,
							 topology_node_slow(t, i, accel)));
	json_array_foreach(json_object_get(measured, "devices"), i, seen) {
		const struct topology_device *d = topology_device_find(t, json_str(seen, "name"));

		json_array_append_new(devices,
				      report_device(d, seen, topology_device_slow(d, accel)));
	}
	return json_pack("{s:o, s:o}", "nodes", nodes, "devices", devices);
}

static json_t *median_of(const json_t *j, const char *key)
{
	return json_object_get(json_object_get(j, key), "median");
}

static json_t *node_row(const json_t *j)
{
	const json_t *declared = json_object_get(j, "declared");

	return json_pack("{s:O, s:O, s:O, s:o, s:o, s:o, s:o, s:O}", "node",
			 json_object_get(j, "node"), "kind", json_object_get(j, "kind"), "bytes",
			 json_object_get(j, "bytes"), "load",
			 text_take(text_value(median_of(j, "load_ns"), "ns")), "latency",
			 quantity_or_null(QUANTITY_LATENCY, json_object_get(declared, "latency_ns")),
			 "copy", rate_text(median_of(j, "copy_bytes_per_s")), "bandwidth",
			 quantity_or_null(QUANTITY_BANDWIDTH, json_object_get(declared, "bandwidth")),
			 "fidelity", json_object_get(j, "fidelity"));
}

/* "500 IOPS, 400 MB/s"; null where nothing is declared that fio would see. */
static json_t *declared_text(const json_t *declared)
{
	cleanup_json json_t *rate =
		quantity_or_null(QUANTITY_BANDWIDTH, json_object_get(declared, "bandwidth"));
	cleanup_json json_t *latency =
		quantity_or_null(QUANTITY_LATENCY, json_object_get(declared, "latency_ns"));
	json_int_t iops = json_int_or(declared, "iops", 0);

	if (iops && json_is_string(rate))
		return text_take(path_format("%lld IOPS, %s", (long long)iops,
					     json_string_value(rate)));
	if (iops)
		return text_take(path_format("%lld IOPS", (long long)iops));
	return json_incref(json_is_string(rate) ? rate : latency);
}

static json_t *device_row(const json_t *j, const json_t *pass)
{
	return json_pack("{s:O, s:O, s:O, s:O, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
			 json_object_get(j, "name"), "kind", json_object_get(j, "kind"), "access",
			 json_object_get(pass, "pattern"), "depth",
			 json_object_get(pass, "depth"), "iops",
			 text_take(text_value(json_object_get(pass, "iops"), "")), "rate",
			 rate_text(json_object_get(pass, "bytes_per_s")), "p50",
			 text_take(text_value(json_object_get(pass, "p50_ns"), "ns")), "p99",
			 text_take(text_value(json_object_get(pass, "p99_ns"), "ns")), "p999",
			 text_take(text_value(json_object_get(pass, "p999_ns"), "ns")), "declared",
			 declared_text(json_object_get(j, "declared")));
}

static void print_nodes(const json_t *nodes, FILE *out)
{
	cleanup_json json_t *rows = json_array();
	const json_t *j;
	size_t i;

	json_array_foreach(nodes, i, j)
		json_array_append_new(rows, node_row(j));
	listing_table(rows, node_columns, out);
}

static void print_devices(const json_t *devices, FILE *out)
{
	cleanup_json json_t *rows = json_array();
	const json_t *j, *pass;
	size_t i, k;

	json_array_foreach(devices, i, j) {
		json_array_foreach(json_object_get(j, "passes"), k, pass)
			json_array_append_new(rows, device_row(j, pass));
	}
	fputc('\n', out);
	listing_table(rows, device_columns, out);
}

void measure_print(const json_t *report, const json_t *fidelity, FILE *out)
{
	const json_t *nodes = json_object_get(report, "nodes");
	const json_t *devices = json_object_get(report, "devices");
	bool tcg = !strcmp(json_str(fidelity, "accelerator"), accel_name(ACCEL_TCG));

	print_nodes(nodes, out);
	if (json_array_size(devices))
		print_devices(devices, out);
	fprintf(out,
		"\n1 boot; %s, %s clock, %lld CPUs. Load: one of a pointer chase over the cache\n"
		"lines of so much memory, in random order. Copy: bytes copied within it. Both from\n"
		"a CPU of node 0; medians.\n",
		json_str(fidelity, "accelerator"), json_str(fidelity, "clock"),
		(long long)json_int_or(fidelity, "cpus", 0));
	if (json_array_size(devices))
		fprintf(out,
			"Devices: fio, random accesses of 4 KiB past the page cache, %d s each, in a\n"
			"part that was filled before.\n",
			FIO_SECONDS);
	if (json_array_find(devices, "kind", device_kind_names[DEVICE_ZRAM]))
		fprintf(out, "zram: %d %% of what was written compresses away.\n",
			FIO_COMPRESS_PERCENT);
	if (tcg)
		fputs("Nanoseconds under TCG are those of a translator, not of any hardware.\n", out);
	if (json_array_find(nodes, "kind", node_kind_names[NODE_CXL]))
		fputs("Each access to CXL memory is a call into QEMU's device emulation.\n", out);
}
