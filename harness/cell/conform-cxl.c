/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include "cell/conform-parts.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define ZONE_MAX 16	/* bytes of a zone's name */

/*
 * `cxl list` groups what it lists only where there is more than one kind:
 * [{"memdevs": [...]}, {"regions": [...]}], else [{"memdev": ...}, ...].
 */
static json_t *objects_of(const json_t *doc, const char *group, const char *key)
{
	json_t *found = json_array(), *item, *inner;
	size_t i, k;

	json_array_foreach(doc, i, item) {
		if (json_str(item, key))
			json_array_append(found, item);
		json_array_foreach(json_object_get(item, group), k, inner)
			if (json_str(inner, key))
				json_array_append(found, inner);
	}
	return found;
}

void conform_cxl_parse(struct conform *c)
{
	cleanup_json json_t *doc = c->seen->cxl ? json_loads(c->seen->cxl, JSON_REJECT_DUPLICATES, NULL)
						: NULL;

	c->memdevs = objects_of(doc, "memdevs", "memdev");
	c->regions = objects_of(doc, "regions", "region");
}

static const json_t *memdev_find(const struct conform *c, size_t node, unsigned expander)
{
	const json_t *m;
	size_t i;

	json_array_foreach(c->memdevs, i, m)
		if (json_int_or(m, "serial", -1) == (json_int_t)CXL_SERIAL(node, expander))
			return m;
	return NULL;
}

static uint64_t bytes_of(const json_t *j, const char *key)
{
	json_int_t v = json_int_or(j, key, 0);

	return v > 0 ? (uint64_t)v : 0;
}

bool conform_cxl_persistent(const struct conform *c, size_t i)
{
	return bytes_of(memdev_find(c, i, 0), "pmem_size");
}

static uint64_t expander_bytes(const struct conform *c, size_t node, unsigned expander)
{
	const json_t *m = memdev_find(c, node, expander);

	return bytes_of(m, "pmem_size") + bytes_of(m, "ram_size");
}

/* "2 of 256 MiB", or where they are not alike "256 MiB, nothing"; NULL where there is none. */
static char *expanders_text(const struct conform *c, size_t i)
{
	unsigned n = c->t->nodes[i].expanders;
	uint64_t first = expander_bytes(c, i, 0);
	bool alike = true, any = false;
	char *text = NULL;

	for (unsigned k = 0; k < n; k++) {
		cleanup_free char *before = text;
		uint64_t bytes = expander_bytes(c, i, k);
		cleanup_free char *size = bytes ? conform_size(bytes) : path_format("nothing");

		alike &= bytes == first;
		any |= bytes > 0;
		text = path_format("%s%s%s", before ? before : "", before ? ", " : "", size);
	}
	if (any && !alike)
		return text;
	free(text);
	cleanup_free char *size = conform_size(first);

	return any ? path_format("%u of %s", n, size) : NULL;
}

static void compare_expanders(struct conform *c, size_t i)
{
	static const char *const media[] = {
		[MEDIA_AUTO] = "", [MEDIA_PERSISTENT] = ", persistent", [MEDIA_VOLATILE] = ", volatile",
	};
	const struct topology_node *n = &c->t->nodes[i];
	enum cxl_media found = conform_cxl_persistent(c, i) ? MEDIA_PERSISTENT : MEDIA_VOLATILE;
	cleanup_free char *what = path_format("CXL expanders of node %zu", i);
	cleanup_free char *size = conform_size(n->bytes / n->expanders);
	cleanup_free char *declared = path_format("%u of %s%s", n->expanders, size, media[n->media]);
	cleanup_free char *text = expanders_text(c, i);
	cleanup_free char *seen = text ? path_format("%s%s", text, n->media ? media[found] : "") : NULL;

	conform_add(c, what, declared, seen, seen && !strcmp(seen, declared));
}

static bool is_of_node(const struct conform *c, size_t i, const char *memdev)
{
	for (unsigned k = 0; memdev && k < c->t->nodes[i].expanders; k++) {
		const char *name = json_str(memdev_find(c, i, k), "memdev");

		if (name && !strcmp(name, memdev))
			return true;
	}
	return false;
}

