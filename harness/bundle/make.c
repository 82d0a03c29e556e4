/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>
#include "bundle/kernels.h"
#include "bundle/make.h"
#include "bundle/replayable.h"
#include "bundle/write.h"
#include "cell/programs.h"
#include "image/image-build.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#define KERNELS BUNDLE_REPLAY "/kernels"
#define IMAGE	 BUNDLE_REPLAY "/image/" IMAGE_FILE
#define PACKAGES BUNDLE_REPLAY "/image/" IMAGE_PACKAGES

/* A bundle being made. */
struct make {
	const struct bundle_opts *opts;
	struct replayable source;
	struct bundling b;
	struct collection members;
	bool *wanted;
	json_t *kernels, *reference, *image; /* of the manifest */
};

static void make_clear(struct make *m)
{
	vm_features_clear(&m->b.features);
	replayable_clear(&m->source);
	collection_clear(&m->members);
	free(m->wanted);
	json_decref(m->kernels);
	json_decref(m->reference);
	json_decref(m->image);
}
#define cleanup_make __attribute__((cleanup(make_clear)))

static int cells_choose(struct make *m, struct err *e)
{
	const struct result *r = m->source.result;
	const char *const *names = m->opts->cells;

	m->wanted = calloc(r->n_cells + 1, sizeof(*m->wanted));
	if (!m->wanted)
		return err_set(e, ENOMEM, "out of memory for %zu cells", r->n_cells);
	for (size_t i = 0; i < r->n_cells; i++)
		m->wanted[i] = !names;
	for (; names && *names; names++) {
		char *end;
		unsigned long n = strtoul(*names, &end, 10);

		if (*end || !n || n > r->n_cells)
			return err_set(e, EINVAL, "%s has no cell '%s', but %zu from 1 on", r->dir,
				       *names, r->n_cells);
		m->wanted[n - 1] = true;
	}
	return 0;
}

/* A cell's folder and those of its earlier attempts; one that was never begun has none. */
static int cell_collect(struct make *m, unsigned n, struct err *e)
{
	cleanup_free char *name = path_format(BUNDLE_CELLS "/%04u", n);
	int rc = 0;

	for (unsigned attempt = 0; !rc; attempt++) {
		cleanup_free char *at = attempt ? path_format("%s.attempt-%u", name, attempt)
						: path_format("%s", name);
		cleanup_free char *path = path_format("%s/%s", m->source.result->dir, at);

		if (access(path, F_OK)) {
			if (attempt)
				break;
			continue;
		}
		rc = collect_tree(&m->members, at, path, e);
	}
	return rc;
}

static int result_collect(struct make *m, struct err *e)
{
	static const char *const folders[] = { "workloads", PROGRAMS_FOLDER };
	const struct result *r = m->source.result;
	cleanup_free char *plan = path_format("%s/" BUNDLE_PLAN, r->dir);
	int rc = collect_file(&m->members, BUNDLE_PLAN, plan, e);

	for (size_t i = 0; !rc && i < ARRAY_SIZE(folders); i++) {
		cleanup_free char *path = path_format("%s/%s", r->dir, folders[i]);

		if (!access(path, F_OK))
			rc = collect_tree(&m->members, folders[i], path, e);
	}
	for (size_t i = 0; !rc && i < r->n_cells; i++)
		if (m->wanted[i])
			rc = cell_collect(m, r->cells[i].n, e);
	return rc;
}

/* The agent and the daemons must be those that the plan says. */
static int programs_check(const struct make *m, struct err *e)
{
	const struct result *r = m->source.result;
	json_t *programs = json_object_get(r->plan, "programs"), *wanted;
	const char *name;

	if (!json_str(programs, PROGRAM_AGENT))
		return err_set(e, EINVAL,
			       "%s does not hold the agent that its guests ran: the ramrig that "
			       "made it kept none, so that its cells cannot be run again as they "
			       "were; its folder can be copied as it is for analysis",
			       r->dir);
	json_object_foreach(programs, name, wanted) {
		cleanup_free char *path = path_format("%s/" PROGRAMS_FOLDER "/%s", r->dir, name);
		char hash[65];
		int rc = file_sha256(path, hash, e);

		if (rc)
			return rc;
		if (!json_is_string(wanted) || strcmp(json_string_value(wanted), hash))
			return err_set(e, ESTALE,
				       "%s is not the program that the guests ran: its SHA-256 is "
				       "%.16s, the plan says %.16s",
				       path, hash,
				       json_is_string(wanted) ? json_string_value(wanted)
							      : "nothing");
	}
	return 0;
}

