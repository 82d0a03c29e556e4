/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/trouble-mark.h"

#define PANIC "Kernel panic - not syncing"

#define STALLS true, false
#define DOUBTS false, true
#define REMARK false, false

const struct trouble_info trouble_table[TROUBLE_KINDS] = {
	[TROUBLE_PANIC] = { "panic", "the kernel gave up, and no other report says why", DOUBTS },
	[TROUBLE_OOM_PANIC] = { "oom-panic", "the kernel gave up for want of memory", DOUBTS },
	[TROUBLE_OOPS] = { "oops", "a fault in kernel code: a bad address, opcode or breakpoint",
			   DOUBTS },
	[TROUBLE_BUG] = { "bug", "an assertion of the kernel's own (`BUG()`), or a state it calls a bug",
			  DOUBTS },
	[TROUBLE_KASAN] = { "kasan", "memory used after free or out of bounds, seen by KASAN", DOUBTS },
	[TROUBLE_KFENCE] = { "kfence", "the same, seen by KFENCE's samples", DOUBTS },
	[TROUBLE_UBSAN] = { "ubsan", "undefined behaviour, such as an index out of bounds", REMARK },
	[TROUBLE_LOCKDEP] = { "lockdep", "locks or RCU used in a way that can deadlock", REMARK },
	[TROUBLE_ATOMIC] = { "atomic", "code that must not sleep, or change its CPU, could have",
			     REMARK },
	[TROUBLE_HARD_LOCKUP] = { "hard-lockup", "a CPU took no interrupts", STALLS },
	[TROUBLE_SOFT_LOCKUP] = { "soft-lockup", "a CPU ran one task in the kernel and no other",
				  STALLS },
	[TROUBLE_RCU_STALL] = { "rcu-stall", "a CPU or task held RCU's grace period up", STALLS },
	[TROUBLE_WORKQUEUE_LOCKUP] = { "workqueue-lockup", "a pool of workers made no progress",
				       STALLS },
	[TROUBLE_HUNG_TASK] = { "hung-task", "a task slept uninterruptibly for too long", STALLS },
	[TROUBLE_WARNING] = { "warning", "`WARN()`: the kernel met what it did not expect, and went on",
			      REMARK },
	[TROUBLE_OOM_KILL] = { "oom-kill", "a process was killed for want of memory", REMARK },
};

/* What a report begins with. The first that fits counts. */
static const struct mark {
	const char *start;	/* of the message; "": anywhere in it */
	const char *also;	/* somewhere in it, or NULL */
	enum trouble_lead lead;	/* without which it is no report; LEAD_NONE: any */
	enum trouble_kind kind;
} marks[] = {
	{ PANIC ": Out of memory", NULL, LEAD_NONE, TROUBLE_OOM_PANIC },
	{ PANIC ": System is deadlocked on memory", NULL, LEAD_NONE, TROUBLE_OOM_PANIC },
	{ PANIC, NULL, LEAD_NONE, TROUBLE_PANIC },
	{ "BUG: KASAN: ", NULL, LEAD_NONE, TROUBLE_KASAN },
	{ "BUG: KFENCE: ", NULL, LEAD_NONE, TROUBLE_KFENCE },
	{ "UBSAN: ", NULL, LEAD_NONE, TROUBLE_UBSAN },
	{ "BUG: soft lockup - ", NULL, LEAD_NONE, TROUBLE_SOFT_LOCKUP },
	{ "BUG: workqueue lockup - ", NULL, LEAD_NONE, TROUBLE_WORKQUEUE_LOCKUP },
	{ "", "Watchdog detected hard LOCKUP", LEAD_NONE, TROUBLE_HARD_LOCKUP },
	{ "INFO: rcu", " stall", LEAD_NONE, TROUBLE_RCU_STALL },
	{ "INFO: task ", " blocked for more than ", LEAD_NONE, TROUBLE_HUNG_TASK },
	{ "BUG: kernel NULL pointer dereference", NULL, LEAD_NONE, TROUBLE_OOPS },
	{ "BUG: unable to handle ", NULL, LEAD_NONE, TROUBLE_OOPS },
	{ "BUG: TASK stack guard page", NULL, LEAD_NONE, TROUBLE_OOPS },
	{ "BUG: IRQ stack guard page", NULL, LEAD_NONE, TROUBLE_OOPS },
	{ "PANIC: double fault", NULL, LEAD_NONE, TROUBLE_OOPS },
	{ "Oops: ", NULL, LEAD_NONE, TROUBLE_OOPS },
	{ "Internal error: ", NULL, LEAD_NONE, TROUBLE_OOPS },
	{ "Unable to handle kernel ", NULL, LEAD_NONE, TROUBLE_OOPS },
	{ "", ": 0000 [#", LEAD_NONE, TROUBLE_OOPS },
	{ "kernel BUG at ", NULL, LEAD_NONE, TROUBLE_BUG },
	{ "WARNING: CPU: ", " at ", LEAD_NONE, TROUBLE_WARNING },
	{ "WARNING: ", " at ", LEAD_CUT, TROUBLE_WARNING },
	{ "WARNING: ", NULL, LEAD_RULE, TROUBLE_LOCKDEP },
	{ "[ BUG: ", NULL, LEAD_RULE, TROUBLE_LOCKDEP },
	{ "BUG: MAX_", NULL, LEAD_NONE, TROUBLE_LOCKDEP },	/* it has no room, and ends */
	{ "BUG: sleeping function called from invalid context", NULL, LEAD_NONE, TROUBLE_ATOMIC },
	{ "BUG: scheduling while atomic", NULL, LEAD_NONE, TROUBLE_ATOMIC },
	{ "BUG: using ", " in preemptible", LEAD_NONE, TROUBLE_ATOMIC },
	{ "BUG: ", NULL, LEAD_NONE, TROUBLE_BUG },
	{ "", " invoked oom-killer: ", LEAD_NONE, TROUBLE_OOM_KILL },
};

