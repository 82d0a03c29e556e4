/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/quantity.h"
#include "lib/ranges.h"
#include "spec/nearest.h"
#include "spec/schema.h"

#define TEXT_MAX 4096
#define NAME_LENGTH_MAX 64
#define QUOTED_MAX 60		/* of a wrong value that an error repeats */

const char *field_type_name(enum field_type type)
{
	static const char *const names[FIELD_TYPE_COUNT] = {
		[FIELD_STRING] = "a line of text",
		[FIELD_TEXT] = "text",
		[FIELD_NAME] = "a name",
		[FIELD_IDENT] = "an identifier",
		[FIELD_EVENT] = "a tracepoint such as vmscan:mm_vmscan_kswapd_wake",
		[FIELD_PATH] = "an absolute path",
		[FIELD_BOOL] = "true or false",
		[FIELD_INT] = "a whole number",
		[FIELD_NUMBER] = "a number",
		[FIELD_SIZE] = "a size such as 512MiB",
		[FIELD_DURATION] = "a duration such as 5s",
		[FIELD_LATENCY] = "a latency such as 80ns",
		[FIELD_BANDWIDTH] = "a bandwidth such as 30GB/s",
		[FIELD_RANGES] = "a list of numbers such as 0-1,4",
		[FIELD_SHARE] = "a share such as 5%",
		[FIELD_LIMIT] = "a number, or a share such as 5%",
		[FIELD_WORD] = "a word",
		[FIELD_VALUE] = "a value",
		[FIELD_MAP] = "a mapping",
	};

	return names[type];
}

/* Whether values of @type are quantities, and of which kind. */
static bool quantity_of(enum field_type type, enum quantity *ret)
{
	static const struct { enum field_type type; enum quantity quantity; } kinds[] = {
		{ FIELD_SIZE, QUANTITY_SIZE },
		{ FIELD_DURATION, QUANTITY_DURATION },
		{ FIELD_LATENCY, QUANTITY_LATENCY },
		{ FIELD_BANDWIDTH, QUANTITY_BANDWIDTH },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].type != type)
			continue;
		*ret = kinds[i].quantity;
		return true;
	}
	return false;
}

const char *field_format_limit(const struct field *f, double v, char *buf, size_t size)
{
	enum quantity q;

	if (quantity_of(f->type, &q))
		return quantity_format(q, (uint64_t)v, buf, size);
	snprintf(buf, size, "%.16g", v);
	return buf;
}

static int value_refuse(const char *text, struct err *e, const char *why)
{
	return err_set(e, EINVAL, "'%.*s%s' is not %s", QUOTED_MAX, text,
		       strlen(text) > QUOTED_MAX ? "..." : "", why);
}

/* A double holds whole numbers exactly up to 2^53: the limits here all are below. */
static int limits_check(const struct field *f, double v, const char *text, struct err *e)
{
	if ((!f->min && !f->max) || (v >= f->min && v <= f->max))
		return 0;
	char limit[QUANTITY_TEXT];

	if (v < f->min)
		return err_set(e, EINVAL, "'%s' is below the least allowed, %s", text,
			       field_format_limit(f, f->min, limit, sizeof(limit)));
	return err_set(e, EINVAL, "'%s' is above the most allowed, %s", text,
		       field_format_limit(f, f->max, limit, sizeof(limit)));
}

static int string_parse(const struct field *f, const char *text, json_t **ret, struct err *e)
{
	if (strlen(text) > TEXT_MAX)
		return err_set(e, EINVAL, "a text of %zu bytes is over the %d allowed", strlen(text),
			       TEXT_MAX);
	if (!*text && f->type == FIELD_STRING)
		return err_set(e, EINVAL, "the text is empty");
	for (const char *c = text; *c; c++) {
		bool layout = *c == '\n' || *c == '\t';

		if ((iscntrl((unsigned char)*c) && !layout) || (layout && f->type == FIELD_STRING))
			return err_set(e, EINVAL, "the text holds a control character (code %d)", *c);
	}
	if (f->type == FIELD_PATH && (*text != '/' || strstr(text, "/../") || strstr(text, "//")))
		return value_refuse(text, e, "an absolute path of the guest");
	*ret = json_string(text);
	return 0;
}

static int name_parse(const struct field *f, const char *text, json_t **ret, struct err *e)
{
	static const struct { const char *first, *rest, *what; } forms[] = {
		{ "abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz0123456789.+-",
		  "a name (a-z, 0-9, '.', '+' and '-', first a letter or digit)" },
		{ "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz0123456789_",
		  "an identifier (a-z, 0-9 and '_', first a letter)" },
	};
	size_t i = f->type == FIELD_IDENT;

	if (!*text || !strchr(forms[i].first, *text) || text[strspn(text, forms[i].rest)])
		return value_refuse(text, e, forms[i].what);
	if (strlen(text) > NAME_LENGTH_MAX)
		return err_set(e, EINVAL, "a name of %zu letters is over the %d allowed",
			       strlen(text), NAME_LENGTH_MAX);
	*ret = json_string(text);
	return 0;
}

