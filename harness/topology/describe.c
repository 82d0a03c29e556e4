/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "cell/fidelity.h"
#include "cell/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/quantity.h"
#include "topology/draw.h"

/* Appends to the text *@text, which is freed, behind a comma where it has some already. */
static __attribute__((format(printf, 2, 3))) void list(char **text, const char *fmt, ...)
{
	cleanup_free char *old = *text, *more = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&more, fmt, ap) < 0)
		abort();
	va_end(ap);
	*text = old ? path_format("%s, %s", old, more) : path_format("%s", more);
}

static char *or_empty(char *text)
{
	return text ? text : path_format("%s", "");
}

char *topology_nodes_text(const struct topology *t)
{
	char size[QUANTITY_TEXT], *text = NULL;

	for (size_t i = 0; i < t->n_nodes; i++)
		list(&text, "%s %s",
		     quantity_show(QUANTITY_SIZE, t->nodes[i].bytes, size, sizeof(size)),
		     node_kind_names[t->nodes[i].kind]);
	return or_empty(text);
}

char *topology_devices_text(const struct topology *t)
{
	char size[QUANTITY_TEXT], *text = NULL;

	for (size_t i = 0; i < t->n_devices; i++)
		list(&text, "%s %s",
		     quantity_show(QUANTITY_SIZE, t->devices[i].bytes, size, sizeof(size)),
		     device_kind_names[t->devices[i].kind]);
	return or_empty(text);
}

char *topology_device_text(const struct topology_device *d)
{
	char q[QUANTITY_TEXT], *text = NULL;

	if (d->algorithm)
		list(&text, "%s", d->algorithm);
	if (d->memory_limit)
		list(&text, "at most %s of memory",
		     quantity_show(QUANTITY_SIZE, d->memory_limit, q, sizeof(q)));
	if (d->backing)
		list(&text, "writes back to %s", d->backing->name);
	if (d->iops)
		list(&text, "%" PRIu64 " IOPS", d->iops);
	if (d->iops_burst)
		list(&text, "%" PRIu64 " IOPS in bursts", d->iops_burst);
	if (d->bandwidth)
		list(&text, "%s", quantity_show(QUANTITY_BANDWIDTH, d->bandwidth, q, sizeof(q)));
	if (d->bandwidth_burst)
		list(&text, "%s in bursts",
		     quantity_show(QUANTITY_BANDWIDTH, d->bandwidth_burst, q, sizeof(q)));
	if (d->latency_ns)
		list(&text, "%s", quantity_show(QUANTITY_LATENCY, d->latency_ns, q, sizeof(q)));
	if (d->is_backing)
		list(&text, "no swap device itself");
	return or_empty(text);
}

/* "dram: not-modelled" without its kind. */
static char *words_only(char *text)
{
	cleanup_free char *whole = text;
	const char *colon = strchr(whole, ':');

	return path_format("%s", colon ? colon + strspn(colon, ": ") : whole);
}

char *topology_node_slow(const struct topology *t, size_t i, enum accel accel)
{
	return words_only(fidelity_node(&t->nodes[i], accel));
}

char *topology_device_slow(const struct topology_device *d, enum accel accel)
{
	return words_only(fidelity_device(d, accel));
}

static json_t *slowness(char *kvm, char *tcg)
{
	json_t *j = json_pack("{s:s, s:s}", "kvm", kvm, "tcg", tcg);

	free(kvm);
	free(tcg);
	return j;
}

static json_t *number_or_null(uint64_t v)
{
	return v ? json_integer((json_int_t)v) : json_null();
}

static json_t *distances(const struct topology *t, size_t from)
{
	json_t *list_of = json_array();

	for (size_t to = 0; to < t->n_nodes; to++)
		json_array_append_new(list_of, json_integer(topology_distance(t, from, to)));
	return list_of;
}

static json_t *targets(const struct topology *t, size_t from)
{
	unsigned mask = topology_demotion_targets(t, from);
	json_t *list_of = json_array();

	for (unsigned to = 0; to < TOPOLOGY_NODES_MAX; to++)
		if (mask >> to & 1)
			json_array_append_new(list_of, json_integer(to));
	return list_of;
}

static json_t *describe_node(const struct topology *t, size_t i, const struct draw_opts *o)
{
	static const char *const media[] = { "auto", "persistent", "volatile" };
	const struct topology_node *n = &t->nodes[i];
	enum cxl_media m = o->features ? domain_cxl_media(n, o->features) : n->media;
	json_t *j = json_pack("{s:i, s:s, s:I, s:o, s:o, s:i, s:o, s:i, s:o, s:o}", "node", (int)i,
			      "kind", node_kind_names[n->kind], "bytes", (json_int_t)n->bytes,
			      "latency_ns", number_or_null(n->latency_ns), "bandwidth",
			      number_or_null(n->bandwidth), "cpus",
			      (int)topology_node_cpus(t, i, guest_cpus(t, o->clock)), "distances",
			      distances(t, i), "tier", (int)topology_tier(t, i), "demotes_to",
			      targets(t, i), "fidelity",
			      slowness(topology_node_slow(t, i, ACCEL_KVM),
				       topology_node_slow(t, i, ACCEL_TCG)));

	if (n->kind == NODE_CXL)
		json_object_set_new(j, "cxl",
				    json_pack("{s:i, s:b, s:s}", "expanders", (int)n->expanders,
					      "switch", n->behind_switch, "media", media[m]));
	return j;
}

static json_t *describe_device(const struct topology_device *d)
{
	return json_pack("{s:s, s:s, s:I, s:s?, s:o, s:s?, s:o, s:o, s:o, s:o, s:o, s:b, s:o}",
			 "name", d->name, "kind", device_kind_names[d->kind], "bytes",
			 (json_int_t)d->bytes, "algorithm", d->algorithm, "memory_limit",
			 number_or_null(d->memory_limit), "backing",
			 d->backing ? d->backing->name : NULL, "iops", number_or_null(d->iops),
			 "iops_burst", number_or_null(d->iops_burst), "bandwidth",
			 number_or_null(d->bandwidth), "bandwidth_burst",
			 number_or_null(d->bandwidth_burst), "latency_ns",
			 number_or_null(d->latency_ns), "swap", !d->is_backing, "fidelity",
			 slowness(topology_device_slow(d, ACCEL_KVM),
				  topology_device_slow(d, ACCEL_TCG)));
}

json_t *topology_describe(const struct topology *t, const struct draw_opts *o)
{
	json_t *nodes = json_array(), *devices = json_array();

	for (size_t i = 0; i < t->n_nodes; i++)
		json_array_append_new(nodes, describe_node(t, i, o));
	for (size_t i = 0; i < t->n_devices; i++)
		json_array_append_new(devices, describe_device(&t->devices[i]));
	return json_pack("{s:s, s:s, s:s, s:i, s:o, s:o, s:s}", "topology", t->name, "summary",
			 o->summary, "clock", o->clock == CLOCK_VIRTUAL ? "virtual" : "host", "cpus",
			 (int)guest_cpus(t, o->clock), "nodes", nodes, "devices", devices, "disk",
			 t->disk == DISK_NVME ? "nvme" : "virtio");
}
