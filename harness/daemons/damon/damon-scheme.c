/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include "daemons/damon/damon-ram.h"
#include "daemons/damon/damon-scheme.h"
#include "lib/cleanup.h"
#include "lib/quantity.h"

const char *const damon_actions[DAMON_ACTION_COUNT] = {
	[DAMON_PAGEOUT] = "pageout",	       [DAMON_LRU_PRIO] = "lru_prio",
	[DAMON_LRU_DEPRIO] = "lru_deprio",     [DAMON_MIGRATE_HOT] = "migrate_hot",
	[DAMON_MIGRATE_COLD] = "migrate_cold", [DAMON_STAT] = "stat",
};

const char *const damon_goals[] = { [DAMON_GOAL_NONE] = "",
				    [DAMON_GOAL_USER_INPUT] = "user_input",
				    [DAMON_GOAL_SOME_MEM_PSI_US] = "some_mem_psi_us",
				    NULL };

const char *const damon_filter_types[] = { [DAMON_FILTER_ANON] = "anon",
					   [DAMON_FILTER_MEMCG] = "memcg",
					   [DAMON_FILTER_YOUNG] = "young",
					   [DAMON_FILTER_ADDR] = "addr",
					   NULL };

static int word_find(const char *const *words, const char *text)
{
	for (int i = 0; words[i]; i++)
		if (!strcmp(words[i], text))
			return i;
	return -1;
}

/* A cgroup's path below its mount, with the slash in front that DAMON wants. */
static int cgroup_parse(const char *text, char ret[DAMON_PATH_MAX], struct err *e)
{
	text += *text == '/';
	if (!*text || snprintf(ret, DAMON_PATH_MAX, "/%s", text) >= DAMON_PATH_MAX)
		return err_set(e, EINVAL,
			       "'%.40s' is no cgroup: give its path below the mount, ramrig/heap",
			       text);
	return 0;
}

static int filter_parse(struct damon_scheme *s, const char *text, bool skip, struct err *e)
{
	struct damon_filter f = { .skip = skip };
	const char *value = text + strcspn(text, ":");
	char type[16];
	int n = -1;

	snprintf(type, sizeof(type), "%.*s", (int)(value - text), text);
	int found = word_find(damon_filter_types, type);

	value += *value == ':';
	if (found < 0)
		return err_set(e, EINVAL,
			       "'%.40s' is no filter: anon, young, memcg:PATH or addr:FROM-TO",
			       text);
	f.type = (enum damon_filter_type)found;
	if (s->n_filters == DAMON_FILTERS_MAX)
		return err_set(e, EINVAL, "there are more than %d filters", DAMON_FILTERS_MAX);
	if (f.type == DAMON_FILTER_MEMCG && cgroup_parse(value, f.memcg, e))
		return -e->code;
	if (f.type == DAMON_FILTER_ADDR &&
	    (sscanf(value, "%" SCNi64 "-%" SCNi64 "%n", (int64_t *)&f.start, (int64_t *)&f.end,
		    &n) != 2 ||
	     value[n] || f.start >= f.end))
		return err_set(e, EINVAL, "'%.40s' are no addresses FROM-TO", value);
	if ((f.type == DAMON_FILTER_ANON || f.type == DAMON_FILTER_YOUNG) && *value)
		return err_set(e, EINVAL, "'%.40s': filter %s takes no value", text, type);
	s->filters[s->n_filters++] = f;
	return 0;
}

static int only_parse(struct damon_scheme *s, const char *text, struct err *e)
{
	return filter_parse(s, text, false, e);
}

static int skip_parse(struct damon_scheme *s, const char *text, struct err *e)
{
	return filter_parse(s, text, true, e);
}

static int goal_parse(struct damon_scheme *s, const char *text, struct err *e)
{
	int found = *text ? word_find(damon_goals, text) : -1;

	if (found < 0)
		return err_set(e, EINVAL, "'%.40s' is no goal: user_input or some_mem_psi_us",
			       text);
	s->goal = (enum damon_goal)found;
	return 0;
}

static int psi_parse(struct damon_scheme *s, const char *text, struct err *e)
{
	return cgroup_parse(text, s->psi, e);
}

static int watermarks_parse(struct damon_scheme *s, const char *text, struct err *e)
{
	int n = -1;

	if (sscanf(text, "%" SCNu64 ":%" SCNu64 ":%" SCNu64 "%n", &s->wmark_high, &s->wmark_mid,
		   &s->wmark_low, &n) != 3 ||
	    text[n] || s->wmark_high > 1000 || s->wmark_mid > s->wmark_high ||
	    s->wmark_low > s->wmark_mid)
		return err_set(e, EINVAL,
			       "'%.40s' are no watermarks HIGH:MID:LOW, permille of memory "
			       "that is free",
			       text);
	s->has_watermarks = true;
	return 0;
}

