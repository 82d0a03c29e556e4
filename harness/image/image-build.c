/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/apt.h"
#include "image/cache-tree.h"
#include "image/content.h"
#include "image/image-build.h"
#include "image/rootmode.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#define BOOTSTRAP_MS (30 * 60 * 1000)
#define PACK_MS (10 * 60 * 1000)
#define ARGS_MAX 192
#define SCRIPTS_MAX 32

/*
 * Nothing of the day of a build goes into the image: equal packages make equal
 * files with equal times (but for when an inode was changed, which mke2fs takes
 * from the disk it reads). The date is Debian 12's.
 */
#define EPOCH "1686355200"
#define FS_UUID "72616d72-6967-4d72-8000-696d61676531"

static const char *const needed_tools[] = { "mmdebstrap", "mke2fs", "tar" };

/* What no guest reads: it would only make the image larger and its build slower. */
static const char *const dpkg_options[] = {
	"--dpkgopt=force-unsafe-io",
	"--dpkgopt=path-exclude=/usr/share/man/*",
	"--dpkgopt=path-exclude=/usr/share/doc/*",
	"--dpkgopt=path-include=/usr/share/doc/*/copyright",
	"--dpkgopt=path-exclude=/usr/share/info/*",
	"--dpkgopt=path-exclude=/usr/share/locale/*",
	"--dpkgopt=path-exclude=/usr/share/i18n/*",
	"--dpkgopt=path-exclude=/usr/share/lintian/*",
};

/* Where apt's keys may be; the first is where Debian 12 has its own. */
static const char *const keyrings[] = {
	"/etc/apt/trusted.gpg.d",
	"/usr/share/keyrings/debian-archive-keyring.gpg",
};

/*
 * The root of a guest is an ephemeral overlay: after a crash it is thrown away,
 * so a journal and checksums would only cost time at mount and at each write.
 * The features are spelt out so that the host's mke2fs.conf has no say.
 */
#define FS_FEATURES                                                                            \
	"none,extent,huge_file,flex_bg,dir_nlink,extra_isize,dir_index,filetype,"              \
	"sparse_super,large_file,ext_attr"

static const char pack_script[] =
	"mkdir \"$1/tree\"\n"
	"tar -C \"$1/tree\" --exclude='./dev/*' --numeric-owner -xpf \"$1/root.tar\"\n"
	"mke2fs -q -F -t ext4 -b 4096 -m 0 -O " FS_FEATURES " -U " FS_UUID
	" -E hash_seed=" FS_UUID ",lazy_itable_init=0,root_owner=0:0"
	" -L ramrig -d \"$1/tree\" \"$1/" IMAGE_FILE "\" \"$2\"\n"
	"rm -rf \"$1/tree\" \"$1/root.tar\"\n";

/* Words of a command line; those that were made for it are freed with it. */
struct words {
	const char *argv[ARGS_MAX];
	size_t n;
	char *owned[ARGS_MAX];
	size_t n_owned;
};

static void words_clear(struct words *w)
{
	for (size_t i = 0; i < w->n_owned; i++)
		free(w->owned[i]);
}
#define cleanup_words __attribute__((cleanup(words_clear)))

static void words_add(struct words *w, const char *word)
{
	if (w->n < ARGS_MAX - 1)
		w->argv[w->n++] = word;
}

static void words_add_all(struct words *w, const char *const *words)
{
	while (*words)
		words_add(w, *words++);
}

static void words_take(struct words *w, char *word)
{
	if (w->n_owned == ARGS_MAX) {
		free(word);
		return;
	}
	w->owned[w->n_owned++] = word;
	words_add(w, word);
}

static int words_check(const struct words *w, const struct recipe *r, struct err *e)
{
	if (w->n < ARGS_MAX - 1)
		return 0;
	return err_set(e, E2BIG, "the image %s has too many packages, scripts or sources", r->name);
}

static void say(const struct image_build *b, const char *line)
{
	if (b->progress && b->progress->say)
		b->progress->say(b->progress->arg, line);
}

