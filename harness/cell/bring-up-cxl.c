/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/bring-up-parts.h"
#include "cell/guest-admin.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"

#define CXL "/sys/bus/cxl/devices"
#define DAX "/sys/bus/dax/devices"
#define DIGITS "0123456789"
#define STEP_MS 20
#define REGION_ARGS 11		/* of cxl create-region, before the names of expanders */
#define NAME_SIZE 32		/* of a device: "mem3", "dax12.0" */

int bring_up_cxl_begin(struct guest *g, struct err *e)
{
	return guest_write(g, "/sys/devices/system/memory/auto_online_blocks", "offline", e);
}

/* The names in the folder @path; an empty list where there is no such folder. */
static int names_in(struct guest *g, const char *path, json_t **ret, struct err *e)
{
	cleanup_json json_t *listing = NULL;
	int rc = guest_call(g, "read", json_pack("{s:s}", "path", path), &listing, e);

	if (rc && rc != -ENOENT)
		return rc;
	const json_t *names = json_object_get(listing, "entries");
	*ret = json_is_array(names) ? json_incref((json_t *)names) : json_array();
	return 0;
}

/* Whether @name is @prefix, a number, and nothing more: all else is no device of that kind. */
static bool is_numbered(const char *name, const char *prefix)
{
	size_t n = strlen(prefix), digits;

	if (!name || strncmp(name, prefix, n))
		return false;
	digits = strspn(name + n, DIGITS);
	return digits && !name[n + digits] && n + digits < NAME_SIZE;
}

/* "dax0.1" to the letter: sscanf() would take signs and blanks. */
static bool is_dax(const char *name)
{
	size_t head = strlen("dax"), region, device;

	if (!name || strncmp(name, "dax", head))
		return false;
	region = strspn(name + head, DIGITS);
	name += head + region;
	device = *name == '.' ? strspn(name + 1, DIGITS) : 0;
	return region && device && !name[1 + device] && head + region + 1 + device < NAME_SIZE;
}

static int number_in(struct guest *g, const char *device, const char *file, uint64_t *ret,
		     struct err *e)
{
	cleanup_free char *path = path_format(CXL "/%s/%s", device, file);
	cleanup_free char *text = NULL;
	int rc = guest_read(g, path, &text, e);

	if (!rc)
		*ret = strtoull(text, NULL, 0);
	return rc;
}

/* The expanders of a node, by what the guest calls them; "" until they are there. */
struct expanders {
	unsigned wanted;
	char name[CXL_EXPANDERS_MAX][NAME_SIZE];
};

static int expander_note(struct guest *g, const char *name, size_t node, struct expanders *x,
			 struct err *e)
{
	uint64_t serial;
	int rc = number_in(g, name, "serial", &serial, e);

	for (unsigned k = 0; !rc && k < x->wanted; k++)
		if (serial == CXL_SERIAL(node, k))
			snprintf(x->name[k], NAME_SIZE, "%s", name);
	return rc;
}

/*
 * One look at what drivers have brought up so far. The kernel can use an
 * expander once it has an endpoint: *ret_endpoints are those of all nodes. Each
 * name costs a question, and how many there are is the guest's to say.
 */
static int expanders_look(struct guest *g, size_t node, struct expanders *x,
			  int64_t deadline_ms, unsigned *ret_endpoints, struct err *e)
{
	cleanup_json json_t *names = NULL;
	const json_t *entry;
	size_t i;
	int rc = names_in(g, CXL, &names, e);

	*ret_endpoints = 0;
	json_array_foreach(names, i, entry) {
		const char *name = json_string_value(entry);

		*ret_endpoints += is_numbered(name, "endpoint");
		if (!rc && is_numbered(name, "mem") && clock_left_ms(deadline_ms))
			rc = expander_note(g, name, node, x, e);
	}
	return rc;
}

static unsigned expanders_of_all(const struct topology *t)
{
	unsigned n = 0;

	for (size_t i = 0; i < t->n_nodes; i++)
		n += t->nodes[i].expanders;
	return n;
}

static unsigned expanders_missing(const struct expanders *x)
{
	unsigned n = 0;

	for (unsigned k = 0; k < x->wanted; k++)
		n += !*x->name[k];
	return n;
}

static int expanders_wait(struct guest *g, const struct topology *t, size_t node,
			  struct expanders *x, struct err *e)
{
	int64_t deadline = clock_now_ms() + g->verb_ms;
	unsigned all = expanders_of_all(t), endpoints;

	for (;;) {
		int rc = expanders_look(g, node, x, deadline, &endpoints, e);

		if (rc || (!expanders_missing(x) && endpoints >= all))
			return rc;
		if (!clock_left_ms(deadline))
			return err_set(e, ENODEV, "%u of its %u expanders did not appear; the kernel has "
				       "%u of %u CXL endpoints", expanders_missing(x), x->wanted,
				       endpoints, all);
		rc = link_wait(g->link, clock_now_ms() + STEP_MS, e);
		if (rc)
			return rc;
	}
}

