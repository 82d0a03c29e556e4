/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libfyaml.h>
#include <string.h>
#include "lib/cleanup.h"
#include "spec/yaml.h"

static inline void yaml_freep(struct yaml **y)
{
	yaml_free(*y);
}
#define cleanup_yaml __attribute__((cleanup(yaml_freep)))

struct reader {
	const struct source *source;
	struct fy_diag *diag;
	struct fy_parser *parser;
};

static int node_read(struct reader *r, const struct fy_event *ev, unsigned depth,
		     struct yaml **ret, struct err *e);

const char *yaml_kind_name(enum yaml_kind kind)
{
	static const char *const names[] = {
		[YAML_SCALAR] = "a value",
		[YAML_LIST] = "a list",
		[YAML_MAP] = "a mapping",
	};

	return names[kind];
}

struct yaml *yaml_get(const struct yaml *y, const char *key, struct yaml **ret_key)
{
	for (size_t i = 0; y->kind == YAML_MAP && i < y->n; i++) {
		if (strcmp(y->keys[i]->text, key))
			continue;
		if (ret_key)
			*ret_key = y->keys[i];
		return y->items[i];
	}
	return NULL;
}

void yaml_free(struct yaml *y)
{
	if (!y)
		return;
	for (size_t i = 0; i < y->n; i++) {
		if (y->keys)
			yaml_free(y->keys[i]);
		yaml_free(y->items[i]);
	}
	free(y->keys);
	free(y->items);
	free(y->text);
	free(y);
}

/* Replaces the library's own printing: errors are collected instead. */
static void output_drop(struct fy_diag *diag, void *user, const char *buf, size_t len)
{
	(void)diag;
	(void)user;
	(void)buf;
	(void)len;
}

/* Turns the first error that libfyaml met into one of ours. */
static int syntax_error(struct reader *r, struct err *e)
{
	void *prev = NULL;
	const struct fy_diag_error *de = fy_diag_errors_iterate(r->diag, &prev);

	if (!de)
		return source_error(r->source, r->source->len, e, "cannot be read as YAML");
	size_t at = de->line >= 0 && de->column >= 0 ?
		source_offset(r->source, (unsigned)de->line, (unsigned)de->column) : 0;

	if (at < r->source->len && r->source->text[at] == '\t')
		return source_error(r->source, at, e, "indents with a tab; YAML wants spaces");
	return source_error(r->source, at, e, "%s", de->msg);
}

static size_t event_offset(const struct fy_event *ev)
{
	const struct fy_mark *m = fy_event_start_mark((struct fy_event *)ev);

	return m ? m->input_pos : 0;
}

/* Sets *ret to the next event, or NULL at the end of the stream. */
static int event_next(struct reader *r, struct fy_event **ret, struct err *e)
{
	struct fy_event *ev = fy_parser_parse(r->parser);

	if (!ev && fy_parser_get_stream_error(r->parser))
		return syntax_error(r, e);
	*ret = ev;
	return 0;
}

static int decoration_refuse(const struct reader *r, const struct fy_event *ev, struct err *e)
{
	struct fy_token *anchor = NULL, *tag = NULL;

	switch (ev->type) {
	case FYET_SCALAR:
		anchor = ev->scalar.anchor;
		tag = ev->scalar.tag;
		break;
	case FYET_SEQUENCE_START:
		anchor = ev->sequence_start.anchor;
		tag = ev->sequence_start.tag;
		break;
	case FYET_MAPPING_START:
		anchor = ev->mapping_start.anchor;
		tag = ev->mapping_start.tag;
		break;
	case FYET_ALIAS:
		anchor = ev->alias.anchor;
		break;
	default:
		break;
	}
	if (!anchor && !tag)
		return 0;
	/* An anchor's token starts behind its '&' or '*'. */
	size_t at = anchor ? fy_token_start_mark(anchor)->input_pos - 1 :
			     fy_token_start_mark(tag)->input_pos;

	return source_error(r->source, at, e,
			    anchor ? "uses an anchor or alias (& or *), which ramrig does not take; "
				     "write the value out, or quote it" :
				     "uses a tag (!), which ramrig does not take; quote the value "
				     "if it is meant to start with '!'");
}

static int scalar_fill(const struct fy_event *ev, struct yaml *y, struct err *e)
{
	size_t len = 0;
	const char *text = ev->scalar.value ? fy_token_get_text(ev->scalar.value, &len) : "";

	y->text = strndup(text ? text : "", len);
	if (!y->text)
		return err_set(e, ENOMEM, "out of memory");
	y->quoted = ev->scalar.value &&
		fy_token_scalar_style(ev->scalar.value) != FYSS_PLAIN;
	return 0;
}

/* Makes room for one more item, and one more key of a mapping. */
static int item_add(struct yaml *y, struct yaml *key, struct yaml *item, struct err *e)
{
	if (!(y->n & (y->n - 1))) {	/* full at each power of two */
		size_t cap = y->n ? y->n * 2 : 1;
		struct yaml **items = reallocarray(y->items, cap, sizeof(*items));

		if (items)
			y->items = items;
		struct yaml **keys = key && items ? reallocarray(y->keys, cap, sizeof(*keys)) : NULL;

		if (keys)
			y->keys = keys;
		if (!items || (key && !keys)) {
			yaml_free(key);
			yaml_free(item);
			return err_set(e, ENOMEM, "out of memory");
		}
	}
	if (key)
		y->keys[y->n] = key;
	y->items[y->n++] = item;
	return 0;
}