/* How many of the region's memdevs are expanders of node @i, and how many are not. */
static void region_count(const struct conform *c, const json_t *region, size_t i, unsigned *ret_own,
			 unsigned *ret_others)
{
	const json_t *m;
	size_t k;

	*ret_own = *ret_others = 0;
	json_array_foreach(json_object_get(region, "mappings"), k, m)
		*(is_of_node(c, i, json_str(m, "memdev")) ? ret_own : ret_others) += 1;
}

static const json_t *region_find(const struct conform *c, size_t i)
{
	const json_t *region;
	size_t k;

	json_array_foreach(c->regions, k, region) {
		unsigned own, others;

		region_count(c, region, i, &own, &others);
		if (own)
			return region;
	}
	return NULL;
}

static void compare_region(struct conform *c, size_t i)
{
	const struct topology_node *n = &c->t->nodes[i];
	const json_t *region = region_find(c, i);
	cleanup_free char *what = path_format("CXL region of node %zu", i);
	cleanup_free char *bytes = conform_size(n->bytes);
	cleanup_free char *declared = path_format("%u-way, %s", n->expanders, bytes);
	unsigned own, others;

	if (!region) {
		conform_add(c, what, declared, NULL, false);
		return;
	}
	const char *state = json_str(region, "decode_state");
	bool decodes = state && !strcmp(state, "commit");
	cleanup_free char *size = conform_size(bytes_of(region, "size"));

	region_count(c, region, i, &own, &others);
	cleanup_free char *seen = path_format("%" JSON_INTEGER_FORMAT "-way, %s%s%s%s",
					      json_int_or(region, "interleave_ways", 0), size,
					      others ? ", over other expanders, too" : "",
					      decodes ? "" : ", decoders in state ",
					      decodes ? "" : state ? state : "nothing");
	conform_add(c, what, declared, seen, !strcmp(seen, declared) && own == n->expanders);
}

/* "Node 1, zone  Movable" */
static bool is_zone(const char *line, uint64_t *ret_node, char *ret_name)
{
	const char *node = line + strlen("Node ");

	if (strncmp(line, "Node ", strlen("Node ")))
		return false;
	size_t digits = strspn(node, "0123456789");
	cleanup_free char *number = path_format("%.*s", (int)digits, node);

	if (!conform_number(number, ret_node) || sscanf(node + digits, ", zone %15s", ret_name) != 1)
		*ret_node = UINT64_MAX;	/* what follows is of no zone */
	return true;
}

/* The zones of node @i that have pages present: "Movable", or several with ", ". NULL: none. */
static char *zones_of(const char *zoneinfo, size_t i)
{
	char name[ZONE_MAX] = "", *zones = NULL;
	uint64_t node = UINT64_MAX, pages;

	while (zoneinfo && *zoneinfo) {
		cleanup_free char *line = conform_line(zoneinfo);
		const char *word = line + strspn(line, " ");

		zoneinfo += strlen(line) + (zoneinfo[strlen(line)] == '\n');
		if (is_zone(line, &node, name) || node != i ||
		    strncmp(word, "present ", strlen("present ")))
			continue;
		word += strlen("present ");
		if (!conform_number(word + strspn(word, " "), &pages) || !pages)
			continue;
		cleanup_free char *before = zones;

		zones = path_format("%s%s%s", before ? before : "", before ? ", " : "", name);
	}
	return zones;
}

static void compare_zone(struct conform *c, size_t i)
{
	cleanup_free char *what = path_format("zone of node %zu", i);
	cleanup_free char *zones = zones_of(conform_file(c, "/proc/zoneinfo"), i);

	conform_add(c, what, "Movable", zones, zones && !strcmp(zones, "Movable"));
}

void conform_cxl(struct conform *c)
{
	for (size_t i = 0; i < c->t->n_nodes; i++) {
		if (c->t->nodes[i].kind != NODE_CXL)
			continue;
		compare_expanders(c, i);
		compare_region(c, i);
		compare_zone(c, i);
	}
}
