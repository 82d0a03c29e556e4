/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include "image/kernel-new.h"
#include "image/kernel-source.h"
#include "image/kernel-source-series.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "spec/schema.h"

#define FOLDER "images/kernels"

static int name_check(const struct search *s, const char *name, struct err *e)
{
	static const struct field field = { .key = "NAME", .type = FIELD_NAME };
	cleanup_json json_t *parsed = NULL;
	cleanup_free char *there = NULL;
	struct err absent;

	if (field_parse(&field, name, true, &parsed, e))
		return err_prefix(e, "cannot call a kernel so: ");
	if (search_find(s, SPEC_KERNEL, name, &there, &absent))
		return 0;
	return err_set(e, EEXIST, "there is a kernel %s already: %s", name, there);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Reads the patches, and refuses two files of one name: they would lie in one folder. */
static int patches_check(const struct kernel_new *n, json_t **ret, struct err *e)
{
	cleanup_json json_t *paths = json_array(), *names = json_object();

	for (const char *const *p = n->patches; *p; p++) {
		const char *name = base_name(*p);

		if (*name == '.' || json_object_get(names, name))
			return err_set(e, EINVAL, "%s: give each patch a file name of its own", *p);
		json_object_set_new_nocheck(names, name, json_true());
		json_array_append_new(paths, json_string(*p));
	}
	if (json_array_size(paths))
		return series_load(paths, ret, e);
	*ret = take_ptr(paths);
	return 0;
}

/* A text as YAML's double quotes hold it. */
static void print_quoted(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', f);
		if ((unsigned char)*text >= ' ')
			fputc(*text, f);
	}
	fputc('"', f);
}

/*
 * What the kernel file says, and the files that lie beside it: "copies" maps
 * their names to where they come from.
 */
struct folder {
	FILE *file;
	json_t *copies;
};

static void list_begin(struct folder *f, const char *key)
{
	fprintf(f->file, "%s:\n", key);
}

static void list_add(struct folder *f, const char *name, const char *from)
{
	fputs("  - ", f->file);
	print_quoted(f->file, name);
	fputc('\n', f->file);
	json_object_set_new_nocheck(f->copies, name, json_string_nocheck(from));
}

/* Another source with the base's configuration, whose files may share a name: hence the numbers. */
static void print_source(struct folder *f, const struct kernel_new *n,
			 const struct kernel_source *base)
{
	const json_t *fragment;
	size_t i;

	fprintf(f->file, "source:\n  %s: ", n->source);
	print_quoted(f->file, n->path);
	if (n->revision) {
		fputs("\n  revision: ", f->file);
		print_quoted(f->file, n->revision);
	}
	fprintf(f->file, "\nconfig: %s\n", *base->config == '/' ? "config" : base->config);
	if (*base->config == '/')
		json_object_set_new_nocheck(f->copies, "config", json_string_nocheck(base->config));
	if (json_array_size(base->fragments))
		list_begin(f, "fragments");
	json_array_foreach(base->fragments, i, fragment) {
		const char *from = json_string_value(fragment);
		cleanup_free char *name = path_format("%02zu-%s", i + 1, base_name(from));

		list_add(f, name, from);
	}
}

static int file_print(struct folder *f, const struct kernel_new *n,
		      const struct kernel_source *base, const char *summary, const char *path,
		      struct err *e)
{
	cleanup_fclose FILE *out = fopen(path, "we");

	if (!out)
		return err_set(e, errno, "cannot write %s: %m", path);
	f->file = out;
	fprintf(out, "# SPDX-License-Identifier: GPL-2.0-or-later\nkernel: %s\nsummary: ", n->name);
	print_quoted(out, summary);
	fputc('\n', out);
	if (n->source)
		print_source(f, n, base);
	else
		fprintf(out, "base: %s\n", n->base);
	if (*n->patches)
		list_begin(f, "series");
	for (const char *const *p = n->patches; *p; p++)
		list_add(f, base_name(*p), *p);
	return fflush(out) ? err_set(e, errno, "cannot write %s: %m", path) : 0;
}

static int folder_fill(const struct kernel_new *n, const struct kernel_source *base,
		       const char *summary, const char *dir, struct err *e)
{
	cleanup_free char *path = path_format("%s/kernel.yaml", dir);
	cleanup_json json_t *copies = json_object();
	struct folder f = { .copies = copies };
	const char *name;
	json_t *from;
	int rc = dir_make(dir, 0755, e);

	if (!rc)
		rc = file_print(&f, n, base, summary, path, e);
	json_object_foreach(copies, name, from) {
		cleanup_free char *to = path_format("%s/%s", dir, name);

		if (!rc)
			rc = file_copy(json_string_value(from), to, 0644, e);
	}
	return rc;
}

/* What it is called where nobody says: by its first patch, or by its source. */
static char *summary_of(const struct kernel_new *n, const json_t *series)
{
	const char *title = json_str(json_array_get(series, 0), "title");

	if (n->summary || title)
		return path_format("%s", n->summary ? n->summary : base_name(title));
	return path_format("%s%s%s with the configuration of %s", n->path, n->revision ? " at " : "",
			   n->revision ? n->revision : "", n->base);
}

int kernel_new(const struct search *s, const struct kernel_new *n, char **ret_path, struct err *e)
{
	cleanup_kernel_source struct kernel_source base = { 0 };
	cleanup_json json_t *series = NULL;
	struct err ignored;
	int rc = name_check(s, n->name, e);

	if (!rc)
		rc = kernel_source_load(s, n->base, &base, e);
	if (!rc)
		rc = patches_check(n, &series, e);
	if (rc)
		return rc;
	cleanup_free char *summary = summary_of(n, series);
	cleanup_free char *dir = path_format("%s/" FOLDER "/%s", s->dirs[0], n->name);
	cleanup_free char *fresh = path_format("%s/" FOLDER "/.%s.new", s->dirs[0], n->name);
	cleanup_free char *path = path_format("%s/kernel.yaml", dir);

	/* Only a rename shows it: a kernel is there whole or not at all. */
	rc = folder_fill(n, &base, summary, fresh, e);
	if (!rc && rename(fresh, dir))
		rc = err_set(e, errno, "cannot move %s to %s: %m", fresh, dir);
	if (rc) {
		dir_remove(fresh, &ignored);
		return err_prefix(e, "cannot write the kernel %s (--path DIR names another folder): ",
				  n->name);
	}
	*ret_path = take_ptr(path);
	return 0;
}
