// SPDX-License-Identifier: GPL-2.0-or-later
//
// The chart of a trend: a point for each night, the range of its boots, the level between changes.
'use strict';

// The level of each night: the median of the nights between two changes, as "after" has it.
function levels(trend) {
	const changes = trend.changes, at = trend.nights.map(n => changes.findIndex(c => c.night === n.night));
	let level = changes.length ? changes[0].before : null;

	return at.map(i => level = i < 0 ? level : changes[i].after);
}

// trendChart(trend, label): nights from left to right, whatever lies between two of them.
function trendChart(trend, label) {
	const size = trend.shown.size, nights = trend.nights, n = nights.length;
	const scaled = key => nights.map(night => night[key] / size);
	const changed = test => nights.map(night => trend.changes.some(c => c.night === night.night && test(c)) ? night.median / size : null);
	const level = levels(trend).map(v => v === null ? null : v / size);

	return chart({label, narrow: 310, make: () => ({
		options: {
			height: 190,
			padding: [8, 8, 0, 0],
			legend: {show: false}, cursor: {show: false},
			scales: {
				x: {time: false, range: () => [-0.7, n - 0.3]},
				y: {range: () => padded([...scaled('least'), ...scaled('most')])},
			},
			axes: [
				below('night', {incrs: [1, 2, 5, 10, 20, 50, 100], values: (plot, splits) => splits.map(i =>
					nights[i] ? String(nights[i].night) : '')}),
				axis({label: trend.shown.unit || trend.unit, values: numbers, size: valuesWidth}),
			],
			series: [
				{},
				{width: 0, points: {show: false}, paths: floating(scaled('least'), scaled('most'),
					nights.map(() => colour('link')), [0.3, 2])},
				{width: 1.5, stroke: colour('base'), dash: [5, 4], points: {show: false}, paths: uPlot.paths.stepped({align: 1})},
				{width: 0, paths: () => null, points: dots(colour('arm'), colour('arm'), 6)},
				{width: 0, paths: () => null, points: dots(colour('worse'), colour('ground'), 12)},
				{width: 0, paths: () => null, points: dots(colour('better'), colour('ground'), 12)},
			],
		},
		data: [nights.map((night, i) => i), scaled('most'), level, scaled('median'), changed(c => c.worse), changed(c => !c.worse)],
	})});
}
