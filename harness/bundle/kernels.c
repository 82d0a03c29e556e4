/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bundle/kernels.h"
#include "image/kernel-config.h"
#include "image/kernel-source-recipe.h"
#include "image/kernel-unpack.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"
#include "topology/admit.h"

static inline void cleanup_closedirp(DIR **d)
{
	if (*d)
		closedir(*d);
}
#define cleanup_closedir __attribute__((cleanup(cleanup_closedirp)))

int bundling_cell_set(struct bundling *b, const struct result_cell *c, const json_t *kernel,
		      struct bundling_cell *ret, struct err *e)
{
	const json_t *plan = b->result->plan;
	const json_t *topology = json_object_get(json_object_get(plan, "topologies"), c->topology);
	struct bundling_cell bc = { 0 };
	int rc = topology_read(topology, &bc.topology, NULL, e);

	if (!kernel)
		kernel = json_object_get(json_object_get(plan, "kernels"), c->kernel);
	if (!rc && topology_features(&bc.topology) && !b->features.qemu)
		rc = vm_features_probe(&b->features, e);
	if (!rc)
		rc = kernel_from_json(kernel, &bc.kernel, e);
	if (rc)
		return err_prefix(e, "cell %u: ", c->n);
	bc.opts = (struct initrd_opts){
		.plan = plan,
		.dir = b->result->dir,
		.cell = json_array_get(json_object_get(plan, "cells"), c->n - 1),
		.features = b->features.qemu ? &b->features : NULL,
		.sweeps = json_is_true(
			json_object_get(json_object_get(c->doc, "fidelity"), "sweeper")),
	};
	*ret = bc;
	ret->opts.kernel = &ret->kernel;
	ret->opts.topology = &ret->topology;
	return 0;
}

void bundling_cell_clear(struct bundling_cell *c)
{
	kernel_clear(&c->kernel);
}

/* What would make the file that is not there, or not the same, as far as that can be told. */
static int gone(const struct kernel *k, int code, const char *what, struct err *e)
{
	cleanup_free char *how =
		k->vmlinux   ? path_format("`ramrig kernel build %s` builds it again", k->name)
		: k->package ? path_format("`ramrig kernel fetch %s` fetches the newest, which may "
					   "be another than %s %s",
					   k->name, k->package, k->version)
			     : path_format("put it back");

	return err_set(e, code,
		       "the kernel %s of the result %s: %s; only the same kernel will do (SHA-256 "
		       "of its bzImage %.16s)",
		       k->name, what, how, k->hash);
}

static int bzimage_check(const struct kernel *k, struct err *e)
{
	cleanup_free char *missing = path_format("is not at %.200s any more", k->bzimage);
	char hash[65];

	if (access(k->bzimage, R_OK))
		return gone(k, ENOENT, missing, e);
	int rc = file_sha256(k->bzimage, hash, e);

	if (rc)
		return rc;
	cleanup_free char *other =
		path_format("is not what lies at %.200s now (%.16s)", k->bzimage, hash);

	return strcmp(hash, k->hash) ? gone(k, ESTALE, other, e) : 0;
}

/* modules.dep and its like: small, and libkmod wants them whole. */
static int collect_indices(struct collection *c, const char *folder, const struct kernel *k,
			   struct err *e)
{
	cleanup_closedir DIR *d = opendir(k->modules);
	int rc = 0;

	if (!d)
		return gone(k, ENOENT, "has lost its modules", e);
	for (struct dirent *de; !rc && (de = readdir(d));) {
		cleanup_free char *path = path_format("%s/%s", k->modules, de->d_name);
		cleanup_free char *name = path_format("%s/%s", folder, de->d_name);
		struct stat st;

		if (!strncmp(de->d_name, "modules.", 8) && !lstat(path, &st) && S_ISREG(st.st_mode))
			rc = collect_file(c, name, path, e);
	}
	return rc;
}

static int collect_modules(struct collection *c, const char *folder, const struct kernel *k,
			   const struct modules *m, struct err *e)
{
	size_t len = strlen(k->modules);

	for (size_t i = 0; i < m->n; i++) {
		if (strncmp(m->paths[i], k->modules, len) || m->paths[i][len] != '/')
			return err_set(e, EINVAL, "cannot bundle the module %s: it is not below %s",
				       m->paths[i], k->modules);
		cleanup_free char *name = path_format("%s%s", folder, m->paths[i] + len);

		if (access(m->paths[i], R_OK))
			return gone(k, ENOENT, "has lost modules", e);
		int rc = collect_file(c, name, m->paths[i], e);
		if (rc)
			return rc;
	}
	return 0;
}