static char *join_packages(const json_t *packages)
{
	char *all = path_format("%s", "");
	const json_t *p;
	size_t i;

	json_array_foreach(packages, i, p) {
		char *more = path_format("%s%s%s", all, *all ? "," : "",
					 json_string_value(p));

		free(all);
		all = more;
	}
	return all;
}

/* @folder is the environment variable with the path @dir: no quoting can go wrong. */
static int add_scripts(struct words *w, const char *dir, const char *folder, struct err *e)
{
	cleanup_free char *pattern = path_format("%s/*.sh", dir);
	glob_t found = { 0 };
	int rc = glob(pattern, 0, NULL, &found);

	if (rc && rc != GLOB_NOMATCH)
		return err_set(e, EIO, "cannot read the folder %s", dir);
	for (size_t i = 0; i < found.gl_pathc && i < SCRIPTS_MAX; i++) {
		const char *base = strrchr(found.gl_pathv[i], '/') + 1;

		if (strspn(base, "abcdefghijklmnopqrstuvwxyz0123456789.-") != strlen(base))
			rc = err_set(e, EINVAL,
				     "the script %s: its name may have a-z, 0-9, '.' and '-' only",
				     found.gl_pathv[i]);
		else
			words_take(w, path_format("--customize-hook=chroot \"$1\" /bin/sh -eu "
						  "<\"$%s/%s\"", folder, base));
	}
	globfree(&found);
	return rc == GLOB_NOMATCH || rc >= 0 ? 0 : rc;
}

static int bootstrap_words(struct words *w, const struct rootmode *mode,
			   const struct image_build *b, const char *dir, struct err *e)
{
	const struct recipe *r = b->recipe;
	cleanup_json json_t *settings = NULL;
	cleanup_free char *include = join_packages(r->packages);
	const json_t *line;
	size_t i;
	int rc = apt_settings(&settings, e);
	if (rc)
		return rc;

	words_add_all(w, mode->prefix);
	words_add(w, "mmdebstrap");
	words_take(w, path_format("--mode=%s", mode->mmdebstrap_mode));
	words_add(w, "--variant=minbase");
	if (*include)
		words_take(w, path_format("--include=%s", include));
	for (i = 0; i < ARRAY_SIZE(keyrings); i++)
		if (!access(keyrings[i], R_OK))
			words_take(w, path_format("--keyring=%s", keyrings[i]));
	for (i = 0; i < ARRAY_SIZE(dpkg_options); i++)
		words_add(w, dpkg_options[i]);
	json_array_foreach(settings, i, line)
		words_take(w, path_format("--aptopt=%s", json_string_value(line)));
	if (r->base_dir)
		rc = add_scripts(w, r->base_dir, "RAMRIG_BASE", e);
	if (!rc)
		rc = add_scripts(w, r->dir, "RAMRIG_RECIPE", e);
	if (rc)
		return rc;
	words_add(w, "--customize-hook=chroot \"$1\" dpkg-query -W "
		     "-f '${Package} ${Version} ${Architecture}\\n' >\"$RAMRIG_BUILD/packages\"");
	words_add(w, r->suite);
	words_take(w, path_format("%s/root.tar", dir));
	json_array_foreach(b->sources, i, line)
		words_add(w, json_string_value(line));
	return words_check(w, r, e);
}

static int bootstrap(const struct rootmode *mode, const struct image_build *b, const char *dir,
		     const char *log, struct err *e)
{
	cleanup_words struct words w = { 0 };
	cleanup_free char *build = path_format("RAMRIG_BUILD=%s", dir);
	cleanup_free char *recipe = path_format("RAMRIG_RECIPE=%s", b->recipe->dir);
	cleanup_free char *base = path_format("RAMRIG_BASE=%s",
					      b->recipe->base_dir ? b->recipe->base_dir : "");
	cleanup_free char *tmp = path_format("TMPDIR=%s", dir);
	/* Unpacked where a dead build's rest is found: beside what it makes. */
	const char *env[] = { build, recipe, base, tmp, "SOURCE_DATE_EPOCH=" EPOCH, NULL };
	int rc = bootstrap_words(&w, mode, b, dir, e);
	if (rc)
		return rc;

	const struct tool_opts o = { .argv = w.argv,
				     .extra_env = env,
				     .log_path = log,
				     .timeout_ms = BOOTSTRAP_MS };

	return tool_run(&o, NULL, e);
}

