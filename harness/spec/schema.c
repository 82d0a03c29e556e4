/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec/schema-parts.h"
#include "topology/topology.h"

static const char *const words_disk[] = { "virtio", "nvme", NULL };
static const char *const words_node[] = { "dram", "tier", "cxl", NULL };
static const char *const words_media[] = { "auto", "persistent", "volatile", NULL };
static const char *const words_algorithm[] = { "lzo", "lzo-rle", "lz4", "lz4hc", "zstd", "deflate",
					       "842", NULL };
static const char *const words_clock[] = { "host", "virtual", NULL };
static const char *const words_workload_scale[] = { "ci", "full", NULL };

static const struct field image_fields[] = {
	{ .key = "image", .type = FIELD_NAME, .required = true,
	  .help = "its name, that of its folder" },
	SUMMARY,
	{ .key = "base", .type = FIELD_NAME,
	  .help = "an image without a base of its own, whose packages and scripts come first" },
	{ .key = "suite", .type = FIELD_NAME, .fallback = "bookworm",
	  .help = "Debian's name of the release" },
	{ .key = "packages", .type = FIELD_NAME, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "Debian packages on top of the minimal system" },
	{ .key = "size", .type = FIELD_SIZE, .min = 64 * MIB, .max = 64 * GIB, .fallback = "1GiB",
	  .help = "size of the file system" },
	END_OF_FIELDS
};

static const struct field source_fields[] = {
	{ .key = "package", .type = FIELD_NAME, .group = "source",
	  .help = "a Debian package with a kernel's source, such as `linux-source-6.12`; the "
		  "version first fetched stays in use until `ramrig kernel build --newest`" },
	{ .key = "tarball", .type = FIELD_STRING, .group = "source",
	  .help = "an archive with one folder in it, the kernel's tree" },
	{ .key = "git", .type = FIELD_STRING, .group = "source",
	  .help = "a git repository on this host, of which `revision` is taken" },
	{ .key = "tree", .type = FIELD_STRING, .group = "source",
	  .help = "a kernel tree as it stands, with changes that are not committed" },
	{ .key = "revision", .type = FIELD_STRING,
	  .help = "of `git`: a commit, tag or branch; HEAD when absent" },
	END_OF_FIELDS
};

static const struct field prebuilt_fields[] = {
	{ .key = "bzimage", .type = FIELD_STRING, .required = true,
	  .help = "a bzImage, or a built kernel tree; paths are relative to the folder of this file" },
	{ .key = "modules", .type = FIELD_STRING,
	  .help = "its modules: `lib/modules/RELEASE`, or what INSTALL_MOD_PATH was; without it those in "
		  "the host's /lib/modules, if there are any" },
	END_OF_FIELDS
};

/* Which of these go together says rules.c. */
static const struct field kernel_fields[] = {
	{ .key = "kernel", .type = FIELD_NAME, .required = true,
	  .help = "its name, that of its folder" },
	SUMMARY,
	{ .key = "package", .type = FIELD_STRING, .group = "origin",
	  .help = "pattern (fnmatch) of the Debian package's name, of which the newest is taken; "
		  "`{arch}` stands for Debian's name of the architecture" },
	{ .key = "source", .type = FIELD_MAP, .fields = source_fields, .group = "origin",
	  .help = "what it is built from; paths are relative to the folder of this file" },
	{ .key = "prebuilt", .type = FIELD_MAP, .fields = prebuilt_fields, .group = "origin",
	  .help = "files that are there already" },
	{ .key = "base", .type = FIELD_NAME, .group = "origin",
	  .help = "a kernel from source, whose source, config, fragments and series come first" },
	{ .key = "exclude", .type = FIELD_STRING, .shape = SHAPE_LIST, .fallback = "[]",
	  .help = "patterns of package names that are not meant" },
	{ .key = "config", .type = FIELD_STRING,
	  .help = "with `source`: where its configuration starts: `tinyconfig`, `defconfig`, "
		  "`allnoconfig`, or a config file beside this one" },
	{ .key = "fragments", .type = FIELD_STRING, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]",
	  .help = "files beside this one with options, merged in this order; every option asked "
		  "for must come out as asked" },
	{ .key = "series", .type = FIELD_STRING, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]",
	  .help = "patches beside this file, applied in this order without fuzz; an mbox may hold "
		  "several" },
	END_OF_FIELDS
};