/* The panics by which a kernel ends after a report of its own: no news. */
static const struct {
	const char *words;
	unsigned causes;	/* bits of kinds */
} followers[] = {
	{ "Fatal exception", 1U << TROUBLE_OOPS | 1U << TROUBLE_BUG },
	{ "kasan.fault=panic set", 1U << TROUBLE_KASAN },
	{ "panic_on_warn set", 1U << TROUBLE_WARNING | 1U << TROUBLE_KASAN | 1U << TROUBLE_KFENCE |
			       1U << TROUBLE_UBSAN | 1U << TROUBLE_LOCKDEP | 1U << TROUBLE_BUG },
	{ "softlockup: hung tasks", 1U << TROUBLE_SOFT_LOCKUP },
	{ "Hard LOCKUP", 1U << TROUBLE_HARD_LOCKUP },
	{ "RCU Stall", 1U << TROUBLE_RCU_STALL },
	{ "hung_task: blocked tasks", 1U << TROUBLE_HUNG_TASK },
	{ "workqueue: ", 1U << TROUBLE_WORKQUEUE_LOCKUP },
};

static const char *const ends[] = { "---[ end trace ", "---[ end Kernel panic" };

static const char *const stack_ends[] = {
	"</TASK>", "Modules linked in:", "---[ end ", "Allocated by task", "Freed by task",
	"Mem-Info:", "The buggy address", "Kernel Offset:", "Showing all locks", "Tasks state",
};

/* What stands between the cause and the report: printing it, locking, sleeping, trapping. */
static const char *const carriers[] = {
	"dump_stack", "dump_stack_lvl", "show_stack", "print_report", "print_address_description",
	"kasan_report", "kasan_report_invalid_free", "kasan_check_range", "__kasan_check_read",
	"__kasan_check_write", "kasan_save_stack", "check_region_inline", "end_report", "panic",
	"vpanic", "nmi_panic", "__warn", "warn_slowpath_fmt", "__warn_printk", "report_bug",
	"handle_bug", "exc_invalid_op", "asm_exc_invalid_op", "__might_resched", "__might_sleep",
	"__schedule_bug", "bad_page", "dump_header", "oom_kill_process", "out_of_memory",
	"_raw_spin_lock", "_raw_spin_lock_irq", "_raw_spin_lock_irqsave", "_raw_spin_lock_bh",
	"_raw_read_lock", "_raw_write_lock", "__mutex_lock", "mutex_lock", "mutex_lock_nested",
	"down_read", "down_write", "print_circular_bug", "check_noncircular", "check_prev_add", "validate_chain",
	"__lock_acquire", "lock_acquire", "print_deadlock_bug", "print_usage_bug", "mark_lock_irq",
	"mark_lock", "mark_usage", "print_irq_inversion_bug", "print_bad_irq_dependency",
	"lockdep_rcu_suspicious", "ubsan_epilogue", "__schedule", "schedule", "schedule_timeout",
	"schedule_preempt_disabled", "io_schedule", "delay_tsc", "delay_loop", "__delay", "__const_udelay",
	"__udelay", "nmi_cpu_backtrace",
	"nmi_trigger_cpumask_backtrace", "rcu_dump_cpu_stacks",
};

/* Names that printk puts in front of what marks a report. */
static const char *const subsystems[] = { "rcu: ", "watchdog: ", "NMI watchdog: ", "traps: " };

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Past "[   12.345678] " at @s, or NULL where there is no time. */
static const char *past_time(const char *s)
{
	if (*s != '[')
		return NULL;
	s += 1 + strspn(s + 1, " ");
	size_t whole = strspn(s, "0123456789");
	if (!whole || s[whole] != '.')
		return NULL;
	s += whole + 1;
	size_t micro = strspn(s, "0123456789");

	return micro == 6 && s[micro] == ']' ? s + micro + 1 + (s[micro + 1] == ' ') : NULL;
}

