/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/cache.h"
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"
#include "vm/accel.h"
#include "vm/arch.h"
#include "vm/probe.h"
#include "vm/unprivileged.h"

#define KVM_DEVICE "/dev/kvm"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define TRY_KVM_MS 5000
#define TRY_TCG_MS 30000
#define SECTOR_BYTES 512

/* What the guest writes, and what QEMU exits with when the guest asks it to. */
#define GUEST_BYTE 'R'
#define GUEST_EXIT 0x21
#define QEMU_EXIT (GUEST_EXIT << 1 | 1)

/* Real mode: a byte to the debug port, one to the port that ends QEMU, halt. */
static const unsigned char boot_code[] = {
	0xb0, GUEST_BYTE,	/* mov al, GUEST_BYTE */
	0xe6, 0xe9,		/* out 0xe9, al */
	0xb0, GUEST_EXIT,	/* mov al, GUEST_EXIT */
	0xe6, 0xf4,		/* out 0xf4, al */
	0xfa,			/* cli */
	0xf4,			/* hlt */
	0xeb, 0xfd,		/* jmp to hlt */
};

static const char *const names[] = { [ACCEL_TCG] = "tcg", [ACCEL_KVM] = "kvm" };

const char *accel_name(enum accel a)
{
	return names[a];
}

/* A disk of one sector that any account can open, and that needs no removing. */
static int sector_open(struct err *e)
{
	unsigned char sector[SECTOR_BYTES] = { 0 };
	cleanup_close int fd = memfd_create("ramrig-boot-sector", 0);

	if (fd < 0)
		return err_set(e, errno, "cannot make a boot sector: %m");
	memcpy(sector, boot_code, sizeof(boot_code));
	sector[SECTOR_BYTES - 2] = 0x55;
	sector[SECTOR_BYTES - 1] = 0xaa;
	if (write(fd, sector, sizeof(sector)) != sizeof(sector))
		return err_set(e, errno, "cannot write a boot sector: %m");
	return take_fd(fd);
}

/* QEMU's last line, made printable: the reason it gives for going. */
static char *last_words(const char *output)
{
	size_t end = strlen(output);

	while (end && isspace((unsigned char)output[end - 1]))
		end--;
	const char *start = memrchr(output, '\n', end);
	char *text = path_format("%.*s", start ? (int)(output + end - start - 1) : (int)end,
				 start ? start + 1 : output);

	for (char *c = text; *c; c++) {
		if (!isprint((unsigned char)*c))
			*c = '?';
	}
	return text;
}

static char *why_not(enum accel a, const struct child_result *r, int timeout_ms)
{
	cleanup_free char *said = last_words(r->output ? r->output : "");

	if (r->timed_out)
		return path_format("a guest under %s gave no byte within %d s", accel_name(a),
				   timeout_ms / 1000);
	return path_format("a guest under %s did not run: QEMU ended with %d%s%.300s",
			   accel_name(a), r->status, *said ? ": " : "", said);
}

int accel_try(const char *qemu, enum accel a, bool *ret_ran, char **ret_why, struct err *e)
{
	cleanup_close int sector = sector_open(e);
	if (sector < 0)
		return sector;
	cleanup_free char *disk = path_format("file=/proc/self/fd/%d,format=raw,if=floppy,"
					      "readonly=on", sector);
	int timeout_ms = a == ACCEL_KVM ? TRY_KVM_MS : TRY_TCG_MS;
	const char *argv[UNPRIVILEGED_WORDS_MAX + 32];
	const char *const words[] = {
		qemu, "-machine", "pc", "-accel", accel_name(a), "-cpu", "max", "-m", "16",
		"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
		"-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
		"-chardev", "stdio,id=byte,signal=off", "-device", "isa-debugcon,iobase=0xe9,chardev=byte",
		"-device", "isa-debug-exit,iobase=0xf4,iosize=1", "-drive", disk, NULL,
	};
	struct unprivileged u;
	size_t n;

	int rc = unprivileged_prefix(&u, argv, &n, e);
	if (rc)
		return rc;
	_Static_assert(ARRAY_SIZE(words) <= 32, "room for all words");
	memcpy(argv + n, words, sizeof(words));

	cleanup_child struct child_result r = { 0 };
	struct child_opts o = { .argv = argv, .timeout_ms = timeout_ms, .output_max = 65536 };
	struct err run_err = { 0 };	/* past the deadline is an answer, not an error */

	rc = child_run(&o, &r, &run_err);
	if (rc && rc != -ETIMEDOUT) {
		*e = run_err;
		return rc;
	}
	*ret_ran = !r.timed_out && r.status == QEMU_EXIT && strchr(r.output, GUEST_BYTE);
	*ret_why = *ret_ran ? NULL : why_not(a, &r, timeout_ms);
	return 0;
}

