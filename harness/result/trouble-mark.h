/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TROUBLE_MARK_H
#define RAMRIG_TROUBLE_MARK_H

#include "result/trouble.h"

/* How one line of a console is read. All pure; lines have at most TROUBLE_LINE_MAX bytes. */

/* The line that came before a report's title, where one did. */
enum trouble_lead {
	LEAD_NONE,
	LEAD_CUT,	/* "------------[ cut here ]------------" */
	LEAD_RULE,	/* "==================" */
};

/* What the kernel said in @line: past level, time, caller and the subsystem's name. */
const char *trouble_message(const char *line);

enum trouble_lead trouble_lead(const char *message);

/* What begins with @message, or TROUBLE_KINDS. @lead: the last one, if it was close before. */
enum trouble_kind trouble_kind(const char *message, enum trouble_lead lead);

/* Whether @message is a panic that only says that the kernel dies of @cause. */
bool trouble_follows(const char *message, enum trouble_kind cause);

/* Whether the report in hand ends with @message. */
bool trouble_ends(const char *message);

/* Whether no function after @message belongs to the report's first stack. */
bool trouble_stack_ends(const char *message);

/*
 * The function of a line of a stack, "foo+0x12/0x40"; false for another line and
 * for one that the kernel itself doubts ("? foo+...").
 */
bool trouble_frame(const char *message, char ret[static TROUBLE_NAME_MAX]);

/* The function in a line of registers ("RIP: 0010:foo+0x12/0x40"). */
bool trouble_pc(const char *message, char ret[static TROUBLE_NAME_MAX]);

/*
 * The module that @function, found in @message, belongs to ("foo+0x12/0x40 [zram]");
 * false where it is the kernel's own.
 */
bool trouble_module(const char *message, const char *function, char ret[static TROUBLE_MODULE_MAX]);

/* Whether @name, without offset, only carries reports and tells nothing of their cause. */
bool trouble_carrier(const char *name);

#endif