static int region_create(struct guest *g, unsigned window, const char *type,
			 const struct expanders *x, struct err *e)
{
	cleanup_free char *decoder = path_format("decoder0.%u", window);
	cleanup_free char *ways = path_format("%u", x->wanted);
	cleanup_free char *granularity = path_format("%d", CXL_GRANULARITY);
	const char *argv[REGION_ARGS + CXL_EXPANDERS_MAX + 1] = {
		"cxl", "create-region", "-m", "-t", type, "-d", decoder, "-w", ways, "-g",
		granularity,
	};

	for (unsigned k = 0; k < x->wanted; k++)
		argv[REGION_ARGS + k] = x->name[k];
	return guest_run(g, argv, NULL, e);
}

/* The tools print one JSON value, and remarks around it. */
static json_t *json_in(const char *output)
{
	for (const char *line = output; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (*line == '{' || *line == '[')
			return json_loads(line, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK,
					  NULL);
	}
	return NULL;
}

int cxl_dax_of_namespace(const char *output, char **ret, struct err *e)
{
	cleanup_json json_t *namespace = json_in(output);
	const json_t *devices = json_object_get(json_object_get(namespace, "daxregion"), "devices");
	const char *name = json_str(json_array_get(devices, 0), "chardev");

	if (!is_dax(name))
		return err_set(e, EIO, "ndctl named no dax device of its new namespace: %.200s",
			       output);
	*ret = path_format("%s", name);
	return 0;
}

/* A persistent region is memory by way of a namespace, which has the dax device. */
static int persistent_dax(struct guest *g, char **ret, struct err *e)
{
	const char *argv[] = { "ndctl", "create-namespace", "-m", "devdax", "--map=mem", NULL };
	cleanup_free char *output = NULL;
	int rc = guest_run(g, argv, &output, e);

	return rc ? rc : cxl_dax_of_namespace(output, ret, e);
}

/* A name in @now that is not in @before. */
static const char *name_new(const json_t *before, const json_t *now)
{
	const json_t *name, *old;
	size_t i, k;

	json_array_foreach(now, i, name) {
		bool is_old = false;

		json_array_foreach(before, k, old)
			is_old |= json_equal(name, old);
		if (!is_old && is_dax(json_string_value(name)))
			return json_string_value(name);
	}
	return NULL;
}

/* A volatile region has its dax device at once, or soon. */
static int volatile_dax(struct guest *g, const json_t *before, char **ret, struct err *e)
{
	int64_t deadline = clock_now_ms() + g->verb_ms;

	for (;;) {
		cleanup_json json_t *now = NULL;
		int rc = names_in(g, DAX, &now, e);
		const char *name = name_new(before, now);

		if (rc)
			return rc;
		if (name) {
			*ret = path_format("%s", name);
			return 0;
		}
		if (!clock_left_ms(deadline))
			return err_set(e, ENODEV, "no dax device of its region appeared");
		rc = link_wait(g->link, clock_now_ms() + STEP_MS, e);
		if (rc)
			return rc;
	}
}

static int region_up(struct guest *g, unsigned window, const struct expanders *x, char **ret_dax,
		     struct err *e)
{
	cleanup_json json_t *before = NULL;
	uint64_t persistent_bytes;
	int rc = number_in(g, x->name[0], "pmem/size", &persistent_bytes, e);

	if (!rc)
		rc = names_in(g, DAX, &before, e);
	if (!rc)
		rc = region_create(g, window, persistent_bytes ? "pmem" : "ram", x, e);
	if (rc)
		return rc;
	return persistent_bytes ? persistent_dax(g, ret_dax, e)
				: volatile_dax(g, before, ret_dax, e);
}

/* Root decoders are numbered as the host's windows are, one a CXL node. */
static unsigned window_of(const struct topology *t, size_t i)
{
	unsigned n = 0;

	while (i-- > 0)
		n += t->nodes[i].kind == NODE_CXL;
	return n;
}

/*
 * What daxctl reconfigure-device does, which wants kmem to be a module. A
 * volatile region's device has that driver already; its blocks are offline, too.
 */
static const char dax_to_memory[] =
	"set -e\n"
	"drivers=/sys/bus/dax/drivers\n"
	"if [ ! -e $drivers/kmem/$1 ]; then\n"
	"	[ ! -e $drivers/device_dax/$1 ] || echo $1 >$drivers/device_dax/unbind\n"
	"	echo $1 >$drivers/kmem/new_id\n"
	"fi\n"
	"read node </sys/bus/dax/devices/$1/target_node\n"
	"for block in /sys/devices/system/node/node$node/memory[0-9]*; do\n"
	"	read state <$block/state\n"
	"	[ $state = online ] || echo online_movable >$block/state\n"
	"done\n";

int bring_up_cxl_node(struct guest *g, const struct topology *t, size_t i, struct err *e)
{
	struct expanders x = { .wanted = t->nodes[i].expanders };
	cleanup_free char *dax = NULL;
	int rc = expanders_wait(g, t, i, &x, e);

	if (!rc)
		rc = region_up(g, window_of(t, i), &x, &dax, e);
	if (rc)
		return rc;
	const char *argv[] = { "sh", "-c", dax_to_memory, "dax-to-memory", dax, NULL };

	return guest_run(g, argv, NULL, e);
}
