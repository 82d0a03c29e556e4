/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "cell/guest-modules.h"
#include "cell/guest.h"
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "vm/workdir.h"

#define VERB_MIN_MS 30000
#define QEMU_IMG_MS 60000

/* A guest on the virtual clock, or a busy host, may take this many times longer. */
#define WALL_FACTOR_HOST 3
#define WALL_FACTOR_VIRTUAL 30

unsigned guest_cpus(const struct topology *t, enum guest_clock clock)
{
	return clock == CLOCK_VIRTUAL ? 1 : t->cpus;
}

static char *overlay_path(const struct guest_opts *o)
{
	return path_format("%s/root.qcow2", o->run_dir);
}

static char *console_path(const struct guest_opts *o)
{
	return path_format("%s/console.log", o->out_dir);
}

/* The file behind device @i, or NULL where it has none. */
static char *device_path(const struct guest_opts *o, size_t i)
{
	const struct topology_device *d = &o->topology->devices[i];

	return d->kind == DEVICE_NVME ? path_format("%s/%s.raw", o->run_dir, d->name) : NULL;
}

static int make_overlay(const struct guest_opts *o, struct err *e)
{
	cleanup_free char *overlay = overlay_path(o);
	const char *argv[] = { "qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw",
			       "-b", o->image, overlay, NULL };
	struct child_opts co = { .argv = argv, .timeout_ms = QEMU_IMG_MS, .output_max = 300 };
	cleanup_child struct child_result r = { 0 };
	int rc = child_run(&co, &r, e);

	if (!rc && r.status)
		rc = err_set(e, EIO, "qemu-img cannot make an overlay over %s: %s", o->image,
			     r.output);
	return rc;
}

/*
 * Their files grow as the guest writes: on a disk that is full its swap would
 * fail, and the kernel or the workload would answer for it.
 */
static int check_room(const struct guest_opts *o, struct err *e)
{
	uint64_t needs = 0;
	struct statvfs fs;

	for (size_t i = 0; i < o->topology->n_devices; i++)
		if (o->topology->devices[i].kind == DEVICE_NVME)
			needs += o->topology->devices[i].bytes;
	if (!needs)
		return 0;
	if (statvfs(o->run_dir, &fs))
		return err_set(e, errno, "cannot look at %s: %m", o->run_dir);
	uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;

	if (needs <= room)
		return 0;
	return err_set(e, ENOSPC, "the nvme devices of topology %s may take %" PRIu64 " MiB of the disk "
		       "that %s is on, and %" PRIu64 " MiB are free: make room, or set TMPDIR to a folder "
		       "with more", o->topology->name, needs >> 20, o->run_dir, room >> 20);
}

/* Sparse files in the work folder; what QEMU writes there ends with the guest. */
static int make_images(const struct guest_opts *o, struct err *e)
{
	for (size_t i = 0; i < o->topology->n_devices; i++) {
		uint64_t bytes = o->topology->devices[i].bytes;
		cleanup_free char *path = device_path(o, i);

		if (!path)
			continue;
		cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0 || ftruncate(fd, (off_t)bytes))
			return err_set(e, errno, "cannot create %s of %" PRIu64 " MiB: %m", path,
				       bytes >> 20);
	}
	return 0;
}

/*
 * oops=panic, kasan.fault=panic: a kernel whose memory is in doubt tells at once, and
 * measures nothing more. A kernel without KASAN takes no notice of the second. Stalls
 * do not panic: docs/cells.md.
 *
 * pcie_ports=compat: 6.12 asks QEMU 7.2's CXL devices for an interrupt that
 * they lack, and gives them up, unless the ports' services are off.
 */
static char *command_line(const struct topology *t, const struct vm_features *features)
{
	struct guest_modules modules;

	guest_modules_set(t, features, &modules);
	cleanup_free char *options = guest_modules_cmdline(&modules);
	return path_format("console=%s panic=-1 oops=panic kasan.fault=panic %s%s%s", arch_here()->console,
			   arch_here()->cmdline,
			   topology_nodes_of(t, NODE_CXL) ? " pcie_ports=compat" : "", options);
}

int guest_describe(const struct guest_opts *o, char **ret, struct err *e)
{
	cleanup_free char *overlay = overlay_path(o), *console = console_path(o);
	cleanup_free char *cmdline = command_line(o->topology, o->features);
	cleanup_free char *name = path_format("ramrig-%08x", o->seed);
	cleanup_free char *socket = path_format("%s/agent", o->run_dir);
	char *images[TOPOLOGY_DEVICES_MAX] = { NULL };
	struct domain_spec d = {
		.name = name,
		.arch = arch_here(),
		.emulator = o->emulator,
		.accel = o->accel,
		.clock = o->clock,
		.vcpus = guest_cpus(o->topology, o->clock),
		.topology = o->topology,
		.features = o->features,
		.device_images = (const char *const *)images,
		.kernel = o->bzimage,
		.initrd = o->initrd,
		.cmdline = cmdline,
		.root_overlay = overlay,
		.console_log = console,
		.agent_socket = socket,
		.interactive = o->interactive,
		.seed = o->seed,
	};
	for (size_t i = 0; i < o->topology->n_devices; i++)
		images[i] = device_path(o, i);
	int rc = domain_xml(&d, ret, e);

	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		free(images[i]);
	return rc;
}