/* Those of all cells that boot it; equal cells of other pairs want the same. */
static int modules_of_cells(struct bundling *b, const char *name, const json_t *j,
			    const char *folder, struct err *e)
{
	cleanup_json json_t *seen = json_object();
	int rc = 0;

	for (size_t i = 0; !rc && i < b->result->n_cells; i++) {
		const struct result_cell *cell = &b->result->cells[i];
		cleanup_free char *key = path_format("%s/%s", cell->topology, cell->arm);
		struct bundling_cell bc;

		if (!b->wanted[i] || (name && strcmp(cell->kernel, name)) ||
		    json_object_get(seen, key))
			continue;
		json_object_set_new(seen, key, json_true());
		rc = bundling_cell_set(b, cell, j, &bc, e);
		if (rc)
			break;
		cleanup_modules struct modules m = { 0 };

		rc = initrd_modules(&bc.opts, &m, e);
		if (!rc)
			rc = collect_modules(b->into, folder, &bc.kernel, &m, e);
		bundling_cell_clear(&bc);
	}
	return rc;
}

static int modules_collect(struct bundling *b, const char *name, const json_t *j,
			   const struct kernel *k, const char *folder, json_t *ret, struct err *e)
{
	cleanup_free char *below = path_format("%s/lib/modules/%s", folder, k->release);
	int rc = k->modules ? collect_indices(b->into, below, k, e) : 0;

	if (!k->modules || rc)
		return rc;
	json_object_set_new(ret, "modules", json_string(below));
	return modules_of_cells(b, name, j, below, e);
}

/* Where the kernel is an entry of the cache, that tells what it was made from. */
static int recipe_collect(const struct bundling *b, const struct kernel *k, const char *folder,
			  json_t *ret, struct err *e)
{
	cleanup_free char *path = path_format("%s", k->bzimage);
	cleanup_free char *entry = path_format("%s", dirname(dirname(path)));
	cleanup_free char *info = path_format("%s/" KERNEL_INFO, entry);
	cleanup_free char *recipe = path_format("%s/" KERNEL_RECIPE, entry);
	cleanup_free char *info_name = path_format("%s/" KERNEL_INFO, folder);
	cleanup_free char *recipe_name = path_format("%s/" KERNEL_RECIPE, folder);
	int rc = access(info, F_OK) ? 0 : collect_file(b->into, info_name, info, e);

	if (!rc && !access(recipe, F_OK)) {
		rc = collect_tree(b->into, recipe_name, recipe, e);
		json_object_set_new(ret, "recipe", json_string(recipe_name));
	} else if (!rc && k->vmlinux && b->progress && b->progress->say) {
		cleanup_free char *line = path_format("kernel %s: its patches are not at hand (a "
						      "build tree, or built before they were kept)",
						      k->name);

		b->progress->say(b->progress->arg, line);
	}
	return rc;
}

/* Adds @path, where it is there, as @folder/@below, and notes it as @key of @ret. */
static int part_collect(struct bundling *b, const char *folder, const char *below, const char *path,
			const char *key, json_t *ret, struct err *e)
{
	cleanup_free char *name = path_format("%s/%s", folder, below);

	if (!path || access(path, R_OK))
		return 0;
	if (key)
		json_object_set_new(ret, key, json_string(name));
	return collect_file(b->into, name, path, e);
}

int bundle_kernel(struct bundling *b, const char *name, const json_t *j, const char *folder,
		  json_t **ret, struct err *e)
{
	cleanup_json json_t *made =
		json_pack("{s:n, s:n, s:n, s:n}", "bzimage", "modules", "vmlinux", "recipe");
	struct kernel k = { 0 };
	int rc = kernel_from_json(j, &k, e);

	if (rc)
		return err_prefix(e, "kernel %s of the plan: ", name ? name : "for reference");
	cleanup_free char *config = kernel_config_path(&k);
	cleanup_free char *bzimage_at = path_format("boot/vmlinuz-%s", k.release);
	cleanup_free char *config_at = path_format("boot/config-%s", k.release);

	rc = bzimage_check(&k, e);
	if (!rc)
		rc = part_collect(b, folder, bzimage_at, k.bzimage, "bzimage", made, e);
	if (!rc)
		rc = part_collect(b, folder, config_at, config, NULL, made, e);
	if (!rc && b->vmlinux)
		rc = part_collect(b, folder, "vmlinux", k.vmlinux, "vmlinux", made, e);
	if (!rc)
		rc = modules_collect(b, name, j, &k, folder, made, e);
	if (!rc)
		rc = recipe_collect(b, &k, folder, made, e);
	kernel_clear(&k);
	if (!rc)
		*ret = take_ptr(made);
	return rc;
}