static int node_parse(struct damon_scheme *s, const char *text, struct err *e)
{
	uint64_t node;
	int rc = strcmp(text, "all") ? quantity_parse(QUANTITY_SIZE, text, &node, e) : 0;

	if (!strcmp(text, "all"))
		s->node = RAM_NODE_ALL;
	else if (rc || node > 1023)
		return err_set(e, EINVAL, "'%.40s' is no memory node", text);
	else
		s->node = (int)node;
	return 0;
}

static int target_parse(struct damon_scheme *s, const char *text, struct err *e)
{
	uint64_t node;

	if (quantity_parse(QUANTITY_SIZE, text, &node, e) || node > 1023)
		return err_set(e, EINVAL, "'%.40s' is no memory node", text);
	s->target_nid = (int)node;
	return 0;
}

enum kind { NUMBER, SIZE, DURATION, OTHER };

static const struct key {
	const char *name;
	enum kind kind;
	size_t offset; /* of a uint64_t; OTHER has a function */
	uint64_t max;
	int (*parse)(struct damon_scheme *s, const char *text, struct err *e);
	const char *help;
} keys[] = {
#define FIELD(key, kind, most, help)                                                               \
	{                                                                                          \
#key, kind, offsetof(struct damon_scheme, key), most, NULL, help                   \
	}
#define TIME(key, help)                                                                            \
	{                                                                                          \
#key, DURATION, offsetof(struct damon_scheme, key##_ms), UINT32_MAX, NULL, help    \
	}
#define PARSED(key, parse, help)                                                                   \
	{                                                                                          \
#key, OTHER, 0, 0, parse, help                                                     \
	}
	PARSED(node, node_parse, "whose memory: a number, or all (default)"),
	PARSED(target_nid, target_parse, "node that migrate_hot and migrate_cold move to"),
	TIME(apply_interval, "how often (default: each aggregation)"),
	FIELD(min_sz, SIZE, UINT64_MAX, "regions of this size and above"),
	FIELD(max_sz, SIZE, UINT64_MAX, "regions up to this size"),
	FIELD(min_nr_accesses, NUMBER, UINT32_MAX,
	      "samples of an aggregation that saw an access, at least"),
	FIELD(max_nr_accesses, NUMBER, UINT32_MAX, "and at most; 0 is cold"),
	TIME(min_age, "for how long it has been so, at least"),
	TIME(max_age, "and at most"),
	FIELD(ms, NUMBER, UINT32_MAX, "time for the action in each reset_interval, ms"),
	FIELD(bytes, SIZE, UINT64_MAX, "memory to try in each reset_interval"),
	TIME(reset_interval, "of both and of the goal (default 1s)"),
	FIELD(sz_permil, NUMBER, 1000, "what counts under a quota: size"),
	FIELD(nr_accesses_permil, NUMBER, 1000, "frequency"),
	FIELD(age_permil, NUMBER, 1000, "and age"),
	PARSED(goal, goal_parse, "user_input (see psi) or some_mem_psi_us, which adapt the quota"),
	FIELD(target_value, NUMBER, UINT32_MAX,
	      "stall to come to, us: a second for user_input, a reset_interval for "
	      "some_mem_psi_us"),
	PARSED(psi, psi_parse, "cgroup whose memory.pressure feeds user_input, ramrig/heap"),
	PARSED(watermarks, watermarks_parse,
	       "HIGH:MID:LOW, permille of memory free, between which it is active"),
	TIME(wmark_interval, "how often they are looked at (default 5s)"),
	PARSED(only, only_parse,
	       "filter: anon, young, memcg:PATH or addr:FROM-TO alone; may be repeated"),
	PARSED(skip, skip_parse, "filter: all but these"),
};

static int value_parse(const struct key *k, const char *text, struct damon_scheme *s, struct err *e)
{
	uint64_t v;

	if (k->parse)
		return k->parse(s, text, e);
	/* A bare number is in bytes or ms, as the parameters of policies are handed down. */
	bool bare = k->kind != DURATION || text[strspn(text, "0123456789")] == '\0';
	int rc = quantity_parse(bare ? QUANTITY_SIZE : QUANTITY_DURATION, text, &v, e);

	if (rc || (k->kind == NUMBER && text[strspn(text, "0123456789")]) || v > k->max)
		return err_set(e, EINVAL, "'%.40s' is no %s from 0 to %" PRIu64, text,
			       k->kind == SIZE	     ? "size"
			       : k->kind == DURATION ? "duration"
						     : "number",
			       k->max);
	*(uint64_t *)((char *)s + k->offset) = v;
	return 0;
}

static int key_parse(char *item, struct damon_scheme *s, struct err *e)
{
	char *value = strchr(item, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; value && i < ARRAY_SIZE(keys); i++)
		if (!strcmp(keys[i].name, item))
			return value_parse(&keys[i], value, s, e) ? err_prefix(e, "%s: ", item) : 0;
	return err_set(e, EINVAL, "'%.40s' is no key with a value; see --help", item);
}

