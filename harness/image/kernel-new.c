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
	return series_load(paths, ret, e);
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

static int file_print(const struct kernel_new *n, const char *summary, const char *path,
		      struct err *e)
{
	cleanup_fclose FILE *f = fopen(path, "we");

	if (!f)
		return err_set(e, errno, "cannot write %s: %m", path);
	fprintf(f, "# SPDX-License-Identifier: GPL-2.0-or-later\nkernel: %s\nsummary: ", n->name);
	print_quoted(f, summary);
	fprintf(f, "\nbase: %s\nseries:\n", n->base);
	for (const char *const *p = n->patches; *p; p++) {
		fputs("  - ", f);
		print_quoted(f, base_name(*p));
		fputc('\n', f);
	}
	return fflush(f) ? err_set(e, errno, "cannot write %s: %m", path) : 0;
}

static int folder_fill(const struct kernel_new *n, const char *summary, const char *dir,
		       struct err *e)
{
	cleanup_free char *path = path_format("%s/kernel.yaml", dir);
	int rc = dir_make(dir, 0755, e);

	for (const char *const *p = n->patches; !rc && *p; p++) {
		cleanup_free char *to = path_format("%s/%s", dir, base_name(*p));

		rc = file_copy(*p, to, 0644, e);
	}
	return rc ? rc : file_print(n, summary, path, e);
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
	const char *title = json_str(json_array_get(series, 0), "title");
	cleanup_free char *dir = path_format("%s/" FOLDER "/%s", s->dirs[0], n->name);
	cleanup_free char *fresh = path_format("%s/" FOLDER "/.%s.new", s->dirs[0], n->name);
	cleanup_free char *path = path_format("%s/kernel.yaml", dir);

	/* Only a rename shows it: a kernel is there whole or not at all. */
	rc = folder_fill(n, n->summary ? n->summary : base_name(title), fresh, e);
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