static int map_add(struct reader *r, const struct fy_event *ev, unsigned depth, struct yaml *y,
		   struct err *e)
{
	cleanup_yaml struct yaml *key = NULL, *value = NULL;
	struct fy_event *next = NULL;

	int rc = node_read(r, ev, depth, &key, e);
	if (rc)
		return rc;
	if (key->kind != YAML_SCALAR)
		return source_error(r->source, key->offset, e, "is %s where a key should be",
				    yaml_kind_name(key->kind));
	if (yaml_get(y, key->text, NULL))
		return source_error(r->source, key->offset, e, "has the key '%s' twice", key->text);
	rc = event_next(r, &next, e);
	if (rc)
		return rc;
	rc = next ? node_read(r, next, depth, &value, e) :
		    source_error(r->source, key->offset, e, "ends too early");
	fy_parser_event_free(r->parser, next);
	if (rc)
		return rc;
	if (!value->offset)	/* nothing stands there, so it has no place: its key has */
		value->offset = key->offset;
	return item_add(y, take_ptr(key), take_ptr(value), e);
}

static int list_add(struct reader *r, const struct fy_event *ev, unsigned depth, struct yaml *y,
		    struct err *e)
{
	struct yaml *item = NULL;

	int rc = node_read(r, ev, depth, &item, e);
	if (rc)
		return rc;
	if (!item->offset)
		item->offset = y->offset;
	return item_add(y, NULL, item, e);
}

static int children_read(struct reader *r, unsigned depth, struct yaml *y, struct err *e)
{
	enum fy_event_type end = y->kind == YAML_MAP ? FYET_MAPPING_END : FYET_SEQUENCE_END;

	for (;;) {
		struct fy_event *ev = NULL;
		int rc = event_next(r, &ev, e);

		if (rc)
			return rc;
		if (!ev)
			return source_error(r->source, r->source->len, e, "ends too early");
		if (ev->type == end) {
			fy_parser_event_free(r->parser, ev);
			return 0;
		}
		if (y->n == YAML_ITEMS_MAX)
			rc = source_error(r->source, event_offset(ev), e, "is the item after %d, "
					  "the most that a list or mapping can have", YAML_ITEMS_MAX);
		else
			rc = y->kind == YAML_MAP ? map_add(r, ev, depth, y, e) :
						   list_add(r, ev, depth, y, e);
		fy_parser_event_free(r->parser, ev);
		if (rc)
			return rc;
	}
}

static int node_read(struct reader *r, const struct fy_event *ev, unsigned depth,
		     struct yaml **ret, struct err *e)
{
	int rc = decoration_refuse(r, ev, e);
	if (rc)
		return rc;
	if (depth > YAML_DEPTH_MAX)
		return source_error(r->source, event_offset(ev), e, "is nested more than %d deep",
				    YAML_DEPTH_MAX);

	cleanup_yaml struct yaml *y = calloc(1, sizeof(*y));
	if (!y)
		return err_set(e, ENOMEM, "out of memory");
	y->offset = event_offset(ev);
	y->kind = ev->type == FYET_MAPPING_START ? YAML_MAP :
		ev->type == FYET_SEQUENCE_START ? YAML_LIST : YAML_SCALAR;
	rc = y->kind == YAML_SCALAR ? scalar_fill(ev, y, e) : children_read(r, depth + 1, y, e);
	if (rc)
		return rc;
	*ret = take_ptr(y);
	return 0;
}

static int stream_read(struct reader *r, struct yaml **ret, struct err *e)
{
	cleanup_yaml struct yaml *root = NULL;

	for (;;) {
		struct fy_event *ev = NULL;
		int rc = event_next(r, &ev, e);

		if (rc)
			return rc;
		if (!ev || ev->type == FYET_STREAM_END) {
			fy_parser_event_free(r->parser, ev);
			break;
		}
		if (ev->type == FYET_DOCUMENT_START && root)
			rc = source_error(r->source, event_offset(ev), e,
					  "starts a second document; a file holds one");
		else if (ev->type == FYET_SCALAR || ev->type == FYET_ALIAS ||
			 ev->type == FYET_SEQUENCE_START || ev->type == FYET_MAPPING_START)
			rc = node_read(r, ev, 1, &root, e);
		fy_parser_event_free(r->parser, ev);
		if (rc)
			return rc;
	}
	if (!root)
		return source_error(r->source, 0, e, "is empty");
	*ret = take_ptr(root);
	return 0;
}

int yaml_parse(const struct source *s, struct yaml **ret, struct err *e)
{
	struct reader r = { .source = s };
	struct fy_diag_cfg dc;
	int rc = -ENOMEM;

	fy_diag_cfg_default(&dc);
	dc.fp = NULL;
	dc.output_fn = output_drop;
	r.diag = fy_diag_create(&dc);
	if (!r.diag)
		return err_set(e, ENOMEM, "out of memory for %s", s->path);
	fy_diag_set_collect_errors(r.diag, true);

	const struct fy_parse_cfg pc = {
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 |
			FYPCF_JSON_NONE | FYPCF_DISABLE_ACCELERATORS,
		.diag = r.diag,
	};

	r.parser = fy_parser_create(&pc);
	if (r.parser && !fy_parser_set_string(r.parser, s->text, s->len))
		rc = stream_read(&r, ret, e);
	else
		err_set(e, ENOMEM, "out of memory for %s", s->path);
	fy_parser_destroy(r.parser);
	fy_diag_destroy(r.diag);
	return rc;
}
