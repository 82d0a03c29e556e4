/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>
#include "cli/command.h"
#include "cli/help.h"
#include "cli/manpage.h"
#include "lib/cleanup.h"

/*
 * Text becomes roff: a hyphen is a minus as people will paste it, a backslash
 * is itself, and a line never begins with a control character.
 */
static void print_text(FILE *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		bool starts_line = c == text || c[-1] == '\n';

		if (starts_line && (*c == '.' || *c == '\''))
			fputs("\\&", out);
		if (*c == '-')
			fputs("\\-", out);
		else if (*c == '\\')
			fputs("\\e", out);
		else
			fputc(*c, out);
	}
}

static void print_line(FILE *out, const char *macro, const char *text)
{
	fprintf(out, ".%s ", macro);
	print_text(out, text);
	fputc('\n', out);
}

/*
 * Paragraphs stand apart by an empty line, and lines that begin with a blank
 * are shown as they are.
 */
static void print_paragraphs(FILE *out, const char *text)
{
	bool shown = false;

	fputs(".PP\n", out);
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);

		text += len + (text[len] == '\n');
		if (!line)
			return;
		bool as_is = *line == ' ';
		if (as_is != shown)
			fputs(as_is ? ".nf\n" : ".fi\n", out);
		shown = as_is;
		if (*line) {
			print_text(out, line);
			fputc('\n', out);
		} else if (*text) {
			fputs(".PP\n", out);
		}
		free(line);
	}
	if (shown)
		fputs(".fi\n", out);
}

static void print_item(FILE *out, const char *name, const char *text)
{
	fputs(".TP\n", out);
	print_line(out, "B", name);
	print_text(out, text);
	fputc('\n', out);
}

static void print_option(const char *name, const char *text, void *arg)
{
	print_item(arg, name, text);
}

static void print_command(FILE *out, const struct command *c)
{
	print_line(out, "SS", help_usage(c));
	help_print_summary(c, out);
	if (c->details)
		print_paragraphs(out, c->details);
	help_each_option(c->options, print_option, out);
}

static void print_outcomes(FILE *out, const struct outcome_info *table, int n)
{
	for (int i = 0; i < n; i++)
		print_item(out, table[i].name, table[i].meaning);
}

static void print_exit_codes(FILE *out)
{
	for (int i = 0; i <= EXIT_KERNEL; i++) {
		char code[16];

		snprintf(code, sizeof(code), "%d", i);
		print_item(out, code, exit_code_meaning[i]);
	}
	fprintf(out, ".PP\n%s\n", exit_code_order);
}

void manpage_print(FILE *out)
{
	fputs(".TH RAMRIG 1 \"\" \"ramrig " RAMRIG_VERSION "\" \"User Commands\"\n"
	      ".SH NAME\n"
	      "ramrig \\- boot kernels on emulated memory hardware and compare memory policies\n"
	      ".SH SYNOPSIS\n"
	      ".B ramrig\n"
	      ".I COMMAND\n"
	      "[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
	      ".SH DESCRIPTION\n"
	      "Boots stock and patched Linux kernels in QEMU through libvirt, on emulated memory\n"
	      "hardware, runs services in them with and without a memory policy, and says with\n"
	      "honest statistics what the policy saves and what it costs.\n"
	      ".SH COMMANDS\n", out);
	for (size_t i = 0; commands[i]; i++) {
		if (commands[i]->summary)
			print_command(out, commands[i]);
	}
	fputs(".SH OPTIONS OF EVERY COMMAND\n", out);
	help_each_option(global_options, print_option, out);
	fputs(".SH OUTCOMES OF A CELL\n", out);
	print_outcomes(out, outcome_table, OUTCOME_COUNT);
	fputs(".SH VERDICTS OF A COMPARISON\n", out);
	print_outcomes(out, verdict_table, VERDICT_COUNT);
	fputs(".SH EXIT STATUS\n", out);
	print_exit_codes(out);
	fputs(".SH ENVIRONMENT\n", out);
	print_item(out, "XDG_CACHE_HOME", "images, kernels and the verdict on KVM are kept in its "
		   "folder ramrig; ~/.cache where it is not set");
	print_item(out, "RAMRIG_DATA", "the folder of ramrig's own images, topologies, policies, "
		   "workloads and experiments, where it is not beside the program");
	print_item(out, "TMPDIR", "work folders of running guests; /var/tmp where it is not set");
}
