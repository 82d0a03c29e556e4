/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include "cli/help.h"
#include "lib/cleanup.h"

#define INDENT 24
#define WIDTH 80

/* Prints @len bytes of @text from column @indent on, wrapped at words; @at is where it stands. */
static void print_wrapped(FILE *out, const char *text, size_t len, int indent, int at)
{
	const char *end = text + len;

	while (text < end) {
		int word = (int)strcspn(text, " \n");

		if (at > indent && at + 1 + word > WIDTH) {
			fputc('\n', out);
			at = 0;
		}
		at += fprintf(out, "%*s%.*s", at < indent ? indent - at : at > indent, "", word,
			      text);
		text += word;
		text += strspn(text, " ");
		if (*text == '\n')
			break;
	}
	fputc('\n', out);
}

/* Prints @text in the column after @name. */
static void print_row(FILE *out, const char *name, const char *text)
{
	int at = fprintf(out, "  %-*s", INDENT - 2, name);

	if (at > INDENT) {
		fputc('\n', out);
		at = 0;
	}
	print_wrapped(out, text, strlen(text), INDENT, at);
}

/* Lines that begin with a blank are shown as they are; see manpage.c. */
static void print_details(FILE *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (*text == ' ')
			fprintf(out, "%.*s\n", (int)len, text);
		else
			print_wrapped(out, text, len, 0, 0);
		text += len + (text[len] == '\n');
	}
}

static void print_option(const char *name, const char *text, void *arg)
{
	print_row(arg, name, text);
}

void help_each_option(const struct poptOption *table,
		      void (*fn)(const char *name, const char *text, void *arg), void *arg)
{
	for (const struct poptOption *o = table; o && (o->longName || o->shortName || o->arg); o++) {
		char name[64], letter[8] = "";

		if ((o->argInfo & POPT_ARG_MASK) == POPT_ARG_INCLUDE_TABLE)
			help_each_option(o->arg, fn, arg);
		if (!o->longName || !o->descrip)
			continue;
		if (o->shortName)
			snprintf(letter, sizeof(letter), "-%c, ", o->shortName);
		snprintf(name, sizeof(name), "%s--%s%s%s", letter, o->longName,
			 o->argDescrip ? " " : "", o->argDescrip ? o->argDescrip : "");
		fn(name, o->descrip, arg);
	}
}

const char *help_usage(const struct command *c)
{
	static char buf[256];

	snprintf(buf, sizeof(buf), "%s%s%s%s", c->name, c->options ? " [OPTION...]" : "",
		 *c->args ? " " : "", c->args);
	return buf;
}

void help_print_summary(const struct command *c, FILE *out)
{
	fprintf(out, "%c%s.\n", toupper((unsigned char)c->summary[0]), c->summary + 1);
}

void help_print_all(FILE *out)
{
	fputs("ramrig boots Linux kernels on emulated memory hardware and says, with honest\n"
	      "statistics, what a memory feature or a kernel patch saves and what it costs.\n\n"
	      "Usage: ramrig COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n", out);
	for (size_t i = 0; commands[i]; i++) {
		if (commands[i]->summary)
			print_row(out, commands[i]->name, commands[i]->summary);
	}
	fputs("\nOptions of every command:\n", out);
	help_each_option(global_options, print_option, out);
	fputs("\nExit codes:\n", out);
	for (int i = 0; i <= EXIT_KERNEL; i++) {
		char code[16];

		snprintf(code, sizeof(code), "%d", i);
		print_row(out, code, exit_code_meaning[i]);
	}
	fprintf(out, "%s\n", exit_code_order);
	fputs("\n'ramrig help COMMAND' tells more. First steps: ramrig doctor, then\n"
	      "ramrig run quickstart.\n", out);
}

void help_print_command(const struct command *c, FILE *out)
{
	fprintf(out, "Usage: ramrig %s\n\n", help_usage(c));
	if (c->summary)
		help_print_summary(c, out);
	if (c->details) {
		fputc('\n', out);
		print_details(out, c->details);
	}
	if (c->options) {
		fputs("\nOptions:\n", out);
		help_each_option(c->options, print_option, out);
	}
	fputs("\nOptions of every command:\n", out);
	help_each_option(global_options, print_option, out);
}

/* Is @name "FAMILY WORD"? */
static bool is_of_family(const char *name, const char *family)
{
	size_t len = strlen(family);

	return !strncmp(name, family, len) && name[len] == ' ';
}

int help_no_command(int argc, const char *const *argv)
{
	const char *separator = ": there are ";
	bool is_family = false;

	for (size_t i = 0; commands[i] && !is_family; i++)
		is_family = is_of_family(commands[i]->name, argv[0]);
	fprintf(stderr, "ramrig: there is no command '%s%s%s'", argv[0],
		is_family && argc > 1 ? " " : "", is_family && argc > 1 ? argv[1] : "");
	for (size_t i = 0; commands[i]; i++) {
		if (!is_of_family(commands[i]->name, argv[0]))
			continue;
		fprintf(stderr, "%s'%s'", separator, commands[i]->name);
		separator = ", ";
	}
	fprintf(stderr, "\nTry 'ramrig help%s%s'.\n", is_family ? " " : "", is_family ? argv[0] : "");
	return EXIT_USAGE;
}

int help_main(int argc, const char *const *argv)
{
	bool found = false;

	if (!argc) {
		help_print_all(stdout);
		return EXIT_WELL;
	}
	/* "help kernel" shows the whole family, "help bundle" the command of that very name. */
	for (size_t i = 0; commands[i]; i++) {
		const char *name = commands[i]->name;
		size_t len = strlen(argv[0]);

		if (strncmp(name, argv[0], len) || (name[len] && name[len] != ' ') ||
		    (argc > 1 && (!name[len] || strcmp(name + len + 1, argv[1]))))
			continue;
		if (found)
			fputc('\n', stdout);
		help_print_command(commands[i], stdout);
		found = true;
		if (!name[len])
			break;
	}
	if (found)
		return EXIT_WELL;
	return help_no_command(argc, argv);
}
