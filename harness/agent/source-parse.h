/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_SOURCE_PARSE_H
#define RAMRIG_AGENT_SOURCE_PARSE_H

#include "agent/source.h"

/* Pure readers of the kernel's text; @text ends in a NUL. */

/* The whole text is one number. */
struct sample_value value_parse(const char *text);

/*
 * A key and the line it stood in last time: files keep their order, so the
 * first look is nearly always the last.
 */
struct source_key {
	char *name;
	size_t len, line;
	const char *path;	/* of "swaps": a device, behind the name's own end */
	const char *node;	/* of "numa": "N0", the name's own end, which @len leaves out */
};

/*
 * Lines "key number" and "key: number kB", the latter in bytes; "Node N " before
 * a key is passed over.
 */
void keyed_parse(const char *text, struct source_key *keys, size_t n,
		 struct sample_value *values);

/* memory.numa_stat of a cgroup: lines "key N0=number N1=number". */
void numa_parse(const char *text, struct source_key *keys, size_t n,
		struct sample_value *values);

/* One line of numbers: each key's @line is its place in it, from 0 on, in rising order. */
void fields_parse(const char *text, const struct source_key *keys, size_t n,
		  struct sample_value *values);

/* /proc/swaps: bytes in use of each device; a key's @path is as the file has it. */
void swaps_parse(const char *text, const struct source_key *keys, size_t n,
		 struct sample_value *values);

/* values[0] is the total of "some", values[1] that of "full". */
void psi_parse(const char *text, struct sample_value values[static 2]);

/* utime and stime of a /proc/PID/stat, in us. */
struct sample_value stat_parse(const char *text, long ticks_per_s);

#endif
