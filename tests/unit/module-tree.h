/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TEST_MODULE_TREE_H
#define RAMRIG_TEST_MODULE_TREE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define TREE_RELEASE "6.99.0-test"

/*
 * Makes lib/modules/TREE_RELEASE below a new folder out of real (if empty)
 * modules, with depmod: top needs mid needs base by symbols, and asks softly
 * for the algorithm "sum", which sum_generic and sum_fast have; soft needs
 * loop, which softly needs soft; "inside" is built in. Returns the new
 * folder, which the caller removes and frees.
 */
static const struct {
	const char *name, *exports, *uses, *info;
} tree_modules[] = {
	{ "base", "base_symbol", "", "" },
	{ "mid", "mid_symbol", ".quad base_symbol", "" },
	{ "top", "", ".quad mid_symbol", "softdep=pre: sum" },
	{ "sum_generic", "", "", "alias=sum" },
	{ "sum_fast", "", "", "alias=sum" },
	{ "soft", "", "", "softdep=pre: loop" },
	{ "loop", "", "", "softdep=pre: soft" },
};

static inline void tree_run(const char *const *argv)
{
	const struct tool_opts o = { .argv = argv, .timeout_ms = 30000 };
	struct err e;

	if (tool_run(&o, NULL, &e))
		fail_msg("%s", e.msg);
}

static inline void tree_write(const char *dir, const char *name, const char *text)
{
	cleanup_free char *path = path_format("%s/%s", dir, name);
	struct err e;

	assert_int_equal(file_write_atomic(path, text, strlen(text), &e), 0);
}

static inline char *tree_make(void)
{
	char root[] = "/tmp/ramrig-modules-XXXXXX";
	struct err e;

	assert_non_null(mkdtemp(root));
	cleanup_free char *dir = path_format("%s/lib/modules/" TREE_RELEASE, root);

	assert_int_equal(dir_make(dir, 0755, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(tree_modules); i++) {
		cleanup_free char *source = path_format("%s/module.s", root);
		cleanup_free char *object = path_format("%s/%s.ko", dir, tree_modules[i].name);
		cleanup_free char *text = path_format(
			".section .modinfo,\"a\"\n.asciz \"name=%s\"\n.asciz \"%s\"\n"
			".section __ksymtab_strings,\"a\"\n.asciz \"%s\"\n.data\n%s\n",
			tree_modules[i].name, tree_modules[i].info, tree_modules[i].exports,
			tree_modules[i].uses);

		tree_write(root, "module.s", text);
		tree_run((const char *[]){ "gcc", "-c", "-o", object, source, NULL });
	}
	tree_write(dir, "modules.builtin", "kernel/inside.ko\nkernel/virtio_pci.ko\n"
					   "kernel/virtio_console.ko\n");
	tree_write(dir, "modules.order", "");
	/* Of one module as distributions ship it. */
	cleanup_free char *mid = path_format("%s/mid.ko", dir);

	tree_run((const char *[]){ "xz", "--check=crc32", mid, NULL });
	tree_run((const char *[]){ "depmod", "-b", root, TREE_RELEASE, NULL });
	return path_format("%s", root);
}

#endif
