/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/bzimage.h"
#include "image/cache.h"
#include "image/cache-tree.h"
#include "image/content.h"
#include "image/kernel-source-build.h"
#include "image/kernel-source-configure.h"
#include "image/kernel-source-make.h"
#include "image/kernel-source-recipe.h"
#include "image/kernel-source-series.h"
#include "image/kernel-source-workshop.h"
#include "image/kernel-tree.h"
#include "image/kernel-unpack.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

/* Raise it when the same files come out as another kernel. */
#define BUILDER "1"
#define KIND "kernel"
#define GCC_MS (60 * 1000)
#define SUFFIX_MAX 40	/* of 64 for all of what uname -r says */

/* What a kernel is built from, and the hash of all of it. */
struct inputs {
	struct kernel_source k;
	struct kernel_origin origin;
	json_t *series;
	char hash[65];
};

static void inputs_clear(struct inputs *in)
{
	kernel_source_clear(&in->k);
	kernel_origin_clear(&in->origin);
	json_decref(in->series);
}
#define cleanup_inputs __attribute__((cleanup(inputs_clear)))

struct build {
	const struct inputs *in;
	const struct kernel_build_opts *opts;
	const struct progress *progress;
	struct workshop *w;
	const char *log;
};

static void say(const struct build *b, const char *what)
{
	cleanup_free char *line = path_format("kernel %s: %s", b->in->k.name, what);

	if (b->progress && b->progress->say)
		b->progress->say(b->progress->arg, line);
}

static int make(const struct build *b, const char *const *goals, struct err *e)
{
	const struct kernel_make m = {
		.name = b->in->k.name, .src = b->w->src, .obj = b->w->obj, .log = b->log,
		.goals = goals, .jobs = b->opts->jobs, .progress = b->progress,
	};

	return kernel_make(&m, e);
}

/* Where what is built lies, and where it is kept. */
static int keep(const struct build *b, const char *dir, const char *release, struct err *e)
{
	static const struct {
		const char *from, *to;
		bool has_release;
	} kept[] = {
		{ KERNEL_TREE_BZIMAGE, "boot/vmlinuz-", true },
		{ ".config", "boot/config-", true },
		{ "System.map", "boot/System.map", false },
		{ "vmlinux", "vmlinux", false },
	};
	cleanup_free char *boot = path_format("%s/boot", dir);
	int rc = cache_dir_make(boot, e);

	for (size_t i = 0; !rc && i < ARRAY_SIZE(kept); i++) {
		cleanup_free char *from = path_format("%s/%s", b->w->obj, kept[i].from);
		cleanup_free char *to = path_format("%s/%s%s", dir, kept[i].to,
						    kept[i].has_release ? release : "");

		rc = file_copy(from, to, 0644, e);
	}
	return rc;
}

static int install_modules(const struct build *b, const char *dir, const char *suffix,
			   struct err *e)
{
	cleanup_free char *to = path_format("INSTALL_MOD_PATH=%s", dir);
	const char *goals[] = { suffix, to, "INSTALL_MOD_STRIP=1", "modules_install", NULL };

	return make(b, goals, e);
}

static int describe(const struct build *b, const char *dir, const char *release, bool modules,
		    struct err *e)
{
	cleanup_free char *bzimage = path_format("boot/vmlinuz-%s", release);
	cleanup_free char *full = path_format("%s/%s", dir, bzimage);
	cleanup_free char *below = path_format("lib/modules/%s", release);
	cleanup_free char *info = path_format("%s/" KERNEL_INFO, dir);
	cleanup_json json_t *titles = json_array();
	const struct kernel_origin *o = &b->in->origin;
	const json_t *patch;
	char hash[65];
	size_t i;

	if (file_sha256(full, hash, e))
		return -e->code;
	json_array_foreach(b->in->series, i, patch)
		json_array_append(titles, json_object_get(patch, "title"));
	cleanup_json json_t *j =
		json_pack("{s:s, s:s, s:s?, s:s, s:s?, s:s?, s:s, s:s, s:O}", "name", b->in->k.name,
			  "bzimage", bzimage, "modules", modules ? below : NULL, "release", release,
			  "package", o->version ? o->what : NULL, "version", o->version, "hash",
			  hash, "source", o->label, "series", titles);

	return json_save_path(j, info, e);
}

static int compile(const struct build *b, const char *dir, bool modules, struct err *e)
{
	cleanup_free char *suffix = path_format("LOCALVERSION=-%.*s", SUFFIX_MAX, b->in->k.name);
	cleanup_free char *bzimage = path_format("%s/" KERNEL_TREE_BZIMAGE, b->w->obj);
	cleanup_free char *recipe = path_format("%s/" KERNEL_RECIPE, dir);
	cleanup_free char *release = NULL;
	const char *goals[] = { suffix, "bzImage", modules ? "modules" : NULL, NULL };
	int rc = make(b, goals, e);

	if (!rc)
		rc = bzimage_release(bzimage, &release, e);
	if (!rc)
		rc = keep(b, dir, release, e);
	if (!rc && modules)
		rc = install_modules(b, dir, suffix, e);
	if (!rc)
		rc = kernel_recipe_keep(&b->in->k, &b->in->origin, b->in->series, recipe, e);
	return rc ? rc : describe(b, dir, release, modules, e);
}