/* What goes wrong before hello is awaited is the rig's, and must not look like a guest's silence. */
static int rig_error(int rc, struct err *e)
{
	static const int guests[] = { ETIMEDOUT, ECANCELED, ECONNRESET, EPROTO };

	for (size_t i = 0; i < ARRAY_SIZE(guests); i++) {
		if (rc == -guests[i])
			return -(e->code = EIO);
	}
	return rc;
}

static int open_link(struct guest *g, const struct guest_opts *o, struct err *e)
{
	cleanup_free char *path = path_format("%s/agent.jsonl", o->out_dir);

	g->log = fopen(path, "we");
	if (!g->log)
		return err_set(e, errno, "cannot create %s: %m", path);
	setlinebuf(g->log);	/* a cell that is killed leaves all that was said */
	int rc = link_new(session_agent_fd(g->session), session_interrupt_fd(g->session), &g->link,
			  e);
	if (!rc)
		link_set_log(g->link, g->log);
	return rc;
}

/* What libvirt made of the domain. A /proc that does not show it leaves the file out. */
static void note_argv(const struct guest_opts *o)
{
	cleanup_free char *path = path_format("%s/argv.json", o->out_dir);
	cleanup_json json_t *argv = NULL;
	struct err ignored;

	if (!workdir_qemu_argv(o->run_dir, &argv, &ignored))
		json_save_path(argv, path, &ignored);
}

static void guest_freep(struct guest **g)
{
	guest_free(*g);
}

int guest_boot(const struct guest_opts *o, struct guest **ret, struct err *e)
{
	cleanup_free char *console = console_path(o);
	cleanup_free char *xml_path = path_format("%s/domain.xml", o->out_dir);
	__attribute__((cleanup(guest_freep))) struct guest *g = calloc(1, sizeof(*g));

	if (!g)
		return err_set(e, ENOMEM, "out of memory for a guest");
	int rc = check_room(o, e);
	if (!rc)
		rc = make_overlay(o, e);
	if (!rc)
		rc = make_images(o, e);
	if (!rc)
		rc = guest_describe(o, &g->xml, e);
	if (!rc)
		rc = file_write_atomic(xml_path, g->xml, strlen(g->xml), e);
	if (rc)
		return rig_error(rc, e);
	struct session_opts so = {
		.uri = o->uri,
		.run_dir = o->run_dir,
		.xml = g->xml,
		.console_log = console,
		.console_line = o->console_line,
		.arg = o->arg,
	};

	g->clock = o->clock;
	g->started_ms = clock_now_ms();
	g->verb_ms = VERB_MIN_MS;
	rc = session_start(&so, &g->session, e);
	if (!rc)
		rc = open_link(g, o, e);
	if (rc)
		return rig_error(rc, e);
	note_argv(o);
	rc = link_hello(g->link, g->started_ms + o->hello_deadline_ms, &g->hello, e);
	g->hello_ms = clock_now_ms() - g->started_ms;
	/* A guest that took long to boot is a slow one: its verbs may take as long. */
	if (g->verb_ms < 2 * g->hello_ms)
		g->verb_ms = 2 * g->hello_ms;
	*ret = take_ptr(g);
	return rc;
}

int64_t guest_wall_ms(const struct guest *g, int64_t guest_ms)
{
	int factor = g->clock == CLOCK_VIRTUAL ? WALL_FACTOR_VIRTUAL : WALL_FACTOR_HOST;

	return guest_ms * factor + g->verb_ms;
}

int guest_call(struct guest *g, const char *verb, json_t *params, json_t **ret_result,
	       struct err *e)
{
	return link_call(g->link, verb, params, clock_now_ms() + g->verb_ms, ret_result, e);
}

int guest_mount_root(struct guest *g, const struct guest_opts *o, struct err *e)
{
	int rc = guest_call(g, "modules", json_pack("{s:O}", "files", o->modules), NULL, e);

	if (rc)
		return rc;
	return guest_call(g, "mount",
			  json_pack("{s:s, s:s, s:s, s:s, s:i}", "serial", ROOT_DISK_SERIAL,
				    "target", PROTOCOL_SYSROOT, "type", "ext4", "options",
				    "noatime", "timeout_ms", (int)g->verb_ms / 2),
			  NULL, e);
}

int guest_read(struct guest *g, const char *path, char **ret, struct err *e)
{
	cleanup_json json_t *result = NULL;
	int rc = guest_call(g, "read", json_pack("{s:s}", "path", path), &result, e);

	if (rc)
		return rc;
	const char *data = json_str(result, "data");
	if (!data)
		return err_set(e, EPROTO, "the agent did not send the data of %s", path);
	*ret = strdup(data);
	return *ret ? 0 : err_set(e, ENOMEM, "out of memory for %s", path);
}

int guest_power_off(struct guest *g, struct err *e)
{
	int rc = guest_call(g, "power-off", NULL, NULL, e);

	return rc ? rc : session_wait_end(g->session, clock_now_ms() + g->verb_ms, e);
}

void guest_free(struct guest *g)
{
	if (!g)
		return;
	link_free(g->link);
	session_stop(g->session);
	json_decref(g->hello);
	for (size_t i = 0; i < ARRAY_SIZE(g->disks); i++)
		free(g->disks[i]);
	if (g->log)
		fclose(g->log);
	free(g->xml);
	free(g);
}