/* Past "[  T123] " or "[    C0] ", which CONFIG_PRINTK_CALLER adds. */
static const char *past_caller(const char *s)
{
	const char *p = s + 1 + strspn(s, "[ ");

	if (*s != '[' || (p[-1] != 'T' && p[-1] != 'C') || !isdigit((unsigned char)*p))
		return s;
	p += strspn(p, "0123456789");
	return starts(p, "] ") ? p + 2 : s;
}

const char *trouble_message(const char *line)
{
	/* What a program printed without an end may stand in front of the time. */
	const char *s = line;

	for (const char *p = strchr(line, '['); p; p = strchr(p + 1, '[')) {
		const char *past = past_time(p);

		if (past) {
			s = past_caller(past);
			break;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(subsystems); i++) {
		if (starts(s, subsystems[i]))
			return s + strlen(subsystems[i]);
	}
	return s;
}

enum trouble_lead trouble_lead(const char *message)
{
	size_t rule = strspn(message, "=");

	if (starts(message, "------------[ cut here ]"))
		return LEAD_CUT;
	return rule >= 20 && !message[rule] ? LEAD_RULE : LEAD_NONE;
}

enum trouble_kind trouble_kind(const char *message, enum trouble_lead lead)
{
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		const struct mark *m = &marks[i];

		if (starts(message, m->start) && (!m->also || strstr(message, m->also)) &&
		    (m->lead == LEAD_NONE || m->lead == lead))
			return m->kind;
	}
	return TROUBLE_KINDS;
}

bool trouble_follows(const char *message, enum trouble_kind cause)
{
	if (!starts(message, PANIC))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(followers); i++) {
		if ((followers[i].causes >> cause & 1) && strstr(message, followers[i].words))
			return true;
	}
	return false;
}

bool trouble_ends(const char *message)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (starts(message, ends[i]))
			return true;
	}
	return false;
}

bool trouble_stack_ends(const char *message)
{
	message += strspn(message, " ");
	for (size_t i = 0; i < ARRAY_SIZE(stack_ends); i++) {
		if (starts(message, stack_ends[i]))
			return true;
	}
	return !*message;
}

static size_t hex_length(const char *s)
{
	size_t digits = starts(s, "0x") ? strspn(s + 2, "0123456789abcdef") : 0;

	return digits ? digits + 2 : 0;
}

/* "foo+0x12/0x40" at the start of @s. */
static bool take_function(const char *s, char ret[static TROUBLE_NAME_MAX])
{
	size_t name = 0, offset, size;

	while (isalnum((unsigned char)s[name]) || (s[name] && strchr("_.$:", s[name])))
		name++;
	if (!name || s[name] != '+' || !(offset = hex_length(s + name + 1)))
		return false;
	if (s[name + 1 + offset] != '/' || !(size = hex_length(s + name + 2 + offset)))
		return false;
	size_t len = name + 2 + offset + size;
	if (len >= TROUBLE_NAME_MAX)
		return false;
	memcpy(ret, s, len);
	ret[len] = '\0';
	return true;
}

bool trouble_frame(const char *message, char ret[static TROUBLE_NAME_MAX])
{
	return take_function(message + strspn(message, " "), ret);
}

bool trouble_pc(const char *message, char ret[static TROUBLE_NAME_MAX])
{
	if (starts(message, "pc : "))
		return take_function(message + strlen("pc : "), ret);
	if (!starts(message, "RIP: "))
		return false;
	const char *colon = strchr(message + strlen("RIP: "), ':');

	return colon && take_function(colon + 1, ret);
}

bool trouble_module(const char *message, const char *function, char ret[static TROUBLE_MODULE_MAX])
{
	const char *found = strstr(message, function);
	const char *rest = found ? found + strlen(function) : "";
	size_t len = starts(rest, " [") ? strcspn(rest + 2, " ]") : 0;

	if (!len || len >= TROUBLE_MODULE_MAX)
		return false;
	memcpy(ret, rest + 2, len);
	ret[len] = '\0';
	return true;
}

bool trouble_carrier(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(carriers); i++) {
		if (!strcmp(name, carriers[i]))
			return true;
	}
	return starts(name, "__asan_");
}

void trouble_print_reference(FILE *out)
{
	fputs("| kind | what the kernel told | then the cell is |\n| --- | --- | --- |\n", out);
	for (size_t i = 0; i < TROUBLE_KINDS; i++)
		fprintf(out, "| `%s` | %s | %s |\n", trouble_table[i].name, trouble_table[i].meaning,
			trouble_table[i].doubts ? "`crashed`" : "what it would be");
}
