/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "history/change.h"
#include "history/confirm-all.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* The change with the id @id, and its trend. */
static bool find(json_t *trends, json_int_t id, const json_t **ret_trend, json_t **ret_change)
{
	json_t *trend, *change;
	size_t i, k;

	json_array_foreach(trends, i, trend)
	json_array_foreach(json_object_get(trend, "changes"), k, change) {
		if (json_int_or(change, "id", 0) != id)
			continue;
		*ret_trend = trend;
		*ret_change = change;
		return true;
	}
	return false;
}

static void say_question(const struct contest_site *site, const json_t *trend, json_int_t id)
{
	contest_say(site, "change %lld: %s of %s on %s, arm %s: asking a fresh A/B", (long long)id,
		  json_str(trend, "metric"), json_str(trend, "workload"),
		  json_str(trend, "topology"), json_str(trend, "arm"));
}

/* Shows what would be asked, or says why nothing would. *ret_booted: the answer would take boots. */
static int show(struct history *h, const struct contest_site *site, const json_t *trend,
		const json_t *change, const char *dir, const struct confirm_wish *w,
		bool *ret_booted, struct err *e)
{
	cleanup_json json_t *plan = NULL, *answer = NULL;
	int rc = confirm_plan(h, site, trend, change, dir, &plan, &answer, e);

	if (rc)
		return rc;
	*ret_booted = plan != NULL;
	if (plan)
		w->show_plan(change, plan);
	else
		contest_say(site, "change %lld: %s: %s", (long long)json_int_or(change, "id", 0),
			  json_str(answer, "verdict"), json_str(answer, "reason"));
	return 0;
}

/* *ret_booted: the answer took boots. */
static int ask(struct history *h, const struct contest_site *site, const json_t *trend,
	       json_t *change, const char *dir, bool *ret_booted, struct err *e)
{
	json_int_t id = json_int_or(change, "id", 0);
	cleanup_json json_t *answer = NULL;

	say_question(site, trend, id);
	int rc = confirm_run(h, site, trend, change, dir, &answer, e);

	if (rc)
		return rc;
	*ret_booted = json_str(answer, "result") != NULL;
	if (json_str(answer, "failure")) {
		json_object_set(change, "failure", json_object_get(answer, "failure"));
		return 0;
	}
	rc = change_confirm(h, id, answer, e);
	if (rc)
		return rc;
	json_object_set(change, "status", json_object_get(answer, "verdict"));
	json_object_set(change, "confirmation", answer);
	/* An answer of tonight is news, however old the change. */
	json_object_set_new(change, "nights_since", json_integer(0));
	return 0;
}

int confirm_all(struct history *h, const struct contest_site *site, json_t *trends,
		const struct confirm_wish *w, struct err *e)
{
	cleanup_json json_t *rows = change_rows(trends);
	const json_t *row, *trend;
	unsigned booted = 0;
	json_t *change;
	size_t i;

	if (w->only && !find(trends, w->only, &trend, &change))
		return err_set(e, ENOENT,
			       "the history shows no change %lld now; `ramrig history check` "
			       "lists them",
			       (long long)w->only);
	json_array_foreach(rows, i, row) {
		json_int_t id = json_int_or(row, "id", 0);
		cleanup_free char *dir = path_format("%s/change-%lld", w->dir, (long long)id);
		bool took_boots = false;
		int rc;

		if (!change_is_open(row) || (w->only && id != w->only) ||
		    !find(trends, id, &trend, &change))
			continue;
		if (w->at_most && booted == w->at_most) {
			contest_say(site, "change %lld stays open: %u A/Bs are as many as were "
				  "asked for", (long long)id, booted);
			continue;
		}
		rc = w->show_plan ? show(h, site, trend, change, dir, w, &took_boots, e)
				  : ask(h, site, trend, change, dir, &took_boots, e);
		if (rc)
			return rc;
		booted += took_boots;
	}
	return 0;
}