static int build_in(struct build *b, const char *dir, struct err *e)
{
	const struct kernel_configure c = {
		.k = &b->in->k, .id = b->in->origin.id, .series = b->in->series, .jobs = b->opts->jobs,
		.log = b->log,
	};
	bool modules;
	int rc = workshop_prepare(b->w, &b->in->origin, b->in->series, b->log, e);

	if (!rc)
		rc = kernel_configure(&c, b->w, &modules, e);
	if (!rc)
		rc = workshop_build_begin(b->w, e);
	if (rc)
		return rc;
	say(b, "compiling");
	rc = compile(b, dir, modules, e);
	/* Past its deadline make was killed, like everything else that did not end. */
	if (rc != -ETIMEDOUT)
		workshop_build_end(b->w);
	return rc;
}

/* A cache_build_fn; @arg is a struct build. */
static int kernel_build(const char *dir, void *arg, struct err *e)
{
	struct build *b = arg;
	cleanup_workshop struct workshop w = { .lock = -1 };
	cleanup_free char *log = path_format("%s/" CACHE_BUILD_LOG, dir);
	cleanup_free char *line = path_format("building it from %s, patches: %zu; minutes for a "
					      "new source or configuration, else less than one",
					      b->in->origin.label, json_array_size(b->in->series));

	say(b, line);
	int rc = workshop_open(&b->in->origin, &w, e);

	b->w = &w;
	b->log = log;
	return rc ? rc : build_in(b, dir, e);
}

/* Two compilers make two kernels, and a comparison of them says nothing of the patch. */
static int compiler_add(struct content *c, struct err *e)
{
	const char *argv[] = { "gcc", "-dumpfullversion", NULL };
	const struct tool_opts o = { .argv = argv, .timeout_ms = GCC_MS };
	cleanup_free char *version = NULL;
	int rc = tool_run(&o, &version, e);

	if (!rc)
		content_add_text(c, "gcc", version);
	return rc;
}

static int hash_all(struct inputs *in, struct err *e)
{
	const json_t *patch;
	struct content c;
	size_t i;

	content_init(&c);
	content_add_text(&c, "builder", BUILDER);
	content_add_text(&c, "source", in->origin.id);
	int rc = compiler_add(&c, e);

	if (!rc)
		rc = kernel_configure_add(&in->k, &c, e);
	if (rc)
		return rc;
	json_array_foreach(in->series, i, patch)
		content_add_text(&c, "patch", json_str(patch, "hash"));
	content_end(&c, in->hash);
	return 0;
}

static int inputs_load(const struct search *s, const char *name, enum origin_version version,
		       struct inputs *in, struct err *e)
{
	int rc = kernel_source_load(s, name, &in->k, e);

	if (!rc)
		rc = kernel_origin_resolve(in->k.source, version, &in->origin, e);
	if (!rc)
		rc = series_load(in->k.series, &in->series, e);
	return rc ? rc : hash_all(in, e);
}

int kernel_build_ensure(const struct search *s, const char *name,
			const struct kernel_build_opts *o, const struct progress *p,
			struct kernel *ret, bool *ret_built, struct err *e)
{
	cleanup_inputs struct inputs in = { 0 };
	struct build b = { .in = &in, .opts = o, .progress = p };
	cleanup_free char *dir = NULL;
	int rc = inputs_load(s, name, o->newest ? ORIGIN_NEWEST : ORIGIN_KEPT, &in, e);

	if (!rc)
		rc = cache_ensure(KIND, in.k.name, in.hash, kernel_build, &b, &dir, ret_built, e);
	return rc ? rc : kernel_unpacked_load(dir, ret, e);
}

int kernel_build_find(const struct search *s, const char *name, struct kernel *ret, struct err *e)
{
	cleanup_inputs struct inputs in = { 0 };
	cleanup_free char *root = NULL;
	struct err absent;
	int rc = inputs_load(s, name, ORIGIN_USED, &in, e);

	if (!rc)
		rc = cache_root(&root, e);
	if (rc)
		return rc;
	cleanup_free char *dir = path_format("%s/" KIND "/%s-%s", root, in.k.name, in.hash);

	if (!kernel_unpacked_load(dir, ret, &absent))
		return 0;
	return err_set(e, ENOENT, "the kernel %s is not built: run `ramrig kernel build %s`", name,
		       name);
}