/* Which kinds of node and device each key belongs to says a table in topology/rules.c. */
static const struct field node_fields[] = {
	{ .key = "kind", .type = FIELD_WORD, .words = words_node, .required = true,
	  .help = "`dram`: plain memory with CPUs; `tier`: memory without CPUs, told from DRAM by "
		  "ACPI tables; `cxl`: emulated CXL expanders" },
	{ .key = "size", .type = FIELD_SIZE, .required = true, .min = 64 * MIB, .max = 16 * TIB,
	  .help = "memory of this node; of `cxl` a multiple of 256MiB for each expander" },
	{ .key = "latency", .type = FIELD_LATENCY, .min = 1, .max = 60000,
	  .help = "what a read of it takes; with a `tier` in the topology every `dram` and `tier` "
		  "node has it, and the guest reads it from its HMAT" },
	{ .key = "bandwidth", .type = FIELD_BANDWIDTH, .min = MIB, .max = 16 * TIB,
	  .help = "what can be read from it a second; as for `latency`" },
	{ .key = "distance", .type = FIELD_INT, .min = 11, .max = 254,
	  .help = "`dram`, `tier`: its distance (SLIT) from every other node; 20 by default, and "
		  "between two nodes the greater of theirs" },
	{ .key = "host_nodes", .type = FIELD_RANGES,
	  .help = "`dram`, `tier`: nodes of the host that its memory is bound to" },
	{ .key = "expanders", .type = FIELD_INT, .min = 1, .max = CXL_EXPANDERS_MAX,
	  .help = "`cxl`: devices that the node is interleaved over: 1 (the default), 2 or 4" },
	{ .key = "switch", .type = FIELD_BOOL,
	  .help = "`cxl`: the expanders stand behind one switch, instead of a host bridge each" },
	{ .key = "media", .type = FIELD_WORD, .words = words_media,
	  .help = "`cxl`: `persistent`, `volatile`, or `auto` (the default): persistent where this "
		  "QEMU has it" },
	END_OF_FIELDS
};

static const struct field device_fields[] = {
	{ .key = "kind", .type = FIELD_WORD, .words = schema_device_kinds, .required = true,
	  .help = "`zram`: compressed memory; `nvme`: an emulated NVMe namespace, timed by the "
		  "host's clock; `timed`: a null_blk in extra guest memory, timed by the guest's own "
		  "clock" },
	{ .key = "name", .type = FIELD_NAME, .required = true,
	  .help = "names it in policies, metrics and tables; at most 16 letters" },
	{ .key = "size", .type = FIELD_SIZE, .required = true, .min = 16 * MIB, .max = 16 * TIB,
	  .help = "of what can be written to it" },
	{ .key = "algorithm", .type = FIELD_WORD, .words = words_algorithm,
	  .help = "`zram`: how it compresses; `lz4` by default" },
	{ .key = "memory_limit", .type = FIELD_SIZE, .min = MIB, .max = 16 * TIB,
	  .help = "`zram`: memory that it may take; none by default" },
	{ .key = "backing", .type = FIELD_NAME,
	  .help = "`zram`: the `nvme` or `timed` device for its writeback, which then is no swap "
		  "device itself" },
	{ .key = "iops", .type = FIELD_INT, .min = 1, .max = 10000000,
	  .help = "`nvme`: requests a second that it is throttled to" },
	{ .key = "iops_burst", .type = FIELD_INT, .min = 1, .max = 10000000,
	  .help = "`nvme`: requests a second for the first second after a rest" },
	{ .key = "bandwidth", .type = FIELD_BANDWIDTH, .min = 4 * KIB, .max = 16 * TIB,
	  .help = "`nvme`: bytes a second that it is throttled to" },
	{ .key = "bandwidth_burst", .type = FIELD_BANDWIDTH, .min = 4 * KIB, .max = 16 * TIB,
	  .help = "`nvme`: bytes a second for the first second after a rest" },
	{ .key = "latency", .type = FIELD_LATENCY, .min = 1000, .max = 1e9,
	  .help = "`timed`: from a request to its completion; 100us by default" },
	END_OF_FIELDS
};

