/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "spec/check.h"
#include "spec/nearest.h"

#define ITEMS_MAX 256		/* of a list or mapping: more is a mistake, or an attack */

static int scalar_check(const struct source *s, const struct yaml *y, const struct field *f,
			json_t **ret, struct err *e)
{
	if (y->kind != YAML_SCALAR)
		return source_error(s, y->offset, e, "%s: is %s where %s should be", f->key,
				    yaml_kind_name(y->kind), field_type_name(f->type));
	int rc = field_parse(f, y->text, y->quoted, ret, e);
	if (!rc)
		return 0;
	if (!strncmp(e->msg, f->key, strlen(f->key)))	/* "size '4G': ..." names it already */
		return source_error(s, y->offset, e, "%s", e->msg);
	return source_error(s, y->offset, e, "%s: %s", f->key, e->msg);
}

/* One value, whatever the field's shape. */
static int value_check(const struct source *s, const struct yaml *y, const struct field *f,
		       json_t **ret, struct err *e)
{
	if (f->type != FIELD_MAP)
		return scalar_check(s, y, f, ret, e);
	if (y->kind == YAML_SCALAR && f->lone_key) {
		struct yaml key = *y, *keys[] = { &key }, *items[] = { (struct yaml *)y };
		struct yaml map = { .kind = YAML_MAP, .offset = y->offset, .n = 1, .keys = keys,
				    .items = items };

		key.text = (char *)f->lone_key;
		return check_map(s, &map, f->fields, ret, e);
	}
	if (y->kind != YAML_MAP)
		return source_error(s, y->offset, e, "%s: is %s where a mapping should be", f->key,
				    yaml_kind_name(y->kind));
	return check_map(s, y, f->fields, ret, e);
}

/* What makes an item of a list the same as another: itself, or its "name". */
static const json_t *item_identity(const json_t *item)
{
	return json_is_object(item) ? json_object_get(item, "name") : item;
}

static int item_check_unique(const struct source *s, const struct yaml *y, const struct field *f,
			     const json_t *list, const json_t *item, struct err *e)
{
	const json_t *other, *id = item_identity(item);
	struct yaml *name = yaml_get(y, "name", NULL);
	size_t i;

	json_array_foreach(list, i, other) {
		if (json_equal(item_identity(other), id))
			return source_error(s, name ? name->offset : y->offset, e,
					    "%s: has '%s' twice", f->key, json_string_value(id));
	}
	return 0;
}

static int list_check(const struct source *s, const struct yaml *y, const struct field *f,
		      json_t **ret, struct err *e)
{
	cleanup_json json_t *list = json_array();
	bool lone = f->lone && y->kind == YAML_MAP;
	size_t n = lone ? 1 : y->n;

	if (y->kind != YAML_LIST && !lone)
		return source_error(s, y->offset, e, "%s: is %s where a list should be: [...]",
				    f->key, yaml_kind_name(y->kind));
	for (size_t i = 0; i < n; i++) {
		const struct yaml *at = lone ? y : y->items[i];
		cleanup_json json_t *item = NULL;
		int rc = value_check(s, at, f, &item, e);

		if (!rc && f->unique)
			rc = item_check_unique(s, at, f, list, item, e);
		if (rc)
			return rc;
		if (json_array_append(list, item))
			return err_set(e, ENOMEM, "out of memory for %s", s->path);
	}
	*ret = take_ptr(list);
	return 0;
}

static int by_name_check(const struct source *s, const struct yaml *y, const struct field *f,
			 json_t **ret, struct err *e)
{
	static const struct field name = { .key = "name", .type = FIELD_IDENT };
	cleanup_json json_t *map = json_object();

	if (y->kind != YAML_MAP)
		return source_error(s, y->offset, e, "%s: is %s where a mapping should be", f->key,
				    yaml_kind_name(y->kind));
	for (size_t i = 0; i < y->n; i++) {
		cleanup_json json_t *key = NULL, *item = NULL;
		int rc = scalar_check(s, y->keys[i], &name, &key, e);

		if (!rc)
			rc = value_check(s, y->items[i], f, &item, e);
		if (rc)
			return rc;
		if (json_object_set(map, y->keys[i]->text, item))
			return err_set(e, ENOMEM, "out of memory for %s", s->path);
	}
	*ret = take_ptr(map);
	return 0;
}

