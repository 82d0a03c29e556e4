/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/module.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "agent/modules.h"
#include "agent/verbs.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static int module_flags(const char *name)
{
	const char *end = strstr(name, ".ko");

	return end && end[3] == '.' ? MODULE_INIT_COMPRESSED_FILE : 0;
}

int module_load(const char *dir, const char *name, struct err *e)
{
	const char *options = strchrnul(name, ' ');

	if (name == options || strstr(name, ".."))
		return err_set(e, EINVAL, "'%s' is no name of a module file", name);
	cleanup_free char *path = path_format("%s/%.*s", dir, (int)(options - name), name);
	options += *options == ' ';
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "cannot open %s: %m", path);
	if (syscall(SYS_finit_module, fd, options, module_flags(path)) && errno != EEXIST)
		return err_set(e, errno, "cannot load the module %s: %m", path);
	return 0;
}

int modules_load_early(const char *dir, struct err *e)
{
	cleanup_free char *path = path_format("%s/early", dir);
	cleanup_free char *text = NULL;
	int rc = file_read(AT_FDCWD, path, 65536, &text, NULL, e);

	if (rc == -ENOENT)
		return 0;
	if (rc)
		return rc;
	for (char *line = text, *next; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = '\0';
		if (!*line)
			continue;
		rc = module_load(dir, line, e);
		if (rc)
			return rc;
	}
	return 0;
}

int work_modules(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	json_t *files, *name;
	json_int_t loaded = 0;
	size_t i;
	int rc = request_unpack(request, e, "{s:o}", "files", &files);

	if (rc)
		return rc;
	if (!json_is_array(files))
		return err_set(e, EINVAL, "files is not a list");
	json_array_foreach(files, i, name) {
		if (!json_is_string(name))
			return err_set(e, EINVAL, "files[%zu] is not a string", i);
		rc = module_load(c->modules_dir, json_string_value(name), e);
		if (rc)
			return rc;
		loaded++;
	}
	*ret = json_pack("{s:I}", "loaded", loaded);
	return 0;
}