static int scheme_check(const struct damon_scheme *s, struct err *e)
{
	bool migrates = s->action == DAMON_MIGRATE_HOT || s->action == DAMON_MIGRATE_COLD;

	if (migrates != (s->target_nid >= 0))
		return err_set(e, EINVAL,
			       migrates ? "a migration needs a target_nid"
					: "only migrations have a target_nid");
	if (migrates && s->target_nid == s->node)
		return err_set(e, EINVAL, "it moves from node %d to itself", s->node);
	if (s->min_sz > s->max_sz || s->min_nr_accesses > s->max_nr_accesses ||
	    s->min_age_ms > s->max_age_ms)
		return err_set(e, EINVAL,
			       "a least value of its access pattern is above the greatest");
	if ((s->goal != DAMON_GOAL_NONE) != (s->target_value > 0))
		return err_set(e, EINVAL, "goal and target_value go together");
	if ((s->goal == DAMON_GOAL_USER_INPUT) != (*s->psi != '\0'))
		return err_set(e, EINVAL, "goal=user_input and psi go together");
	if (!s->reset_interval_ms)
		return err_set(e, EINVAL, "reset_interval is 0");
	return 0;
}

int damon_scheme_parse(const char *text, struct damon_scheme *ret, struct err *e)
{
	struct damon_scheme s = {
		.node = RAM_NODE_ALL,
		.target_nid = -1,
		.max_sz = UINT64_MAX,
		.max_nr_accesses = UINT32_MAX,
		.max_age_ms = DAMON_AGE_MAX,
		.reset_interval_ms = 1000,
		.wmark_interval_ms = 5000,
	};
	cleanup_free char *copy = strdup(text);
	char *at = copy, *item = strsep(&at, ",");
	int rc = item ? 0 : err_set(e, ENOMEM, "out of memory");
	unsigned action = 0;

	while (!rc && action < DAMON_ACTION_COUNT && strcmp(damon_actions[action], item))
		action++;
	s.action = (enum damon_action)action;
	if (!rc && action == DAMON_ACTION_COUNT)
		rc = err_set(e, EINVAL, "'%.40s' is no action; see --help", item);
	while (!rc && (item = strsep(&at, ",")))
		rc = key_parse(item, &s, e);
	if (!rc)
		rc = scheme_check(&s, e);
	if (rc)
		return err_prefix(e, "scheme '%.120s': ", text);
	*ret = s;
	return 0;
}

static json_t *filters_json(const struct damon_scheme *s)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < s->n_filters; i++) {
		const struct damon_filter *f = &s->filters[i];
		json_t *one =
			json_pack("{s:s}", f->skip ? "skip" : "only", damon_filter_types[f->type]);

		if (f->type == DAMON_FILTER_MEMCG)
			json_object_set_new(one, "memcg", json_string(f->memcg));
		if (f->type == DAMON_FILTER_ADDR)
			json_object_update_new(one, json_pack("{s:I, s:I}", "start",
							      (json_int_t)f->start, "end",
							      (json_int_t)f->end));
		json_array_append_new(list, one);
	}
	return list;
}

json_t *damon_scheme_json(const struct damon_scheme *s)
{
	json_t *j = json_pack("{s:s}", "action", damon_actions[s->action]);

	if (s->target_nid >= 0)
		json_object_set_new(j, "target_nid", json_integer(s->target_nid));
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		uint64_t v = *(const uint64_t *)((const char *)s + keys[i].offset);
		char name[40];

		if (keys[i].kind == OTHER)
			continue;
		snprintf(name, sizeof(name), "%s%s", keys[i].name,
			 keys[i].kind == DURATION ? "_ms" : "");
		json_object_set_new(j, name,
				    v > INT64_MAX ? json_null() : json_integer((json_int_t)v));
	}
	if (s->goal != DAMON_GOAL_NONE)
		json_object_set_new(j, "goal", json_string(damon_goals[s->goal]));
	if (s->goal == DAMON_GOAL_USER_INPUT)
		json_object_set_new(j, "psi", json_string(s->psi));
	if (s->has_watermarks)
		json_object_set_new(j, "watermarks",
				    json_pack("[I, I, I]", (json_int_t)s->wmark_high,
					      (json_int_t)s->wmark_mid, (json_int_t)s->wmark_low));
	if (s->n_filters)
		json_object_set_new(j, "filters", filters_json(s));
	return j;
}

void damon_scheme_help(FILE *out)
{
	fputs("\nA scheme is an action and keys: ACTION,KEY=VALUE,... Actions:", out);
	for (size_t i = 0; i < ARRAY_SIZE(damon_actions); i++)
		fprintf(out, " %s", damon_actions[i]);
	fputs("\nSizes are as 32MiB, durations as 10s; bare numbers are bytes and ms.\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		fprintf(out, "  %-20s %s\n", keys[i].name, keys[i].help);
}