static const struct field topology_fields[] = {
	{ .key = "topology", .type = FIELD_NAME, .required = true,
	  .help = "its name, that of its file" },
	SUMMARY,
	{ .key = "cpus", .type = FIELD_INT, .required = true, .min = 1, .max = 1024,
	  .help = "virtual CPUs; the virtual clock always has one" },
	{ .key = "pin", .type = FIELD_RANGES,
	  .help = "CPUs of the host, one for each virtual CPU in this order; not bound by default" },
	{ .key = "hugepages", .type = FIELD_SIZE, .min = 2 * MIB, .max = GIB,
	  .help = "the host's page size that backs `dram` and `tier` nodes: 2MiB or 1GiB; ordinary "
		  "pages by default" },
	{ .key = "nodes", .type = FIELD_MAP, .shape = SHAPE_LIST, .required = true,
	  .fields = node_fields,
	  .help = "memory nodes, node 0 first: `dram`, then `tier`, then `cxl`" },
	{ .key = "devices", .type = FIELD_MAP, .shape = SHAPE_LIST, .unique = true,
	  .fields = device_fields, .fallback = "[]",
	  .help = "devices that can be swapped to; only policies turn swap on" },
	{ .key = "disk", .type = FIELD_WORD, .words = words_disk, .fallback = "virtio",
	  .help = "how the root disk is attached; `nvme` beside `cxl` nodes, into whose memory virtio "
		  "cannot write" },
	END_OF_FIELDS
};

static const struct field workload_ref_fields[] = {
	{ .key = "name", .type = FIELD_NAME, .required = true, .help = "the workload" },
	{ .key = "parameters", .type = FIELD_VALUE, .shape = SHAPE_BY_NAME, .fallback = "{}",
	  .help = "parameters of it that this experiment sets" },
	END_OF_FIELDS
};

static const struct field arm_fields[] = {
	{ .key = "name", .type = FIELD_NAME, .required = true, .help = "names it in tables" },
	{ .key = "base", .type = FIELD_BOOL, .fallback = "false",
	  .help = "every other arm is compared with this one; exactly one is" },
	{ .key = "policies", .type = FIELD_MAP, .shape = SHAPE_LIST, .unique = true,
	  .fields = schema_policy_ref, .lone_key = "name", .fallback = "[]",
	  .help = "policies that are on, applied in this order: a name, or `{name: ..., "
		  "parameters: {...}}`" },
	{ .key = "kernel", .type = FIELD_STRING,
	  .help = "a kernel of its own instead of the experiment's only one" },
	END_OF_FIELDS
};

static const struct field key_metric_fields[] = {
	{ .key = "name", .type = FIELD_IDENT, .required = true,
	  .help = "a figure of a workload, or a metric from samples; it is asked of every workload "
		  "that has it" },
	{ .key = "margin", .type = FIELD_VALUE, .required = true,
	  .help = "the change that matters: `5%` for a ratio, for a difference a size such as `4MiB` "
		  "or a number in its unit" },
	END_OF_FIELDS
};

static const struct field memory_fields[] = {
	{ .key = "limit_ratio", .type = FIELD_LIMIT, .required = true, 
	  .min = LIMIT_RATIO_MIN, .max = LIMIT_RATIO_MAX,
	  .help = "`memory.max` of each group that a workload calls `limited`, as a part of the "
		  "most that the group took without limits, on the same topology, in a boot of its own "
		  "(pair 0)" },
	END_OF_FIELDS
};

