// SPDX-License-Identifier: GPL-2.0-or-later
//
// Charts: what uPlot is told, its data and options. It draws them.
//
// A chart is drawn when it is first seen, anew when the page's width or colours change, and
// for paper. It is an image to those who cannot see it: its text alternative is the table
// of the same figures that stands beside it.
'use strict';

const charts = new Set();
const PAPER_WIDTH = 640;

function colour(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// chart({label, make(width) -> {options, data}}); `narrow`: how wide it is on paper, if not full width
function chart(c) {
	const host = el('div', {class: 'plot', role: 'img', 'aria-label': c.label});

	charts.add(Object.assign(c, {host, plot: null}));
	watcher.observe(host);
	return host;
}

function chartDraw(c, width) {
	if (c.plot)
		c.plot.destroy();
	c.host.replaceChildren();
	c.width = width;
	const {options, data} = c.make(width);
	c.plot = new uPlot(Object.assign({width}, options), data, c.host);
}

function chartOf(host) {
	return [...charts].find(c => c.host === host);
}

const watcher = new IntersectionObserver(entries => {
	for (const entry of entries) {
		const c = chartOf(entry.target);
		if (!entry.isIntersecting)
			continue;
		if (!c.plot)
			chartDraw(c, c.host.clientWidth);
		sizes.observe(c.host);
	}
}, {rootMargin: '300px'});

const sizes = new ResizeObserver(entries => {
	if (document.documentElement.classList.contains('paper'))
		return;
	for (const entry of entries) {
		const c = chartOf(entry.target), width = c.host.clientWidth;
		if (width && width !== c.width)
			chartDraw(c, width);
	}
});

function chartsRedraw() {
	for (const c of charts) {
		if (c.plot && c.host.clientWidth)
			chartDraw(c, c.host.clientWidth);
	}
}

function chartsWatch() {
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', chartsRedraw);
	addEventListener('beforeprint', () => {
		document.documentElement.classList.add('paper');
		for (const c of charts) {
			if (!c.host.closest('details:not([open])'))
				chartDraw(c, Math.min(PAPER_WIDTH, c.narrow || PAPER_WIDTH));
		}
	});
	addEventListener('afterprint', () => {
		document.documentElement.classList.remove('paper');
		chartsRedraw();
	});
}

const FONT = '12px system-ui, sans-serif';

function axis(more) {
	return Object.assign({
		stroke: colour('muted'), font: FONT, labelFont: FONT, labelSize: 18, labelGap: 2,
		grid: {stroke: colour('rule'), width: 1}, ticks: {show: false},
	}, more);
}

function number(v) {
	return v === null || v === undefined ? '' : v.toLocaleString('en', {maximumSignificantDigits: 6});
}

// The axis below a chart.
function below(label, more) {
	return axis(Object.assign({label, values: numbers, size: 24}, more));
}

const numbers = (plot, splits) => splits.map(number);

// How wide the labels of an axis are, for numbers of whatever size.
function valuesWidth(plot, values) {
	return 18 + 7 * Math.max(3, ...(values || []).map(v => String(v).length));
}

// Bars that float between two lists of values, each in a colour of its own.
function floating(from, to, colours, size) {
	return uPlot.paths.bars({size, disp: {
		y0: {unit: 1, values: () => from},
		y1: {unit: 1, values: () => to},
		fill: {unit: 3, values: () => colours},
	}});
}

function dots(stroke, fill, size) {
	return {show: true, size, stroke, fill, width: 2, space: 0};
}

// A little more than what is to be seen.
function padded(values) {
	const least = Math.min(...values), most = Math.max(...values);
	const pad = (most - least) * 0.06 || Math.abs(most) * 0.06 || 1;

	return [least - pad, most + pad];
}

const LABEL_LIFT = 0.17;	// of a line's height: labels have two lines, the first of which is centred

// effects([{label, change, low, high, margin, tone}], unit): one line each, from top to bottom.
// A limit that is null is infinite: there is no line then, but the point.
function effects(rows, unit, label) {
	const n = rows.length, ends = list => [undefined, ...list, undefined];
	const margin = side => ends(rows.map(r => r.margin === null ? null : side * r.margin));
	const x = [-0.5, ...rows.keys(), n - 0.5];
	const seen = rows.flatMap(r => [0, r.change, r.low, r.high, r.margin, -r.margin])
		.filter(v => v !== null && isFinite(v));

	return chart({label, make: width => {
		const tones = ends(rows.map(r => colour(r.tone)));
		const longest = Math.max(...rows.flatMap(r => r.label.split('\n')).map(s => s.length));

		return {
			options: {
				height: 48 + 44 * n,
				padding: [4, 12, 0, 0],
				legend: {show: false}, cursor: {show: false},
				scales: {
					x: {time: false, ori: 1, dir: -1, range: () => [-0.5, n - 0.5]},
					y: {ori: 0, dir: 1, range: () => padded(seen)},
				},
				axes: [
					axis({scale: 'x', side: 3, splits: () => [...rows.keys()].map(i => i - LABEL_LIFT), grid: {show: false},
						stroke: colour('ink'), size: Math.min(14 + 7 * longest, width * 0.45),
						values: () => rows.map(r => r.label)}),
					below(`change, ${unit}`, {scale: 'y', side: 2}),
				],
				series: [
					{},
					{width: 0, points: {show: false}, paths: floating(margin(-1), margin(1),
						ends(rows.map(() => colour('band'))), [0.8, 30])},
					{width: 1, stroke: colour('muted'), points: {show: false}},
					{width: 0, points: {show: false}, paths: floating(ends(rows.map(r => r.low)),
						ends(rows.map(r => r.high)), tones, [0.2, 5])},
					{width: 0, paths: () => null, points: dots(colour('ink'), colour('ground'), 9)},
				],
			},
			data: [x, margin(1), x.map(() => 0), ends(rows.map(r => r.high)), ends(rows.map(r => r.change))],
		};
	}});
}

// pairs({pair, base, arm}, unit, label): both boots of each pair, and a line between the two.
function pairs(boots, unit, label) {
	return chart({label, narrow: 310, make: () => ({
		options: {
			height: 190,
			padding: [8, 8, 0, 0],
			legend: {show: false}, cursor: {show: false},
			scales: {
				x: {time: false, range: () => [Math.min(...boots.pair) - 0.7, Math.max(...boots.pair) + 0.7]},
				y: {range: () => padded([...boots.base, ...boots.arm])},
			},
			axes: [
				below('pair, in the order in which they ran', {incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]}),
				axis({label: unit, values: numbers, size: valuesWidth}),
			],
			series: [
				{},
				{width: 0, points: {show: false}, paths: floating(boots.base, boots.arm,
					boots.pair.map(() => colour('link')), [0.3, 2])},
				{width: 0, paths: () => null, points: dots(colour('base'), colour('ground'), 8)},
				{width: 0, paths: () => null, points: dots(colour('arm'), colour('arm'), 8)},
			],
		},
		data: [boots.pair, boots.arm, boots.base, boots.arm],
	})});
}

