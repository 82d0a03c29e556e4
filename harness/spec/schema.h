/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SCHEMA_H
#define RAMRIG_SCHEMA_H

#include <stdbool.h>
#include "lib/json.h"
#include "spec/spec.h"

/*
 * The tables that say what each kind of file may hold. Checking, defaults,
 * errors and the reference in docs/ derive from them and from nothing else.
 */
enum field_type {
	FIELD_STRING,		/* one line of text */
	FIELD_TEXT,		/* text, which may have several lines */
	FIELD_NAME,		/* [a-z0-9][a-z0-9.-]* */
	FIELD_IDENT,		/* [a-z][a-z0-9_]* */
	FIELD_EVENT,		/* a tracepoint of Linux: "vmscan:mm_vmscan_kswapd_wake" */
	FIELD_PATH,		/* an absolute path in the guest */
	FIELD_BOOL,
	FIELD_INT,		/* min .. max */
	FIELD_NUMBER,		/* a real number, min .. max */
	FIELD_SIZE,		/* bytes, min .. max */
	FIELD_DURATION,		/* milliseconds, min .. max */
	FIELD_LATENCY,		/* nanoseconds, min .. max: "80ns", "100us", "2ms" */
	FIELD_BANDWIDTH,	/* bytes a second, min .. max: "30GB/s", "512MiB/s" */
	FIELD_RANGES,		/* whole numbers as the kernel lists them, kept as text: "0-1,4" */
	FIELD_SHARE,		/* "5%" or 0.05 -> 0.05 */
	FIELD_LIMIT,		/* a number, or a share written with % */
	FIELD_WORD,		/* one of words */
	FIELD_VALUE,		/* a scalar kept as it is written, as a string */
	FIELD_MAP,		/* a mapping with the keys of fields */
	FIELD_TYPE_COUNT
};

enum field_shape {
	SHAPE_ONE,		/* the value itself */
	SHAPE_LIST,		/* a list of such values */
	SHAPE_BY_NAME		/* a mapping from FIELD_IDENT names to such values */
};

struct field {
	const char *key;
	enum field_type type;
	enum field_shape shape;
	bool required;		/* a list or mapping then has at least one item */
	bool lone;		/* of a list: its only item may stand by itself */
	bool unique;		/* no two items of the list, or no two of their "name", are alike */
	const char *lone_key;	/* of FIELD_MAP: a scalar stands for a mapping with this key alone */
	const char *group;	/* exactly one key of a group stands in a mapping */
	double min, max;	/* both 0: no limits but those of the type */
	const char *const *words;	/* NULL-ended */
	const struct field *fields;	/* of FIELD_MAP; ends with a NULL key */
	const char *fallback;	/* the default as it would be written; "[]" and "{}" for empty ones */
	const char *help;
};

/* What policies can learn from which pages are hot, as their key `heat` says; NULL-ended. */
extern const char *const schema_heat_sources[];

/* The table of @kind; its first key is the file's own name. */
const struct field *schema_fields(enum spec_kind kind);

/* "a size such as 512MiB", ... */
const char *field_type_name(enum field_type type);

/* Writes the limit @v of @f as people write it in a file: "64MiB". Returns @buf. */
const char *field_format_limit(const struct field *f, double v, char *buf, size_t size);

/*
 * Reads @text, a scalar, as @f says. Sets *ret to a new JSON value. On failure
 * @e says what is wrong, starting with the quoted text.
 */
int field_parse(const struct field *f, const char *text, bool quoted, json_t **ret, struct err *e);

#endif