static int field_check(const struct source *s, const struct yaml *y, const struct field *f,
		       json_t **ret, struct err *e)
{
	if (f->shape == SHAPE_ONE)
		return value_check(s, y, f, ret, e);
	if (y->kind != YAML_SCALAR && !y->n && f->required)
		return source_error(s, y->offset, e, "%s: is empty; it needs at least one item",
				    f->key);
	if (y->n > ITEMS_MAX)
		return source_error(s, y->offset, e, "%s: has %zu items, over the %d allowed",
				    f->key, y->n, ITEMS_MAX);
	return f->shape == SHAPE_LIST ? list_check(s, y, f, ret, e) : by_name_check(s, y, f, ret, e);
}

static int keys_check(const struct source *s, const struct yaml *y, const struct field *fields,
		      struct err *e)
{
	for (size_t i = 0; i < y->n; i++) {
		struct nearest near = { .written = y->keys[i]->text };
		const struct field *f = fields;
		char hint[100], known[256] = "";

		for (; f->key && strcmp(f->key, y->keys[i]->text); f++) {
			size_t len = strlen(known);

			snprintf(known + len, sizeof(known) - len, "%s%s", len ? ", " : "", f->key);
			nearest_offer(&near, f->key);
		}
		if (f->key)
			continue;
		if (near.best)
			return source_error(s, y->keys[i]->offset, e, "unknown key '%.64s'%s",
					    y->keys[i]->text, nearest_hint(&near, hint, sizeof(hint)));
		return source_error(s, y->keys[i]->offset, e, "unknown key '%.64s'; known here: %s",
				    y->keys[i]->text, known);
	}
	return 0;
}

/* Exactly one key of a group stands in the mapping. */
static int group_check(const struct source *s, const struct yaml *y, const struct field *fields,
		       const char *group, struct err *e)
{
	const struct yaml *second = NULL;
	char names[200] = "";
	unsigned present = 0;

	for (const struct field *f = fields; f->key; f++) {
		struct yaml *key = NULL;
		size_t len = strlen(names);

		if (!f->group || strcmp(f->group, group))
			continue;
		snprintf(names + len, sizeof(names) - len, "%s'%s'", len ? " or " : "", f->key);
		if (!yaml_get(y, f->key, &key))
			continue;
		present++;
		second = !second || key->offset > second->offset ? key : second;
	}
	if (present == 1)
		return 0;
	return source_error(s, present ? second->offset : y->offset, e, "wants exactly one of %s",
			    names);
}

static int fallback_set(const struct field *f, json_t *map, struct err *e)
{
	json_t *v = NULL;

	if (f->shape == SHAPE_LIST)
		v = json_array();
	else if (f->shape == SHAPE_BY_NAME)
		v = json_object();
	else if (field_parse(f, f->fallback, true, &v, e))
		return -e->code;
	if (json_object_set_new(map, f->key, v))
		return err_set(e, ENOMEM, "out of memory");
	return 0;
}

int check_map(const struct source *s, const struct yaml *y, const struct field *fields,
	      json_t **ret, struct err *e)
{
	cleanup_json json_t *map = json_object();

	int rc = keys_check(s, y, fields, e);
	if (rc)
		return rc;
	for (const struct field *f = fields; f->key; f++) {
		const struct yaml *item = yaml_get(y, f->key, NULL);
		json_t *v = NULL;

		if (f->group) {
			rc = group_check(s, y, fields, f->group, e);
			if (rc)
				return rc;
		}
		if (!item && f->required)
			return source_error(s, y->offset, e, "lacks the key '%s'", f->key);
		if (!item && !f->fallback)
			continue;
		rc = item ? field_check(s, item, f, &v, e) : fallback_set(f, map, e);
		if (rc)
			return rc;
		if (item && json_object_set_new(map, f->key, v))
			return err_set(e, ENOMEM, "out of memory for %s", s->path);
	}
	*ret = take_ptr(map);
	return 0;
}
