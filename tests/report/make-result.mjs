// SPDX-License-Identifier: GPL-2.0-or-later
//
// make-result.mjs DIR [workloads=1] [topologies=1] [arms=3] [pairs=12] [rows=240] [others=40]
//
// Writes a result that was never run, the same each time: cells in pairs with figures, samples,
// policies that cost and save, a crash and a hang. What a guest can write holds whatever
// may break a page. `rows` are samples a cell, `others` are metrics without a name of ours.
import {linkSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';

const [dir, ...options] = process.argv.slice(2);
const o = Object.assign({workloads: 1, topologies: 1, arms: 3, pairs: 12, rows: 240, others: 40},
	Object.fromEntries(options.map(text => text.split('=')).map(([k, v]) => [k, Number(v)])));

const HOSTILE = '</script><script>document.title="broken"</script><!-- <script> & "\' \u2028 <img src=x onerror=alert(1)>';
const MIB = 1 << 20;

let state = 1;
function random() {	// mulberry32
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const noise = share => 1 + share * (random() + random() + random() - 1.5);
const list = (n, name) => [...Array(n).keys()].map(name);
const workloads = list(o.workloads, i => i ? `nginx-${i}` : 'nginx');
const topologies = list(o.topologies, i => i ? `zram-nvme-${i}` : 'zram-nvme');
const arms = list(o.arms, i => ['na', 'tmo', 'multi-tier', 'ksm'][i] || `arm-${i}`);
const kernel = 'debian-6.12', release = '6.12.117+deb12-amd64';

// What arm `i` does to a metric: a factor of the base's value.
const effects = {rps: [1, 0.998, 0.93], p99: [1, 1.01, 1.11], dram_used: [1, 0.86, 0.71], psi_memory_some: [1, 3, 9]};
const effect = (metric, arm) => {
	const known = effects[metric] || [1], i = arms.indexOf(arm);
	return i < known.length ? known[i] : known[known.length - 1] * (1 + 0.01 * i);
};

const topology = name => ({topology: name, summary: 'Plain memory, a small compressed one to swap to, and NVMe below it', cpus: 2,
	nodes: [{kind: 'dram', size: 512 * MIB, latency: 80, bandwidth: 30e9}, {kind: 'tier', size: 512 * MIB, latency: 250, bandwidth: 10e9}],
	devices: [{kind: 'zram', name: 'fast', size: 64 * MIB, algorithm: 'lz4'}, {kind: 'nvme', name: 'flash', size: 1024 * MIB}], disk: 'virtio'});
const workload = name => ({workload: name, groups: ['server', 'load'], figures: [
	{name: 'rps', unit: '1/s', better: 'more', scale: 'ratio'}, {name: 'p99', unit: 'ms', better: 'less', scale: 'ratio'}]});
const map = (names, make) => Object.fromEntries(names.map(n => [n, make(n)]));

const metrics = [
	{name: 'rps', unit: '1/s', better: 'more', scale: 'ratio', margin: 0.05},
	{name: 'p99', unit: 'ms', better: 'less', scale: 'ratio', margin: 0.05},
	{name: 'dram_used', unit: 'bytes', better: 'less', scale: 'ratio', margin: 0.01},
	{name: 'psi_memory_some', unit: 'us', better: 'less', scale: 'difference', margin: 100000},
];

const cells = [];
for (let pair = 1; pair <= o.pairs; pair++)
	for (const w of workloads)
		for (const t of topologies)
			for (const arm of random() < 0.5 ? arms : [...arms].reverse())
				cells.push({n: cells.length + 1, pair, kernel, topology: t, workload: w, arm, seed: String(1000 + pair)});

const plan = {schema: 1, ramrig: '0.1.0', created: '2026-11-22T22:40:00Z', experiment: 'made-up',
	summary: 'A result that was never run, for looking at its report', seed: 1, clock: 'host', scale: 1, workload_scale: 'ci',
	pairs: o.pairs, alpha: 0.05, sample_hz: 2, connect: 'qemu:///embed',
	image: {name: 'default', path: '/cache/image', hash: '5f0c'.repeat(16)},
	kernels: {[kernel]: {name: kernel, release, package: `linux-image-${release}-unsigned`, version: '6.12.117-1', hash: 'ab12'.repeat(16)}},
	topologies: map(topologies, topology), workloads: map(workloads, workload), policies: map(arms, () => ({})),
	arms: arms.map((name, i) => ({name, base: !i, policies: [name], kernel: null})),
	metrics, family: metrics.length * (arms.length - 1) * workloads.length * topologies.length, cells};

function metricsOf(arm) {
	const v = (value, unit, better, scale, kind = 'derived') => ({value, unit, better, scale, kind});
	const m = {
		rps: v(26613 * effect('rps', arm) * noise(0.012), '1/s', 'more', 'ratio', 'measured'),
		p99: Object.assign(v(14.2 * effect('p99', arm) * noise(0.06), 'ms', 'less', 'ratio', 'measured'), {loop: 'closed'}),
		dram_used: v(Math.round(310 * MIB * effect('dram_used', arm) * noise(0.01)), 'bytes', 'less', 'ratio'),
		workload_dram: v(Math.round(205 * MIB * effect('dram_used', arm) * noise(0.01)), 'bytes', 'less', 'ratio'),
		mem_total: v(493 * MIB, 'bytes', 'more', 'difference', 'measured'),
		psi_memory_some: v(Math.round(21000 * effect('psi_memory_some', arm) * noise(0.8)), 'us', 'less', 'difference'),
		kswapd_cpu: v(arm === 'na' ? 0 : Math.round(90000 * noise(0.3)), 'us', 'less', 'difference'),
		oom_kills: v(0, 'count', 'less', 'difference'),
	};

	for (let i = 0; i < o.others; i++)
		m[`counter_${i}`] = v(Math.round(1000 * (i + 1) * noise(0.2)), 'count', 'less', 'difference');
	return m;
}

const RATE = 4, WARMUP = 0.2;	// samples a second; share of them before the window

function samplesOf(arm) {
	const lines = [JSON.stringify({columns: ['meminfo.MemTotal', 'meminfo.MemAvailable', 'meminfo.SwapTotal', 'meminfo.SwapFree', 'dram.0.MemUsed',
		'dram.0.Active(file)', 'dram.0.Inactive(file)', 'dram.0.SReclaimable', 'psi.memory.some_us', 'vmstat.pswpin', 'vmstat.pswpout',
		'zram.fast.memory', 'node.0.MemUsed', 'node.1.MemUsed', 'thread.kswapd0']})];
	let psi = 0, swapped = 0, cpu = 0;

	for (let i = 0; i < o.rows; i++) {
		const share = i / o.rows, saved = (1 - effect('dram_used', arm)) * Math.min(1, share * 2);
		const used = 310 * MIB * (1 - saved) * noise(0.01), active = arm !== 'na' && share > WARMUP;
		psi += active ? Math.round(900 * effect('psi_memory_some', arm) * random()) : 0;
		swapped += active ? Math.round(800 * random() * Math.exp(-4 * share)) : 0;
		cpu += active ? Math.round(2000 * random()) : 0;
		lines.push(JSON.stringify({t_ns: Math.round((10 + i / RATE) * 1e9), v: [493 * MIB, Math.round(493 * MIB - used), 64 * MIB,
			Math.round(64 * MIB - Math.min(64 * MIB, swapped * 4096)), Math.round(used), 8 * MIB, 6 * MIB, 3 * MIB, psi, Math.round(swapped / 3), swapped,
			Math.round(swapped * 1300), Math.round(used), i % 50 === 49 ? null : Math.round(12 * MIB * saved), cpu]}));
	}
	return lines.join('\n') + '\n';
}

const from_ns = Math.round((10 + o.rows * WARMUP / RATE) * 1e9), to_ns = Math.round((10 + o.rows * 0.95 / RATE) * 1e9);
const warning = `a guest said: ${HOSTILE}`;

function okCell(c) {
	return Object.assign({schema: 1}, c, {attempt: 1, started: '2026-11-22T22:41:00Z', outcome: 'ok', reason: '', charged_to: '',
		phases: [{name: 'boot', wall_ms: 4810}, {name: 'measure', wall_ms: 10003}], hello_ms: 4650, release,
		versions: {ramrig: '0.1.0', qemu: '7.2.22', libvirt: '9.0.0'},
		host: {cpus: 2, memory_bytes: 25769803776, kernel: '6.1.0-32-amd64', boot_id: '0a1b2c3d'},
		fidelity: {accelerator: 'tcg', clock: 'host', cpus: 2, nodes: {0: 'dram: not-modelled'}, swaps: c.arm === 'na' ? {} : {fast: 'zram: not-modelled', flash: 'nvme: host-bound'}},
		conformance: [], window: {from_ns, to_ns}, metrics: metricsOf(c.arm), proof: {status: c.arm === 'na' ? 'none' : 'ok', checks: []},
		warnings: c.n === 1 ? [warning] : []});
}

function crashed(c) {
	const report = {kind: 'kasan', title: `BUG: KASAN: use-after-free in swap_writepage ${HOSTILE}`, function: 'swap_writepage+0x12/0x80', where: 'mm/page_io.c:231',
		hash: '3f2a91c0', fatal: true, count: 1, line: 412, stack: ['swap_writepage'], frames: [],
		context: ['[   31.500000] ==================================================================',
			`[   31.500102] BUG: KASAN: use-after-free in swap_writepage+0x12/0x80 ${HOSTILE}`,
			'[   31.500200] Read of size 8 at addr ffff888012345678 by task kswapd0/61', '[   31.500300] Call Trace:', '[   31.500400]  dump_stack_lvl+0x49/0x63']};

	return Object.assign(okCell(c), {outcome: 'crashed', reason: `measure: the kernel died: ${HOSTILE}`, charged_to: 'kernel', reports: [report], report: report.hash});
}

function hung(c) {
	return Object.assign(okCell(c), {outcome: 'hung', reason: 'measure: the guest fell silent for 60 s', charged_to: 'kernel'});
}

// The last pair of the first two arms besides the base ends badly, where there are enough pairs.
function cellOf(c) {
	const last = c.pair === o.pairs && o.pairs > 7 && c.workload === workloads[0] && c.topology === topologies[0];

	return last && c.arm === arms[1] ? crashed(c) : last && c.arm === arms[2] ? hung(c) : okCell(c);
}

mkdirSync(`${dir}/cells`, {recursive: true});
if (o.rows)	// one file an arm, which its cells share
	arms.forEach((arm, i) => writeFileSync(`${dir}/samples-${i}`, samplesOf(arm)));
writeFileSync(`${dir}/plan.json`, JSON.stringify(plan));
for (const c of cells) {
	const folder = `${dir}/cells/${String(c.n).padStart(4, '0')}`, cell = cellOf(c);

	mkdirSync(folder, {recursive: true});
	writeFileSync(`${folder}/result.json`, JSON.stringify(cell));
	if (o.rows)
		linkSync(`${dir}/samples-${arms.indexOf(c.arm)}`, `${folder}/samples.jsonl`);
	if (cell.outcome === 'hung')
		writeFileSync(`${folder}/console.log`, `[    0.0] Linux version\n${'[   30.1] a line before\r\n'.repeat(40)}[   31.0] the last words ${HOSTILE}\n\x1b[31mred\x1b[0m \xff\n`);
}
arms.forEach((arm, i) => rmSync(`${dir}/samples-${i}`, {force: true}));
