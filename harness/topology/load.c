/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "topology/load.h"

void site_clear(struct site *s)
{
	vm_features_clear(&s->features);
	*s = (struct site){ 0 };
}

/* QEMU's features, or NULL where it is not here or does not answer. */
static const struct vm_features *site_features(struct site *s)
{
	struct err ignored;

	if (!s->qemu_asked)
		s->qemu_answered = !vm_features_probe(&s->features, &ignored);
	s->qemu_asked = true;
	return s->qemu_answered ? &s->features : NULL;
}

static int site_admit(const struct topology *t, const struct topology_wish *w, char *pointer,
		      struct err *e)
{
	bool asks = topology_features(t) || w->clock == CLOCK_VIRTUAL;
	struct site *s = w->site;

	if (!s)
		return topology_admit(t, w->clock, NULL, NULL, pointer, e);
	if (!s->host_known) {
		int rc = host_memory_read("", &s->host, e);
		if (rc)
			return rc;
		s->host_known = true;
	}
	return topology_admit(t, w->clock, &s->host, asks ? site_features(s) : NULL, pointer, e);
}

static bool site_fits(const struct topology *t, const void *arg)
{
	struct err ignored;

	return !site_admit(t, arg, NULL, &ignored);
}

/* Says why the host cannot give the topology of @spec, and where that stands. */
static int admission_refuse(const struct search *s, const struct spec *spec,
			    const struct topology_wish *w, const char *pointer, struct err *e)
{
	cleanup_free char *others = e->code == EOPNOTSUPP ?
		topology_names(s, w->scale, site_fits, w) : NULL;

	if (!others)
		return spec_error(spec, pointer, e, "%s", e->msg);
	return spec_error(spec, pointer, e, "%s; %s would work here", e->msg, others);
}

int topology_load(const struct search *s, const char *path, const struct topology_wish *w,
		  json_t **ret, struct err *e)
{
	cleanup_spec struct spec *spec = NULL;
	char pointer[POINTER_SIZE] = "";
	struct topology t;

	int rc = spec_load(SPEC_TOPOLOGY, path, &spec, e);
	if (rc)
		return rc;
	cleanup_json json_t *doc = json_deep_copy(spec_doc(spec));
	if (!doc)
		return err_set(e, ENOMEM, "out of memory for %s", path);

	topology_scale(doc, w->scale);
	if (topology_read(doc, &t, pointer, e))
		return spec_error(spec, pointer, e, "%s", e->msg);
	if (site_admit(&t, w, pointer, e))
		return admission_refuse(s, spec, w, pointer, e);
	*ret = take_ptr(doc);
	return 0;
}

/* Adds @name behind the names in *@list, which it grows. */
static void name_append(char **list, const char *name, bool last)
{
	char *longer = *list ? path_format("%s%s%s", *list, last ? " and " : ", ", name) :
			       path_format("%s", name);

	free(*list);
	*list = longer;
}

char *topology_names(const struct search *s, unsigned scale,
		     bool (*fits)(const struct topology *t, const void *arg), const void *arg)
{
	const struct topology_wish w = { .scale = scale };
	cleanup_json json_t *names = search_list(s, SPEC_TOPOLOGY), *good = json_array();
	const json_t *name;
	char *list = NULL;
	size_t i;

	json_array_foreach(names, i, name) {
		cleanup_free char *path = NULL;
		cleanup_json json_t *doc = NULL;
		struct topology t;
		struct err ignored;

		if (!search_find(s, SPEC_TOPOLOGY, json_string_value(name), &path, &ignored) &&
		    !topology_load(s, path, &w, &doc, &ignored) &&
		    !topology_read(doc, &t, NULL, &ignored) && fits(&t, arg))
			json_array_append(good, (json_t *)name);
	}
	json_array_foreach(good, i, name)
		name_append(&list, json_string_value(name), i + 1 == json_array_size(good));
	return list;
}

int topology_scale_check(int scale, struct err *e)
{
	if (scale >= 1 && scale <= TOPOLOGY_SCALE_MAX)
		return 0;
	return err_set(e, EINVAL, "--scale %d is not from 1 to %d", scale, TOPOLOGY_SCALE_MAX);
}
