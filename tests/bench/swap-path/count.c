/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A TCG plugin of QEMU's that counts the instructions that a guest's functions take between
 * marks: of each phase that begins where a mark's address is executed. At exit it prints, for each
 * phase, "PHASE FUNCTION INSTRUCTIONS". Arguments: map=FILE, a System.map; mark=ADDRESS:PHASE,
 * any number of them; out=FILE.
 *
 * A translated block counts as a whole, also where an exception leaves it early. QEMU's packages
 * have no qemu-plugin.h: what is used of version 1 of that interface (QEMU's docs/devel/
 * tcg-plugins.rst) is declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
typedef struct qemu_info_t qemu_info_t;
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

#define EXPORT __attribute__((visibility("default")))
EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t id, void *data),
				    void *data);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, enum qemu_plugin_op op,
					      void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned int cpu, void *data),
					  enum qemu_plugin_cb_flags flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);

int qemu_plugin_version = 1;

#define SYMBOLS_MAX (1U << 18)
#define PHASES_MAX 8
#define NAME_SIZE 64

/* Below the first symbol is what programs do. */
static struct symbol {
	uint64_t address;
	char name[NAME_SIZE];
	uint64_t total, begin, phases[PHASES_MAX];
} symbols[SYMBOLS_MAX] = { { 0, "(user)", 0, 0, { 0 } } };
static size_t n_symbols = 1;

static struct mark {
	uint64_t address;
	char phase[NAME_SIZE];
} marks[PHASES_MAX];
static size_t n_marks;
static size_t now = PHASES_MAX;		/* the phase in hand; none yet */
static FILE *out;

static struct symbol *symbol_at(uint64_t address)
{
	size_t from = 0, to = n_symbols;

	while (to - from > 1) {
		size_t middle = from + (to - from) / 2;

		if (symbols[middle].address <= address)
			from = middle;
		else
			to = middle;
	}
	return &symbols[from];
}

static void phase_close(void)
{
	for (size_t i = 0; i < n_symbols; i++) {
		if (now < PHASES_MAX)
			symbols[i].phases[now] += symbols[i].total - symbols[i].begin;
		symbols[i].begin = symbols[i].total;
	}
}

static void mark_executed(unsigned int cpu, void *data)
{
	(void)cpu;
	phase_close();
	now = (size_t)((struct mark *)data - marks);
}

static void block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t at = qemu_plugin_tb_vaddr(tb);

	(void)id;
	for (size_t i = 0; i < n_marks; i++)
		if (marks[i].address == at)
			qemu_plugin_register_vcpu_tb_exec_cb(tb, mark_executed, QEMU_PLUGIN_CB_NO_REGS,
							     &marks[i]);
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
						 &symbol_at(at)->total, qemu_plugin_tb_n_insns(tb));
}

static void report(qemu_plugin_id_t id, void *data)
{
	(void)id;
	(void)data;
	phase_close();
	for (size_t p = 0; p < n_marks; p++)
		for (size_t i = 0; i < n_symbols; i++)
			if (symbols[i].phases[p])
				fprintf(out, "%s %s %" PRIu64 "\n", marks[p].phase, symbols[i].name,
					symbols[i].phases[p]);
	fclose(out);
}

/* A System.map is in the order of addresses; those of per-CPU variables are no code. */
static bool map_read(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512], type;
	struct symbol *s;

	while (f && n_symbols < SYMBOLS_MAX && fgets(line, sizeof(line), f)) {
		s = &symbols[n_symbols];
		if (sscanf(line, "%" SCNx64 " %c %63s", &s->address, &type, s->name) == 3 &&
		    strchr("tTwW", type))
			n_symbols++;
	}
	if (f)
		fclose(f);
	return n_symbols > 1;
}

static bool argument_read(const char *argument)
{
	if (!strncmp(argument, "map=", 4))
		return map_read(argument + 4);
	if (!strncmp(argument, "out=", 4))
		return (out = fopen(argument + 4, "we"));
	if (n_marks == PHASES_MAX)
		return false;
	struct mark *m = &marks[n_marks++];

	return sscanf(argument, "mark=%" SCNx64 ":%63s", &m->address, m->phase) == 2;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!argument_read(argv[i])) {
			fprintf(stderr, "count: cannot take '%s'\n", argv[i]);
			return -1;
		}
	}
	if (!out || n_symbols == 1 || !n_marks) {
		fprintf(stderr, "count: map=, out= and mark= are needed\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
	qemu_plugin_register_atexit_cb(id, report, NULL);
	return 0;
}