/* One folder each; the reference is often one of them. */
static int kernels_collect(struct make *m, struct err *e)
{
	const struct result *r = m->source.result;
	json_t *kernels = json_object_get(r->plan, "kernels"), *j, *made;
	const json_t *reference = json_object_get(r->plan, "reference");
	const char *name;
	unsigned n = 0;

	m->kernels = json_object();
	json_object_foreach(kernels, name, j) {
		cleanup_free char *folder = path_format(KERNELS "/%u", ++n);
		bool used = json_equal(j, reference);

		for (size_t i = 0; i < r->n_cells; i++)
			used |= m->wanted[i] && !strcmp(r->cells[i].kernel, name);
		if (!used)
			continue;
		/* As the reference it is booted wherever any kernel is. */
		int rc = bundle_kernel(&m->b, json_equal(j, reference) ? NULL : name, j, folder,
				       &made, e);

		if (rc)
			return rc;
		json_object_set_new(m->kernels, name, made);
		if (json_equal(j, reference))
			m->reference = json_incref(made);
	}
	return m->reference ? 0
			    : bundle_kernel(&m->b, NULL, reference, KERNELS "/reference",
					    &m->reference, e);
}

static void say(const struct make *m, const char *line)
{
	if (m->opts->progress && m->opts->progress->say)
		m->opts->progress->say(m->opts->progress->arg, line);
}

/* The image of the result as it is here: where the plan says, else elsewhere in the cache. */
static int image_here(const struct make *m, struct image *ret, struct err *e)
{
	const json_t *image = json_object_get(m->source.result->plan, "image");
	const char *name = json_str(image, "name"), *hash = json_str(image, "hash");
	cleanup_free char *path = path_format("%s", json_str_or(image, "path", ""));
	struct err ignored;

	if (!name || !hash)
		return err_set(e, EINVAL, "the plan does not say which image it has");
	if (!image_load(dirname(path), ret, &ignored)) {
		if (!strcmp(ret->hash, hash))
			return 0;
		image_clear(ret);
	}
	return image_find(name, hash, ret, e);
}

/* What is in the image whose file is @path, where that is known: also of one that is left out. */
static int packages_collect(struct make *m, const char *path, struct err *e)
{
	cleanup_free char *copy = path_format("%s", path);
	cleanup_free char *packages = path_format("%s/" IMAGE_PACKAGES, dirname(copy));

	return access(packages, F_OK) ? 0 : collect_file(&m->members, PACKAGES, packages, e);
}

/* One that came in a bundle has been held against its SHA-256 as it was unpacked. */
static int image_bundled(struct make *m, const json_t *bundled, struct err *e)
{
	cleanup_free char *path =
		path_format("%s/%s", m->source.result->dir, json_str(bundled, "file"));
	int rc = packages_collect(m, path, e);

	if (!rc && m->opts->image)
		rc = collect_file(&m->members, IMAGE, path, e);
	m->image = json_deep_copy(bundled);
	if (!m->opts->image)
		json_object_set_new(m->image, "file", json_null());
	return rc;
}

static int image_collect(struct make *m, struct err *e)
{
	const json_t *bundled = json_object_get(m->source.manifest, "image");
	cleanup_collection struct collection alone;
	struct image image = { 0 };

	collection_init(&alone, m->source.result->dir);
	if (json_str(bundled, "file"))
		return image_bundled(m, bundled, e);
	int rc = image_here(m, &image, e);

	if (rc)
		return rc;
	say(m, "reading the image");
	rc = collect_file(m->opts->image ? &m->members : &alone, IMAGE, image.path, e);
	if (!rc) {
		const json_t *list = m->opts->image ? m->members.members : alone.members;
		const json_t *member = json_array_get(list, json_array_size(list) - 1);

		m->image = json_pack("{s:s, s:s, s:O, s:O, s:s?}", "name", image.name, "hash",
				     image.hash, "bytes", json_object_get(member, "bytes"),
				     "sha256", json_object_get(member, "sha256"), "file",
				     m->opts->image ? IMAGE : NULL);
	}
	if (!rc)
		rc = packages_collect(m, image.path, e);
	image_clear(&image);
	return rc;
}