/* Both parts name folders of tracefs: nothing else can be said with them. */
static int event_parse(const char *text, json_t **ret, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	size_t subsystem = strspn(text, letters);
	const char *name = text + subsystem + 1;
	size_t event = text[subsystem] == ':' ? strspn(name, letters) : 0;

	if (!subsystem || !event || name[event] || subsystem > NAME_LENGTH_MAX ||
	    event > NAME_LENGTH_MAX)
		return value_refuse(text, e, field_type_name(FIELD_EVENT));
	*ret = json_string(text);
	return 0;
}

static int bool_parse(const char *text, json_t **ret, struct err *e)
{
	bool yes = !strcmp(text, "true");

	if (!yes && strcmp(text, "false"))
		return value_refuse(text, e, field_type_name(FIELD_BOOL));
	*ret = json_boolean(yes);
	return 0;
}

static int int_parse(const struct field *f, const char *text, json_t **ret, struct err *e)
{
	char *end;

	errno = 0;
	long long n = strtoll(text, &end, 10);
	if (!isdigit((unsigned char)text[*text == '-']) || *end)
		return value_refuse(text, e, field_type_name(FIELD_INT));
	if (errno)
		return err_set(e, EINVAL, "'%s' does not fit in 64 bits", text);
	int rc = limits_check(f, (double)n, text, e);
	if (rc)
		return rc;
	*ret = json_integer(n);
	return 0;
}

/* Decimal notation only: no hexadecimal, no infinity, no "nan". */
static bool decimal_parse(const char *text, double *ret, const char **ret_end)
{
	char *end;

	if (!isdigit((unsigned char)text[*text == '-']) || text[strspn(text, "-0123456789.eE+%")])
		return false;
	*ret = strtod(text, &end);
	*ret_end = end;
	return isfinite(*ret);
}

static int number_parse(const struct field *f, const char *text, json_t **ret, struct err *e)
{
	const char *end = "";
	double v;
	bool fine = decimal_parse(text, &v, &end);
	bool share = fine && !strcmp(end, "%") && f->type != FIELD_NUMBER;

	if (!fine || (*end && !share))
		return value_refuse(text, e, field_type_name(f->type));
	if (share)
		v /= 100;
	if (f->type == FIELD_SHARE && (v < 0 || v > 1))
		return err_set(e, EINVAL, "'%s' is not between 0%% and 100%%", text);
	int rc = limits_check(f, v, text, e);
	if (rc)
		return rc;
	*ret = json_real(v);
	return 0;
}

static int quantity_field_parse(const struct field *f, const char *text, json_t **ret,
				struct err *e)
{
	enum quantity q = QUANTITY_SIZE;
	uint64_t n;

	quantity_of(f->type, &q);
	int rc = quantity_parse(q, text, &n, e);

	if (!rc && n > INT64_MAX)
		rc = err_set(e, EINVAL, "'%s' does not fit in 63 bits", text);
	if (!rc)
		rc = limits_check(f, (double)n, text, e);
	if (!rc)
		*ret = json_integer((json_int_t)n);
	return rc;
}

static int ranges_parse(const char *text, json_t **ret, struct err *e)
{
	int rc = ranges_check(text, e);

	if (!rc)
		*ret = json_string(text);
	return rc;
}

static int word_parse(const struct field *f, const char *text, json_t **ret, struct err *e)
{
	struct nearest near = { .written = text };
	char hint[100], known[200] = "";

	for (const char *const *w = f->words; *w; w++) {
		if (!strcmp(*w, text)) {
			*ret = json_string(text);
			return 0;
		}
		nearest_offer(&near, *w);
		size_t len = strlen(known);

		snprintf(known + len, sizeof(known) - len, "%s%s",
			 !len ? "" : w[1] ? ", " : " or ", *w);
	}
	return err_set(e, EINVAL, "'%.*s' is not %s%s", QUOTED_MAX, text, known,
		       nearest_hint(&near, hint, sizeof(hint)));
}

int field_parse(const struct field *f, const char *text, bool quoted, json_t **ret, struct err *e)
{
	json_t *j = NULL;
	int rc;

	if (!*text && !quoted)
		return err_set(e, EINVAL, "there is no value");
	switch (f->type) {
	case FIELD_NAME:
	case FIELD_IDENT:
		rc = name_parse(f, text, &j, e);
		break;
	case FIELD_EVENT:
		rc = event_parse(text, &j, e);
		break;
	case FIELD_BOOL:
		rc = bool_parse(text, &j, e);
		break;
	case FIELD_INT:
		rc = int_parse(f, text, &j, e);
		break;
	case FIELD_NUMBER:
	case FIELD_SHARE:
	case FIELD_LIMIT:
		rc = number_parse(f, text, &j, e);
		break;
	case FIELD_SIZE:
	case FIELD_DURATION:
	case FIELD_LATENCY:
	case FIELD_BANDWIDTH:
		rc = quantity_field_parse(f, text, &j, e);
		break;
	case FIELD_RANGES:
		rc = ranges_parse(text, &j, e);
		break;
	case FIELD_WORD:
		rc = word_parse(f, text, &j, e);
		break;
	default:
		rc = string_parse(f, text, &j, e);
		break;
	}
	if (!rc && !j)
		rc = err_set(e, ENOMEM, "out of memory");
	if (!rc)
		*ret = j;
	return rc;
}
