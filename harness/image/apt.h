/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_APT_H
#define RAMRIG_APT_H

#include <stdbool.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * What the host's apt knows. Only Debian's own archive counts (and mirrors of
 * it), whichever file and format the host lists it in: other repositories that
 * the host happens to have are never used.
 */

/*
 * Sets *ret to a new JSON array of lines for sources.list ("deb URI SUITE
 * COMPONENT") of @suite, its updates and its security fixes. -ENODATA when the
 * host has none.
 */
int apt_sources(const char *suite, json_t **ret, struct err *e);

/* The pure half of apt_sources(): @text is what `apt-get indextargets` printed. */
json_t *apt_sources_parse(const char *text, const char *suite);

/*
 * Sets *ret to a new JSON array of the host's settings that a download needs
 * to work here (proxy, validity of old mirrors), as lines for apt.conf.
 */
int apt_settings(json_t **ret, struct err *e);

/*
 * Finds the newest package on offer whose name matches the fnmatch() pattern
 * @pattern and none of the JSON array of patterns @exclude (may be NULL). Sets
 * *ret to a new object { package, version, sha256, bytes }. -ENODATA when
 * there is none.
 */
int apt_newest(const char *pattern, const json_t *exclude, json_t **ret, struct err *e);

/* The pure half: whether @package is meant. */
bool apt_name_matches(const char *package, const char *pattern, const json_t *exclude);

/* Downloads @package at @version into the folder @dir and sets *ret_path to the file. */
int apt_download(const char *package, const char *version, const char *dir, const char *log_path,
		 char **ret_path, struct err *e);

#endif
