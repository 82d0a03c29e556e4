/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "spec/check.h"
#include "spec/rules.h"
#include "spec/schema.h"
#include "spec/source.h"
#include "spec/spec.h"
#include "spec/yaml.h"

#define FILE_MAX (2UL << 20)	/* the source has a limit of its own, and a better message */

struct spec {
	struct source source;
	struct yaml *tree;	/* kept for the places of values */
	json_t *doc;
};

const char *spec_kind_name(enum spec_kind kind)
{
	return schema_fields(kind)->key;
}

const json_t *spec_doc(const struct spec *s)
{
	return s->doc;
}

const char *spec_path(const struct spec *s)
{
	return s->source.path;
}

void spec_free(struct spec *s)
{
	if (!s)
		return;
	json_decref(s->doc);
	yaml_free(s->tree);
	source_clear(&s->source);
	free(s);
}

/*
 * Returns the name that @path gives: of its folder where the file is called
 * after its kind (workloads/nginx/workload.yaml), else its own without ".yaml".
 */
static char *path_identity(const char *path, const char *kind)
{
	cleanup_free char *full = realpath(path, NULL);
	const char *p = full ? full : path;
	const char *slash = strrchr(p, '/');
	const char *base = slash ? slash + 1 : p;
	size_t stem = strcspn(base, "."), len = strlen(base);

	if (len > 5 && !strcmp(base + len - 5, ".yaml"))
		stem = len - 5;
	if (!slash || strlen(kind) != stem || memcmp(base, kind, stem))
		return strndup(base, stem);
	const char *folder = memrchr(p, '/', (size_t)(slash - p));

	folder = folder ? folder + 1 : p;
	return strndup(folder, (size_t)(slash - folder));
}

static int identity_check(const struct spec *s, const char *kind, struct err *e)
{
	const char *name = json_str(s->doc, kind);
	cleanup_free char *wanted = path_identity(s->source.path, kind);
	char pointer[32];

	if (!wanted)
		return err_set(e, ENOMEM, "out of memory for %s", s->source.path);
	if (!strcmp(name, wanted))
		return 0;
	snprintf(pointer, sizeof(pointer), "/%s", kind);
	return spec_error(s, pointer, e, "%s: '%s' is not the name of its file or folder, '%s'",
			  kind, name, wanted);
}

static void tree_move(struct yaml *y, size_t offset)
{
	y->offset = offset;
	for (size_t i = 0; i < y->n; i++) {
		if (y->keys)
			tree_move(y->keys[i], offset);
		tree_move(y->items[i], offset);
	}
}

/* Puts @text in the place of the value of @key in the tree of @s. */
static int tree_replace(struct spec *s, const char *key, const char *text, struct err *e)
{
	cleanup_source struct source source = { 0 };
	struct yaml *value;

	int rc = source_init(&source, s->source.path, text, strlen(text), e);
	if (!rc)
		rc = yaml_parse(&source, &value, e);
	if (rc)
		return rc;
	for (size_t i = 0; i < s->tree->n; i++) {
		if (s->tree->kind != YAML_MAP || strcmp(s->tree->keys[i]->text, key))
			continue;
		tree_move(value, s->tree->items[i]->offset);
		yaml_free(s->tree->items[i]);
		s->tree->items[i] = value;
		return 0;
	}
	yaml_free(value);
	return err_set(e, EINVAL, "%s has no key '%s'", s->source.path, key);
}

/* @key and @with: what to replace, or NULL. */
static int load_text(enum spec_kind kind, const char *path, const char *text, size_t len,
		     const char *key, const char *with, struct spec **ret, struct err *e)
{
	const struct field *fields = schema_fields(kind);
	cleanup_spec struct spec *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ENOMEM, "out of memory for %s", path);

	int rc = source_init(&s->source, path, text, len, e);
	if (rc)
		return rc;
	rc = yaml_parse(&s->source, &s->tree, e);
	if (!rc && key)
		rc = tree_replace(s, key, with, e);
	if (rc)
		return rc;
	if (s->tree->kind != YAML_MAP)
		return source_error(&s->source, s->tree->offset, e,
				    "is %s where a mapping with the key '%s' should be",
				    yaml_kind_name(s->tree->kind), fields->key);
	rc = check_map(&s->source, s->tree, fields, &s->doc, e);
	if (rc)
		return rc;
	rc = identity_check(s, fields->key, e);
	if (rc)
		return rc;
	rc = rules_apply(kind, s, s->doc, e);
	if (rc)
		return rc;
	*ret = take_ptr(s);
	return 0;
}

int spec_load_text(enum spec_kind kind, const char *path, const char *text, size_t len,
		   struct spec **ret, struct err *e)
{
	return load_text(kind, path, text, len, NULL, NULL, ret, e);
}

int spec_load_replaced(enum spec_kind kind, const char *path, const char *key, const char *text,
		       struct spec **ret, struct err *e)
{
	cleanup_free char *whole = NULL;
	size_t len;

	int rc = file_read(AT_FDCWD, path, FILE_MAX, &whole, &len, e);
	return rc ? rc : load_text(kind, path, whole, len, key, text, ret, e);
}

int spec_load(enum spec_kind kind, const char *path, struct spec **ret, struct err *e)
{
	return spec_load_replaced(kind, path, NULL, NULL, ret, e);
}

/* Returns the child of @y that the pointer's step @step (of @len bytes) names, or NULL. */
static const struct yaml *step_follow(const struct yaml *y, const char *step, size_t len)
{
	char key[80];

	snprintf(key, sizeof(key), "%.*s", (int)(len < sizeof(key) ? len : sizeof(key) - 1), step);
	/* The first of a list that may stand by itself. */
	if (y->kind == YAML_MAP && !strcmp(key, "0") && !yaml_get(y, key, NULL))
		return y;
	if (y->kind != YAML_LIST)
		return yaml_get(y, key, NULL);
	char *end;
	size_t i = strtoul(key, &end, 10);

	return end != key && !*end && i < y->n ? y->items[i] : NULL;
}

int spec_error(const struct spec *s, const char *pointer, struct err *e, const char *fmt, ...)
{
	const struct yaml *at = s->tree;
	va_list ap;

	/* What the file leaves to a default is pointed at by the last that is there. */
	while (at && *pointer == '/') {
		size_t len = strcspn(pointer + 1, "/");
		const struct yaml *next = step_follow(at, pointer + 1, len);

		if (!next)
			break;
		at = next;
		pointer += 1 + len;
	}
	va_start(ap, fmt);
	int rc = source_verror(&s->source, at->offset, e, fmt, ap);
	va_end(ap);
	return rc;
}
