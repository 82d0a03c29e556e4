/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "lib/cleanup.h"
#include "spec/spec.h"

static const char function[] =
	"_ramrig_complete() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} one=${COMP_WORDS[1]:-} two=${COMP_WORDS[2]:-}\n"
	"\tlocal options='' kind='' command=''\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$_ramrig_words\" -- \"$cur\")\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [ \"$COMP_CWORD\" -eq 2 ] && [ -n \"${_ramrig_family[$one]:-}\" ]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"${_ramrig_family[$one]}\" -- \"$cur\")\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tcommand=$one\n"
	"\t[ -z \"${_ramrig_family[$one]:-}\" ] || command=\"$one $two\"\n"
	"\toptions=${_ramrig_options[$command]:-}\n"
	"\tkind=${_ramrig_kind[$command]:-}\n"
	"\tif [[ $cur == -* ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$options $_ramrig_global\" -- \"$cur\")\n"
	"\telif [ -n \"$kind\" ]; then\n"
	"\t\toptions=$(\"${COMP_WORDS[0]}\" complete \"$kind\" 2>/dev/null)\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
	"\tfi\n"
	"}\n"
	"complete -o default -F _ramrig_complete ramrig\n";

static void print_option(const char *name, const char *text, void *arg)
{
	const char *dashes = strstr(name, "--");

	(void)text;
	fprintf(arg, "%.*s ", (int)strcspn(dashes, " ="), dashes);
}

static bool same_family(const char *a, const char *b)
{
	size_t len = strcspn(a, " ");

	return len == strcspn(b, " ") && !strncmp(a, b, len);
}

/* Whether commands[@i] is the first of its family, so that the word is named once. */
static bool is_first(size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (commands[j]->summary && same_family(commands[j]->name, commands[i]->name))
			return false;
	}
	return true;
}

static void print_words(FILE *out)
{
	fputs("_ramrig_words='", out);
	for (size_t i = 0; commands[i]; i++) {
		const char *name = commands[i]->name;

		if (commands[i]->summary && is_first(i))
			fprintf(out, "%.*s ", (int)strcspn(name, " "), name);
	}
	fputs("help'\n", out);
}

/* The second words of a first word, such as "fetch list show" of kernel. */
static void print_families(FILE *out)
{
	fputs("declare -gA _ramrig_family=(\n", out);
	for (size_t i = 0; commands[i]; i++) {
		const char *name = commands[i]->name;

		if (!commands[i]->summary || !strchr(name, ' ') || !is_first(i))
			continue;
		fprintf(out, "\t[%.*s]='", (int)strcspn(name, " "), name);
		for (size_t j = i; commands[j]; j++) {
			const char *space = strchr(commands[j]->name, ' ');

			if (commands[j]->summary && space && same_family(name, commands[j]->name))
				fprintf(out, "%s ", space + 1);
		}
		fputs("'\n", out);
	}
	fputs(")\n", out);
}

static void print_options(FILE *out)
{
	fputs("_ramrig_global='--help ", out);
	help_each_option(global_options, print_option, out);
	fputs("'\ndeclare -gA _ramrig_options=(\n", out);
	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->summary || !commands[i]->options)
			continue;
		fprintf(out, "\t['%s']='", commands[i]->name);
		help_each_option(commands[i]->options, print_option, out);
		fputs("'\n", out);
	}
	fputs(")\n", out);
}

/* What the usage line calls a kind of file, such as EXPERIMENT. */
static bool args_name_kind(const char *args, const char *kind)
{
	size_t len = strlen(kind);

	for (const char *a = args; strlen(a) >= len; a++) {
		if (!strncasecmp(a, kind, len))
			return true;
	}
	return false;
}

/* "image list" and its like take names of the kind that their family is called. */
static bool takes_kind(const struct command *c, const char *kind)
{
	return args_name_kind(c->args, kind) ||
	       (args_name_kind(c->args, "NAME") && same_family(c->name, kind));
}

static void print_kinds(FILE *out)
{
	fputs("declare -gA _ramrig_kind=(\n", out);
	for (size_t i = 0; commands[i]; i++) {
		for (int k = 0; commands[i]->summary && k < SPEC_KIND_COUNT; k++) {
			const char *kind = spec_kind_name(k);

			if (!takes_kind(commands[i], kind))
				continue;
			fprintf(out, "\t['%s']=%s\n", commands[i]->name, kind);
			break;
		}
	}
	fputs(")\n\n", out);
}

void completion_print(FILE *out)
{
	fputs("# shellcheck shell=bash\n"
	      "# Completion for ramrig, written by: ramrig docs completion\n\n", out);
	print_words(out);
	print_families(out);
	print_options(out);
	print_kinds(out);
	fputs(function, out);
}