static int pack(const struct rootmode *mode, const struct recipe *r, const char *dir,
		const char *log, struct err *e)
{
	static const char *const env[] = { "E2FSPROGS_FAKE_TIME=" EPOCH, NULL };
	cleanup_words struct words w = { 0 };

	words_add_all(&w, mode->tree_prefix);
	words_add_all(&w, (const char *const[]){ "sh", "-ec", pack_script, "sh", dir, NULL });
	words_take(&w, path_format("%" PRIu64 "k", r->size_bytes >> 10));

	const struct tool_opts o = {
		.argv = w.argv, .extra_env = env, .log_path = log, .timeout_ms = PACK_MS
	};

	return tool_run(&o, NULL, e);
}

/* "name version arch" lines, as the hook wrote them, become IMAGE_PACKAGES. */
static int save_packages(const char *dir, struct err *e)
{
	cleanup_free char *from = path_format("%s/packages", dir);
	cleanup_free char *to = path_format("%s/" IMAGE_PACKAGES, dir);
	cleanup_free char *text = NULL;
	cleanup_json json_t *list = json_array();
	int rc = file_read(AT_FDCWD, from, 1 << 20, &text, NULL, e);
	if (rc)
		return rc;

	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char name[128], version[128], arch[32];

		if (sscanf(line, "%127s %127s %31s", name, version, arch) == 3)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "package", name,
							      "version", version, "arch", arch));
	}
	unlink(from);
	return json_save_path(list, to, e);
}

static int save_info(const struct image_build *b, const char *dir, struct err *e)
{
	cleanup_free char *packages = path_format("%s/" IMAGE_PACKAGES, dir);
	cleanup_free char *image = path_format("%s/" IMAGE_FILE, dir);
	cleanup_free char *info = path_format("%s/" IMAGE_INFO, dir);
	char packages_hash[65], hash[65];
	struct content c;
	int rc = file_sha256(packages, packages_hash, e);
	if (rc)
		return rc;

	content_init(&c);
	content_add_text(&c, "recipe", b->recipe->hash);
	content_add_text(&c, "packages", packages_hash);
	content_end(&c, hash);
	cleanup_json json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:O}", "image", b->recipe->name,
					   "suite", b->recipe->suite, "hash", hash, "recipe",
					   b->recipe->hash, "sources", (json_t *)b->sources);
	if (chmod(image, 0644))
		return err_set(e, errno, "cannot make %s readable: %m", image);
	return json_save_path(j, info, e);
}

int image_build(const char *dir, void *arg, struct err *e)
{
	const struct image_build *b = arg;
	const struct rootmode *mode;
	cleanup_free char *log = path_format("%s/" CACHE_BUILD_LOG, dir);
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_SIZE(needed_tools); i++)
		rc = tool_require(needed_tools[i], e);
	if (!rc)
		rc = rootmode_find(&mode, e);
	if (rc)
		return rc;

	cleanup_free char *line = path_format("building the image %s (mmdebstrap, %s): a minute or two",
					      b->recipe->name, mode->name);
	say(b, line);
	rc = bootstrap(mode, b, dir, log, e);
	if (!rc) {
		say(b, "writing its file system");
		rc = pack(mode, b->recipe, dir, log, e);
	}
	if (!rc)
		rc = save_packages(dir, e);
	return rc ? err_prefix(e, "cannot build the image %s: ", b->recipe->name) :
		    save_info(b, dir, e);
}