static const struct field experiment_fields[] = {
	{ .key = "experiment", .type = FIELD_NAME, .required = true,
	  .help = "its name, that of its file" },
	SUMMARY,
	{ .key = "kernels", .type = FIELD_STRING, .shape = SHAPE_LIST, .required = true,
	  .unique = true, .help = "names, or paths of a bzImage or a built tree" },
	{ .key = "topologies", .type = FIELD_NAME, .shape = SHAPE_LIST, .required = true,
	  .unique = true, .help = "hardware to run on" },
	{ .key = "workloads", .type = FIELD_MAP, .shape = SHAPE_LIST, .required = true,
	  .unique = true, .fields = workload_ref_fields,
	  .help = "every combination of kernel, topology and workload is one comparison" },
	{ .key = "arms", .type = FIELD_MAP, .shape = SHAPE_LIST, .required = true, .unique = true,
	  .fields = arm_fields, .help = "what is compared" },
	{ .key = "clock", .type = FIELD_WORD, .words = words_clock, .fallback = "host",
	  .help = "`virtual`: instructions counted on one CPU, far less noise, no latencies" },
	{ .key = "pairs", .type = FIELD_INT, .required = true, .min = 1, .max = 1000,
	  .help = "fresh boots of each arm" },
	{ .key = "sequential", .type = FIELD_BOOL, .fallback = "false",
	  .help = "look at the result after 8, 12, 16 and 20 pairs, and run no more once every key "
		  "metric is decided or not to be decided any more; `pairs` is then 20" },
	{ .key = "alpha", .type = FIELD_NUMBER, .min = 0.001, .max = 0.2, .fallback = "0.05",
	  .help = "how often a family of key metrics may alarm where nothing has changed" },
	{ .key = "sample_hz", .type = FIELD_INT, .min = 0, .max = 100, .fallback = "2",
	  .help = "samples a second; 0, for diagnostics only, takes none: then there are the "
		  "workload's own figures alone, and nothing is proven" },
	{ .key = "trace", .type = FIELD_EVENT, .shape = SHAPE_LIST, .unique = true,
	  .fallback = "[]", .help = "tracepoints that are recorded in the measured window of each "
				    "cell, into its `trace.txt`; a kernel without one does not conform" },
	{ .key = "trace_buffer", .type = FIELD_SIZE, .min = 64 * KIB, .max = GIB,
	  .fallback = "4MiB", .help = "memory of the guest's that each of its CPUs keeps events in "
				      "until the window is over" },
	{ .key = "metrics", .type = FIELD_MAP, .shape = SHAPE_LIST, .unique = true,
	  .fields = key_metric_fields, .fallback = "[]",
	  .help = "the key metrics; at least one unless the experiment is diagnostic" },
	{ .key = "diagnostic", .type = FIELD_BOOL, .fallback = "false",
	  .help = "no verdict is wanted, and any number of pairs will do" },
	{ .key = "image", .type = FIELD_NAME,
	  .help = "the root file system; what the workloads ask for when absent" },
	{ .key = "memory", .type = FIELD_MAP, .fields = memory_fields,
	  .help = "pressure; none when absent" },
	{ .key = "workload_scale", .type = FIELD_WORD, .words = words_workload_scale, .fallback = "ci",
	  .help = "which of their defaults workloads' parameters get: `ci` those for 2 CPUs under "
		  "TCG, `full` those for a server" },
	{ .key = "scale", .type = FIELD_INT, .min = 1, .max = 4096, .fallback = "1",
	  .help = "how many times the size of its files each topology gets: nodes, devices, limits" },
	{ .key = "seed", .type = FIELD_INT, .min = 0, .max = 9007199254740992.0, .fallback = "1",
	  .help = "draws the order of arms and the seed of each pair" },
	END_OF_FIELDS
};

const struct field *schema_fields(enum spec_kind kind)
{
	static const struct field *const tables[SPEC_KIND_COUNT] = {
		[SPEC_IMAGE] = image_fields,
		[SPEC_KERNEL] = kernel_fields,
		[SPEC_TOPOLOGY] = topology_fields,
		[SPEC_POLICY] = schema_policy,
		[SPEC_WORKLOAD] = schema_workload,
		[SPEC_EXPERIMENT] = experiment_fields,
		[SPEC_CLAIM] = schema_claim,
	};

	return tables[kind];
}