// overTime({base, arm, unit, label, names, sync}): base and arm are {t, v, to}, `to` where the
// measured window, which begins at 0, ends.
function overTime(c) {
	const window = side => side.to === null ? [[0], [null]] : [[0, side.to], [1, 1]];

	return chart({label: c.label, narrow: 310, make: () => ({
		options: {
			height: 180,
			padding: [8, 8, 0, 0],
			cursor: {sync: {key: c.sync}, points: {size: 6}, y: false, drag: {x: false, y: false}},
			legend: {live: true},
			scales: {
				x: {time: false},
				y: {range: (plot, least, most) => [Math.min(0, least), Math.max(most, 0) * 1.06 || 1]},
				window: {range: () => [0, 1]},
			},
			axes: [
				below('seconds from the start of the window'),
				axis({label: c.unit, values: numbers, size: valuesWidth}),
			],
			series: [
				{label: 's', value: (plot, v) => number(v)},
				{label: 'window', scale: 'window', width: 0, fill: colour('window'), points: {show: false}},
				{label: 'window', scale: 'window', width: 0, fill: colour('window'), points: {show: false}},
				{label: c.names[0], stroke: colour('base'), width: 1.5, dash: [5, 4], points: {show: false}, value: (plot, v) => number(v)},
				{label: c.names[1], stroke: colour('arm'), width: 1.5, points: {show: false}, value: (plot, v) => number(v)},
			],
		},
		data: uPlot.join([window(c.base), window(c.arm), [c.base.t, c.base.v], [c.arm.t, c.arm.v]]),
	})});
}

// Each point's name above it, within the chart.
function names(plot, points) {
	plot.over.replaceChildren(...points.map(p => el('span', {class: 'point'}, p.name)));
	points.forEach((p, i) => {
		const name = plot.over.children[i], most = plot.over.clientWidth - name.offsetWidth;

		name.style.top = `${plot.valToPos(p.y, 'y') - 22}px`;
		name.style.left = `${Math.max(0, Math.min(plot.valToPos(p.x, 'x') - name.offsetWidth / 2, most))}px`;
	});
}

// tradeoff([{name, x, y, least, most, front}], {x, y}, label): by cost, from left to right.
function tradeoff(points, units, label) {
	const list = [...points].sort((a, b) => a.x - b.x);
	const pick = (test, key) => list.map(p => test(p) ? p[key] : null);

	return chart({label, make: () => ({
		options: {
			height: 300,
			padding: [16, 24, 0, 0],
			legend: {show: false}, cursor: {show: false}, hooks: {draw: [plot => names(plot, list)]},
			scales: {
				x: {time: false, range: () => padded(list.map(p => p.x))},
				y: {range: () => padded(list.flatMap(p => [p.y, p.least, p.most]))},
			},
			axes: [
				below(units.x),
				axis({label: units.y, values: numbers, size: valuesWidth}),
			],
			series: [
				{},
				{width: 0, points: {show: false}, paths: floating(list.map(p => p.least), list.map(p => p.most),
					list.map(() => colour('link')), [0.3, 2])},
				{width: 0, paths: () => null, points: dots(colour('base'), colour('ground'), 8)},
				{width: 1, stroke: colour('arm'), dash: [5, 4], spanGaps: true, points: dots(colour('arm'), colour('arm'), 8)},
			],
		},
		data: [list.map(p => p.x), list.map(p => p.most), pick(p => !p.front, 'y'), pick(p => p.front, 'y')],
	})});
}
