/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "image/cache-tree.h"
#include "image/kernel-source-config.h"
#include "image/kernel-source-configure.h"
#include "image/kernel-source-make.h"
#include "image/kernel-source-series.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define CONFIG_MAX (4U << 20)
#define CONFIGURED ".ramrig-configured"	/* what the obj folder's .config was made from */

static bool is_file(const char *config)
{
	return *config == '/';
}

static int file_add(struct content *c, const char *label, const char *path, struct err *e)
{
	cleanup_free char *text = NULL;
	size_t len;
	int rc = file_read(AT_FDCWD, path, CONFIG_MAX, &text, &len, e);

	if (!rc)
		content_add(c, label, text, len);
	return rc;
}

int kernel_configure_add(const struct kernel_source *k, struct content *c, struct err *e)
{
	const json_t *path;
	size_t i;
	int rc = 0;

	if (is_file(k->config))
		rc = file_add(c, "config file", k->config, e);
	else
		content_add_text(c, "config", k->config);
	json_array_foreach(k->fragments, i, path)
		if (!rc)
			rc = file_add(c, "fragment", json_string_value(path), e);
	return rc;
}

/* Hash of all that decides what .config comes out. */
static int configured_by(const struct kernel_configure *c, char ret[static 65], struct err *e)
{
	struct content all;
	const json_t *patch;
	size_t i;

	content_init(&all);
	content_add_text(&all, "source", c->id);
	int rc = kernel_configure_add(c->k, &all, e);

	if (rc)
		return rc;
	json_array_foreach(c->series, i, patch)
		if (series_touches_config(patch))
			content_add_text(&all, "patch", json_str(patch, "hash"));
	content_end(&all, ret);
	return 0;
}

static int make(const struct kernel_configure *c, const struct workshop *w, const char *dir,
		const char *goal, struct err *e)
{
	const char *goals[] = { goal, NULL };
	const struct kernel_make m = { .name = c->k->name, .src = w->src, .obj = dir, .log = c->log,
				       .goals = goals, .jobs = c->jobs };

	return kernel_make(&m, e);
}

/* Of what a .config says of one option the last line counts. */
static int fragments_append(const json_t *fragments, const char *config, struct err *e)
{
	cleanup_free char *all = NULL;
	const json_t *path;
	size_t i;
	int rc = file_read(AT_FDCWD, config, CONFIG_MAX, &all, NULL, e);

	json_array_foreach(fragments, i, path) {
		cleanup_free char *text = NULL;

		if (!rc)
			rc = file_read(AT_FDCWD, json_string_value(path), CONFIG_MAX, &text, NULL, e);
		if (rc)
			return rc;
		char *longer = path_format("%s\n%s\n", all, text);

		free(all);
		all = longer;
	}
	return rc ? rc : file_write_atomic(config, all, strlen(all), e);
}

/* Makes the configuration in a folder of its own, so that obj's is untouched until it is right. */
static int config_make(const struct kernel_configure *c, const struct workshop *w, char **ret,
		       struct err *e)
{
	cleanup_free char *dir = path_format("%s/config", w->dir);
	cleanup_free char *config = path_format("%s/.config", dir);
	int rc = cache_dir_make(dir, e);

	if (!rc && is_file(c->k->config))
		rc = file_copy(c->k->config, config, 0644, e);
	else if (!rc)
		rc = make(c, w, dir, c->k->config, e);
	if (!rc)
		rc = fragments_append(c->k->fragments, config, e);
	if (!rc)
		rc = make(c, w, dir, "olddefconfig", e);
	return rc ? rc : file_read(AT_FDCWD, config, CONFIG_MAX, ret, NULL, e);
}

static int config_check_all(const struct kernel_configure *c, const struct workshop *w,
			    const char *config, struct err *e)
{
	struct config_miss miss = { 0 };
	int rc = config_check(c->k->fragments, config, &miss, e);

	return rc && *miss.name ? config_explain(w->src, &miss, config, e) : rc;
}

static int config_renew(const struct kernel_configure *c, const struct workshop *w,
			const char *had, char **ret, struct err *e)
{
	cleanup_free char *path = path_format("%s/.config", w->obj);
	cleanup_free char *config = NULL;
	int rc = config_make(c, w, &config, e);

	if (!rc)
		rc = config_check_all(c, w, config, e);
	if (!rc && (!had || strcmp(had, config)))
		rc = file_write_atomic(path, config, strlen(config), e);
	if (!rc)
		*ret = take_ptr(config);
	return rc;
}

int kernel_configure(const struct kernel_configure *c, struct workshop *w, bool *ret_modules,
		     struct err *e)
{
	cleanup_free char *had = NULL, *config = NULL, *by = NULL;
	char key[65], now[65], modules[8];
	struct content inputs;
	struct err absent;

	content_init(&inputs);
	if (kernel_configure_add(c->k, &inputs, e) || configured_by(c, now, e))
		return -e->code;
	content_end(&inputs, key);
	int rc = workshop_obj(w, key, c->log, e);
	if (rc)
		return rc;

	cleanup_free char *path = path_format("%s/.config", w->obj);
	cleanup_free char *mark = path_format("%s/" CONFIGURED, w->obj);
	bool is_current = !file_read(AT_FDCWD, path, CONFIG_MAX, &had, NULL, &absent) &&
			  !file_read(AT_FDCWD, mark, sizeof(now), &by, NULL, &absent) &&
			  !strcmp(by, now);

	if (!is_current)
		rc = config_renew(c, w, had, &config, e);
	if (!rc && !is_current)
		rc = file_write_atomic(mark, now, strlen(now), e);
	if (!rc)
		*ret_modules = !strcmp(config_value(config ? config : had, "MODULES", modules,
						    sizeof(modules)), "y");
	return rc;
}