/* Opening is tried afresh each time: a user may join group kvm at any moment. */
static int kvm_open(char **ret_why, struct err *e)
{
	const char *argv[UNPRIVILEGED_WORDS_MAX + 4];
	cleanup_child struct child_result r = { 0 };
	struct unprivileged u;
	size_t n;

	if (access(KVM_DEVICE, F_OK)) {
		*ret_why = path_format("there is no " KVM_DEVICE);
		return 0;
	}
	int rc = unprivileged_prefix(&u, argv, &n, e);
	if (rc)
		return rc;
	argv[n++] = "sh";
	argv[n++] = "-c";
	argv[n++] = "exec 3<>" KVM_DEVICE;
	argv[n] = NULL;
	struct child_opts o = { .argv = argv, .timeout_ms = TRY_KVM_MS, .output_max = 4096 };

	rc = child_run(&o, &r, e);
	if (!rc && r.status) {
		cleanup_free char *said = last_words(r.output);
		const char *reason = strrchr(said, ':');

		*ret_why = path_format(KVM_DEVICE " does not open for %s%s",
				       geteuid() ? "this user" : "user " RAMRIG_RUN_USER,
				       reason ? reason : "");
	}
	return rc;
}

/* All that a verdict depends on, as one string. */
static int verdict_key(const char *qemu, char **ret, struct err *e)
{
	cleanup_free char *boot = NULL;
	struct stat prog, dev;

	int rc = file_read(AT_FDCWD, BOOT_ID, 4096, &boot, NULL, e);
	if (rc)
		return rc;
	if (stat(qemu, &prog) || stat(KVM_DEVICE, &dev))
		return err_set(e, errno, "cannot look at %s and " KVM_DEVICE ": %m", qemu);
	*ret = path_format("boot %.*s uid %u qemu %s %lld %lld kvm %o %u", (int)strcspn(boot, "\n"),
			   boot, geteuid(), qemu, (long long)prog.st_mtime, (long long)prog.st_size,
			   dev.st_mode, dev.st_gid);
	return 0;
}

static bool verdict_load(const char *path, const char *key, bool *ret_ran, char **ret_why)
{
	cleanup_json json_t *j = NULL;
	struct err ignored;

	/* A verdict that cannot be read is one that was never given. */
	if (json_load_path(path, &j, &ignored))
		return false;
	const char *stored = json_str(j, "key"), *why = json_str(j, "why");
	const json_t *ran = json_object_get(j, "ran");

	if (!stored || strcmp(stored, key) || !why || !json_is_boolean(ran))
		return false;
	*ret_ran = json_is_true(ran);
	*ret_why = *ret_ran ? NULL : path_format("%s", why);
	return true;
}

static void verdict_save(const char *path, const char *key, bool ran, const char *why)
{
	cleanup_json json_t *j = json_pack("{s:s, s:b, s:s}", "key", key, "ran", ran, "why",
					   why ? why : "");
	struct err ignored;

	/* Without it the next run tries again: slower, and as right. */
	json_save_path(j, path, &ignored);
}

static int kvm_verdict(const char *qemu, bool *ret_ran, char **ret_why, struct err *e)
{
	cleanup_free char *key = NULL, *root = NULL;
	struct err ignored;

	int rc = verdict_key(qemu, &key, e);
	if (rc)
		return rc;
	if (cache_root(&root, &ignored))
		return accel_try(qemu, ACCEL_KVM, ret_ran, ret_why, e);

	cleanup_free char *path = path_format("%s/accel.json", root);
	if (verdict_load(path, key, ret_ran, ret_why))
		return 0;
	rc = accel_try(qemu, ACCEL_KVM, ret_ran, ret_why, e);
	if (!rc)
		verdict_save(path, key, *ret_ran, *ret_why);
	return rc;
}

int accel_probe(enum accel *ret, char **ret_why, struct err *e)
{
	cleanup_free char *qemu = NULL, *why = NULL;
	bool ran = false;

	int rc = qemu_find(&qemu, e);
	if (!rc)
		rc = kvm_open(&why, e);
	if (!rc && !why)
		rc = kvm_verdict(qemu, &ran, &why, e);
	if (rc)
		return rc;
	*ret = ran ? ACCEL_KVM : ACCEL_TCG;
	*ret_why = ran ? path_format("a guest ran under KVM") : take_ptr(why);
	return 0;
}
