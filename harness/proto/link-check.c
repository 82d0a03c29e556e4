/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/json.h"
#include "proto/link-check.h"
#include "proto/protocol.h"

#define NAME_MAX_BYTES 128
#define ERRNO_MAX 4095

/*
 * Cleans a NUL-terminated UTF-8 string in place: a terminal or a log must not
 * be steered by a guest. The controls U+0080 to U+009F take two bytes.
 */
static void text_clean(unsigned char *s)
{
	for (; *s; s++) {
		if ((*s < 0x20 && *s != '\n' && *s != '\t') || *s == 0x7f) {
			*s = '?';
		} else if (*s == 0xc2 && s[1] >= 0x80 && s[1] <= 0x9f) {
			s[0] = '?';
			s[1] = '?';
		}
	}
}

/* Every string below @j; keys are only ever compared with our own. */
static void json_clean(json_t *j)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_string(j)) {
		/* The length stays, and '?' is good UTF-8 anywhere: this is safe in place. */
		text_clean((unsigned char *)json_string_value(j));
	} else if (json_is_array(j)) {
		json_array_foreach(j, i, value)
			json_clean(value);
	} else if (json_is_object(j)) {
		json_object_foreach(j, key, value)
			json_clean(value);
	}
}

static bool name_is_short(const json_t *j)
{
	return json_is_string(j) && json_string_length(j) <= NAME_MAX_BYTES;
}

static int check_hello(const json_t *event, struct err *e)
{
	json_int_t version = json_int_or(event, "protocol", -1);

	if (version != PROTOCOL_VERSION)
		return err_set(e, EPROTO, "the agent speaks protocol %lld, we speak %d",
			       (long long)version, PROTOCOL_VERSION);
	if (!name_is_short(json_object_get(event, "release")) ||
	    !name_is_short(json_object_get(event, "machine")) ||
	    !json_is_integer(json_object_get(event, "monotonic_ns")))
		return err_set(e, EPROTO, "the agent's hello is malformed");
	return 0;
}

static int check_sample(const json_t *event, struct err *e)
{
	const json_t *v = json_object_get(event, "v");
	const json_t *value;
	size_t i;

	if (json_int_or(event, "t_ns", -1) < 0 || !json_is_array(v) ||
	    json_array_size(v) > PROTOCOL_COLUMNS_MAX)
		return err_set(e, EPROTO, "a sample is malformed");
	json_array_foreach(v, i, value)
		if (!json_is_number(value) && !json_is_null(value))
			return err_set(e, EPROTO, "value %zu of a sample is no number", i);
	return 0;
}

static int check_daemon_exit(const json_t *event, struct err *e)
{
	bool has_exit = json_is_integer(json_object_get(event, "exit"));
	bool has_signal = json_is_integer(json_object_get(event, "signal"));

	if (!json_is_integer(json_object_get(event, "job")) || has_exit == has_signal ||
	    !name_is_short(json_object_get(event, "name")) || !json_str(event, "output"))
		return err_set(e, EPROTO, "the news of a daemon's end is malformed");
	return 0;
}

static const struct event {
	const char *name;
	int (*check)(const json_t *event, struct err *e);
} events[] = {
	{ "hello", check_hello },
	{ "sample", check_sample },
	{ "daemon-exit", check_daemon_exit },
};

int link_check_event(json_t *event, struct err *e)
{
	const char *name = json_str(event, "event");

	for (size_t i = 0; name && i < ARRAY_SIZE(events); i++) {
		if (strcmp(events[i].name, name))
			continue;
		int rc = events[i].check(event, e);

		if (!rc && events[i].check != check_sample)
			json_clean(event);
		return rc;
	}
	return err_set(e, EPROTO, "the agent sent a message that is neither an answer nor a known event");
}

bool link_event_is_sample(const json_t *event)
{
	const char *name = json_str(event, "event");

	return name && !strcmp(name, "sample");
}

int link_check_answer(json_t *message, struct err *e)
{
	const json_t *result = json_object_get(message, "result");
	const json_t *code = json_object_get(message, "errno");
	json_int_t value = json_integer_value(code);

	if (!json_is_integer(json_object_get(message, "id")))
		return err_set(e, EPROTO, "an answer's id is no integer");
	if (result ? !json_is_object(result) || code != NULL :
		     !json_is_integer(code) || value < 1 || value > ERRNO_MAX ||
		     !json_str(message, "error"))
		return err_set(e, EPROTO, "an answer is neither a result nor an error");
	json_clean(message);
	return 0;
}
