/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_CHANGE_H
#define RAMRIG_HISTORY_CHANGE_H

#include <stdbool.h>
#include <stdio.h>
#include "history/db.h"
#include "lib/json.h"

/*
 * Change points of trends (stats/changepoint.h): found anew each time from all nights, written
 * down once, and confirmed, or not, by a fresh A/B (history/confirm.h).
 */

/* What is known of a change; the one table that help and docs quote. */
enum change_status {
	CHANGE_ALARM,
	CHANGE_OPEN,
	CHANGE_NOT_CONFIRMED,
	CHANGE_UNCONFIRMABLE,
	CHANGE_BETTER,
	CHANGE_SMALL,
	CHANGE_UNWATCHED,
	CHANGE_STATUS_COUNT
};

struct change_info {
	const char *name;
	const char *meaning;
};

extern const struct change_info change_table[CHANGE_STATUS_COUNT];

/* Writes the table as Markdown: the reference in docs/. */
void change_print_reference(FILE *out);

/* Returns the status called @name, or CHANGE_STATUS_COUNT. */
enum change_status change_status_from_name(const char *name);

/*
 * Pure: sets "changes" of each of @trends (of trend_load()) to an array of
 *
 *   { "night": the first at the new level, "before_night": the one before it,
 *     "before", "after": medians of the nights' values at both levels, "change" (a fraction for a
 *     ratio, else in the unit), "p", "worse": bool, "status" }
 *
 * by time. The status is one that needs no A/B, or CHANGE_OPEN. On the ratio scale logarithms are
 * looked at; a trend with a value that has none is passed over. -ENOMEM.
 */
int change_find(json_t *trends, struct err *e);

/*
 * Writes down what is new among the changes of watched @trends, in one transaction, and tells
 * what the history knows of them: sets "id", "found" (the newest night as it was first seen),
 * "nights_since" (nights of that experiment and host that came after it was found, and after it
 * was confirmed), and of those that were asked about "status" and "confirmation". A change that
 * was found before is known again where it lies a night earlier or later: one more night can move
 * it. Two changes are never taken for one.
 */
int change_record(struct history *h, json_t *trends, struct err *e);

/* The same without writing anything: what is new then has no "id". */
int change_recall(struct history *h, json_t *trends, struct err *e);

/*
 * The changes of all @trends, a new array: each with the keys of its trend, but for "nights". Worst
 * first, in margins; those without a margin last.
 */
json_t *change_rows(const json_t *trends);

/* By how much, for people: "-4.1 %", "+12.3 MiB"; "-" where there is none. The caller frees it. */
char *change_text(const json_t *trend, const json_t *change);

/* Whether an A/B is still to be asked about it. */
bool change_is_open(const json_t *change);

/* Whether a change was found, or confirmed, within the newest @nights nights. */
bool change_is_news(const json_t *change, unsigned nights);

/*
 * Writes down what the A/B about the change @id said. @c is the "confirmation" of docs/nightly.md;
 * its "verdict" is the name of a status.
 */
int change_confirm(struct history *h, json_int_t id, const json_t *c, struct err *e);

#endif
