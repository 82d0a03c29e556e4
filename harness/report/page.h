/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PAGE_H
#define RAMRIG_PAGE_H

#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * The skeleton of every page that people look at: one HTML file that holds its style, its program
 * and its data, and asks for nothing else. Its policy (Content-Security-Policy) forbids
 * whatever is not in it.
 *
 * The data lie in the page as JSON, in which no text, whoever wrote it, can end the element that it
 * stands in; reports/page.js hands them to the view that "page" of @data names, and each text
 * becomes text, never markup. A new page is a view in reports/, listed there in `views`, and
 * data for it here.
 */
struct page {
	const char *title;
	const json_t *data;	/* "page": which view */
};

/* What @out cannot take is for the caller to see with ferror(). -ENOMEM. */
int page_write(const struct page *p, FILE *out, struct err *e);

/* Writes it to @path, whole or not at all. */
int page_save(const struct page *p, const char *path, struct err *e);

#endif