/* What a cell's guest found in its initramfs must come out again, byte by byte. */
static int initramfs_check(struct make *m, const struct result_cell *c, const char *tmp,
			   json_t *seen, struct err *e)
{
	const char *then = json_str(c->doc, "initramfs");
	cleanup_free char *key =
		path_format("%s/%s/%s/%s", c->kernel, c->topology, c->workload, c->arm);
	const char *now = json_str(seen, key);
	struct bundling_cell bc;

	if (!then)
		return 0;
	if (!now) {
		struct initrd i = { 0 };
		int rc = bundling_cell_set(&m->b, c, NULL, &bc, e);

		if (rc)
			return rc;
		rc = initrd_write(&bc.opts, tmp, &i, e);
		bundling_cell_clear(&bc);
		if (rc)
			return rc;
		json_object_set_new(seen, key, json_string(i.hash));
		initrd_clear(&i);
		now = json_str(seen, key);
	}
	return !strcmp(then, now)
		       ? 0
		       : err_set(e, ESTALE,
				 "the initramfs of cell %u cannot be made again (SHA-256 then "
				 "%.16s, now %.16s): the modules of kernel %s, or files below "
				 "workloads/, are not what they were",
				 c->n, then, now, c->kernel);
}

static int initramfs_check_all(struct make *m, struct err *e)
{
	cleanup_free char *tmp = path_format("%s/ramrig-initrd-XXXXXX", dir_of_temporaries());
	cleanup_json json_t *seen = json_object();
	cleanup_close int fd = mkstemp(tmp);
	int rc = fd < 0 ? err_set(e, errno, "cannot create %s: %m", tmp) : 0;

	for (size_t i = 0; !rc && i < m->source.result->n_cells; i++)
		if (m->wanted[i])
			rc = initramfs_check(m, &m->source.result->cells[i], tmp, seen, e);
	unlink(tmp);
	return rc;
}

/* "ran_on" and "cells" of the manifest. */
static void cells_describe(const struct make *m, json_t *ran_on, json_t *cells)
{
	const struct result *r = m->source.result;

	for (size_t i = 0; i < r->n_cells; i++) {
		const json_t *doc = r->cells[i].doc, *versions = json_object_get(doc, "versions");
		const json_t *host = json_object_get(doc, "host");

		if (!m->wanted[i] || !doc)
			continue;
		json_array_append_new(cells, json_integer(r->cells[i].n));
		cleanup_json json_t *one = json_array();

		json_array_append_new(
			one,
			json_pack("{s:O*, s:O*, s:O*, s:O*, s:O*, s:O*, s:O*}", "ramrig",
				  json_object_get(versions, "ramrig"), "qemu",
				  json_object_get(versions, "qemu"), "libvirt",
				  json_object_get(versions, "libvirt"), "accelerator",
				  json_object_get(json_object_get(doc, "fidelity"), "accelerator"),
				  "cpus", json_object_get(host, "cpus"), "memory_bytes",
				  json_object_get(host, "memory_bytes"), "kernel",
				  json_object_get(host, "kernel")));
		json_strings_merge(ran_on, one);
	}
}

static json_t *manifest_make(const struct make *m)
{
	const json_t *plan = m->source.result->plan;
	cleanup_json json_t *ran_on = json_array(), *cells = json_array();

	cells_describe(m, ran_on, cells);
	return json_pack("{s:i, s:s, s:s, s:s, s:O, s:O, s:O, s:O, s:O, s:O}", "schema",
			 BUNDLE_SCHEMA, "ramrig", RAMRIG_VERSION, "experiment",
			 json_str(plan, "experiment"), "created", json_str_or(plan, "created", ""),
			 "cells", cells, "ran_on", ran_on, "kernels", m->kernels, "reference",
			 m->reference, "image", m->image, "members", m->members.members);
}

static int make_collect(struct make *m, struct err *e)
{
	int rc = cells_choose(m, e);

	m->b = (struct bundling){
		.result = m->source.result,
		.wanted = m->wanted,
		.vmlinux = m->opts->vmlinux,
		.progress = m->opts->progress,
		.into = &m->members,
	};
	if (!rc)
		rc = programs_check(m, e);
	if (!rc)
		rc = result_collect(m, e);
	if (!rc)
		rc = kernels_collect(m, e);
	if (!rc)
		rc = initramfs_check_all(m, e);
	if (!rc)
		rc = image_collect(m, e);
	return rc ? rc : collection_sort(&m->members, e);
}

int bundle_make(const struct bundle_opts *o, json_t **ret, struct err *e)
{
	cleanup_make struct make m = { .opts = o };
	cleanup_json json_t *manifest = NULL;
	int rc = replayable_open(o->result, &m.source, e);

	if (rc)
		return rc;
	collection_init(&m.members, m.source.result->dir);
	rc = make_collect(&m, e);
	if (rc)
		return rc;
	manifest = manifest_make(&m);
	if (!manifest)
		return err_set(e, ENOMEM, "out of memory for the manifest of %s", o->path);
	say(&m, "writing the bundle");
	rc = bundle_write(o->path, manifest, m.members.sources, e);
	if (!rc)
		*ret = take_ptr(manifest);
	return rc;
}
